import { describe, expect, test } from 'vitest';
import { regressions, scenarios } from '../../../scenarios/index.js';
import { optionsProblem } from '../../../src/sim/options/check-options.js';
import { raftNodeProblem } from '../../../src/sim/systems/raft/node-schema.js';
import { NO_FAULTS } from '../../../src/sim/network/link-options.js';
import { fault } from '../../../src/sim/nemesis/faults/families.js';
import { optionsOf } from '../../../src/sim/run/run.js';
import { quietOptions } from '../quiet.js';

type Path = readonly (string | number)[];

/** Every field that there is in a run, faults of a link and faults included. */
function whole(): Record<string, unknown> {
  const quiet = quietOptions();
  const link = { ...quiet.peerLink, faults: NO_FAULTS };
  return { ...quiet, peerLink: link, clientLink: link, faults: [fault('crash', [1, 2], [1, 2])] };
}

/** The options with what stands at one path replaced, or taken away by `undefined`. */
function withAt(value: unknown, [first, ...rest]: Path, put: unknown): unknown {
  if (first === undefined) return put;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === first ? withAt(item, rest, put) : item));
  const record = { ...(value as Record<string, unknown>) };
  record[first] = withAt(record[first], rest, put);
  if (record[first] === undefined) Reflect.deleteProperty(record, first);
  return record;
}

/** The path of each field, those of objects before what is in them; what a system says of itself left out. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || path[0] === 'node' || path[0] === 'laterNode') return path.length === 0 ? [] : [path];
  const inside = Array.isArray(value)
    ? value.map((item: unknown, i) => pathsIn(item, [...path, i]))
    : Object.entries(value).map(([name, field]) => pathsIn(field, [...path, name]));
  return [...(path.length === 0 ? [] : [path]), ...inside.flat()];
}

const PATHS = pathsIn(whole());
const said = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

describe('the options of a run', () => {
  test('are fine when they are whole, and in every scenario of the house', () => {
    expect(optionsProblem(whole())).toBeNull();
    for (const scenario of [...scenarios, ...regressions])
      for (let seed = 1; seed <= 40; seed++) expect(optionsProblem(optionsOf(scenario, seed))).toBeNull();
  });

  test.each(PATHS.map((path) => [said(path), path] as const))('%s is no thing of another type, and is missed', (name, path) => {
    const isOpen = name === 'node' || name === 'laterNode';
    if (!isOpen) expect(optionsProblem(withAt(whole(), path, Symbol.for('nothing that any option is')))).toContain(name);
    const isOptional = /faults$/.test(name);
    const isItem = typeof path.at(-1) === 'number';
    if (!isOptional && !isItem) expect(optionsProblem(withAt(whole(), path, undefined))).toBe(`${name} is missing`);
  });

  test.each(
    PATHS.filter((path) => typeof path.at(-1) === 'string' && path[0] !== 'node' && path[0] !== 'laterNode').map(
      (path) => [said(path), path] as const,
    ),
  )('a field beside %s that is not known is named', (_name, path) => {
    expect(optionsProblem(withAt(whole(), [...path.slice(0, -1), `${String(path.at(-1))}x`], 1))).toMatch(
      new RegExp(`called "${String(path.at(-1))}x": did you mean`),
    );
  });

  test.each<readonly [path: Path, value: unknown, line: string]>([
    [['servers'], 2.5, 'servers is a whole number, from 1 to 1000, not 2.5'],
    [['chaosMs'], -1, 'chaosMs is a whole number of milliseconds, from 0 to 86400000, not -1'],
    [['peerLink', 'queueMax'], 0, 'peerLink.queueMax is a whole number, 1 or more, not 0'],
    [['peerLink', 'delayUsMax'], 1, 'peerLink.delayUsMin is at most delayUsMax, not 300 above 1'],
    [['peerLink', 'lossRatio'], { numerator: 2, denominator: 1 }, 'peerLink.lossRatio.numerator is at most denominator, not 2 above 1'],
    [
      ['clientLink', 'faults', 'lateCopyRatio'],
      { numerator: 1, denominator: 2 },
      'clientLink.faults.lateCopyUsMax is above 0: a late copy comes later than at once',
    ],
    [
      ['clientLink', 'faults', 'latency'],
      'heavytail',
      'clientLink.faults.latency is one of plain, heavyTail, twoModes, not "heavytail": did you mean "heavyTail"?',
    ],
    [['disk', 'syncUsMin'], 5_000, 'disk.syncUsMin is at most syncUsMax, not 5000 above 4000'],
    [
      ['clocks', 0, 'ratePpm'],
      -1_000_000,
      'clocks[0].ratePpm is a whole number of parts per million, from -999999 to 999999, not -1000000',
    ],
    [['faults', 0, 'lastsMsMax'], 0, 'faults[0].lastsMsMin is at most lastsMsMax, not 1 above 0'],
    [['workload', 'thinkMsMin'], 5_000, 'workload.thinkMsMin is at most thinkMsMax, not 5000 above 80'],
    [['workload', 'clients'], [], 'workload.clients is a whole number, from 1 to 1000, not a list'],
    [['promise'], 'none', 'promise is one of within budget, beyond: may be unavailable, not "none"'],
  ])('%j: %j is out of range', (path, value, line) => {
    expect(optionsProblem(withAt(whole(), path, value))).toBe(line);
  });

  test('that hurt only together are refused', () => {
    const always = { numerator: 1, denominator: 1 };
    expect(optionsProblem(withAt(withAt(whole(), ['peerLink', 'lossRatio'], always), ['peerLink', 'duplicateRatio'], always))).toMatch(
      /together at most 1/,
    );
    const idle = ['getWeight', 'setWeight', 'putWeight', 'deleteWeight'].reduce<unknown>(
      (options, weight) => withAt(options, ['workload', weight], 0),
      whole(),
    );
    expect(optionsProblem(idle)).toMatch(/one of getWeight, .* is above 0/);
    const endless = [fault('crash', [0, 0], [1, 2])];
    expect(optionsProblem({ ...whole(), faults: endless })).toMatch(/faults\[0\]\.everyMsMax is above 0/);
  });
});

describe('the numbers of the raft system', () => {
  test('are fine as the house has them, with and without a disk', () => {
    const { node } = quietOptions();
    expect(raftNodeProblem({ node, laterNode: null })).toBeNull();
    expect(raftNodeProblem({ node: { ...node, storage: null }, laterNode: node })).toBeNull();
  });

  test('are known by name, type and range', () => {
    const { node } = quietOptions();
    expect(raftNodeProblem({ node: { ...node, raft: { ...node.raft, heartbeat: 1 } }, laterNode: null })).toMatch(
      /node\.raft has no field called "heartbeat"/,
    );
    expect(raftNodeProblem({ node: { ...node, store: {} }, laterNode: null })).toBe('node.store.sessionsMax is missing');
    expect(raftNodeProblem({ node, laterNode: { ...node, entriesKept: -1 } })).toBe(
      'laterNode.entriesKept is a whole number, 0 or more, not -1',
    );
    expect(raftNodeProblem({ node: 7, laterNode: null })).toBe('node is an object, not 7');
  });
});
