import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../../../scenarios/index.js';
import { oraclesFor } from '../../../../../src/sim/systems/raft/oracles/oracle-set.js';
import { quietOptions } from '../../../quiet.js';

/** A file with the path from the root of the repository. */
interface File {
  readonly path: string;
  readonly text: string;
}

/** A row of docs/INVARIANTS.md. */
interface Row {
  readonly cells: readonly string[];
  readonly name: string;
  readonly links: readonly string[];
}

const ROOT = new URL('../../../../../', import.meta.url);
const COLUMNS = 6;

function filesUnder(folder: string): readonly File[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `${folder}${path}`, text: readFileSync(new URL(folder + path, ROOT), 'utf8') }));
}

/** The properties that a file calls broken. */
function namesIn({ text }: File): readonly string[] {
  const ends = text
    .split('\n')
    .filter((line) => line.includes('this.fail('))
    .flatMap((line) => [...line.matchAll(/'([a-z-]+)'/g)]);
  const ofErrors = /\bfunction propertyBrokenBy\([^)]*\): ([^{]+)\{/.exec(text)?.[1] ?? '';
  // A property that is a constant of its file.
  const constants = text.matchAll(/^export const RUN_LIMIT = '([a-z-]+)';$/gm);
  const names = [...constants, ...text.matchAll(/\bviolated\(\s*'([^']+)'/g), ...ofErrors.matchAll(/'([a-z]+)'/g), ...ends];
  return names.map((match) => match[1] as string);
}

function rowsOf(document: string): readonly Row[] {
  const isRow = (line: string): boolean => line.startsWith('| ') && !line.startsWith('| ---') && !/^\| (name|group) \|/.test(line);
  return document
    .split('\n')
    .filter(isRow)
    .map((line) => {
      const cells = line.slice(2, -2).split(' | ');
      return { cells, name: cells[0] ?? '', links: [...line.matchAll(/`((?:src|tests)\/[^`]+)`/g)].map((match) => match[1] as string) };
    });
}

/** What is wrong between the document and the code, one line each. */
function differences(document: string, code: readonly File[], tests: readonly File[], scenarioNames: readonly string[]): readonly string[] {
  // The rows about the code itself have no names of properties.
  const rows = rowsOf(document.split('## In the code itself')[0] ?? '');
  const asserted = code.flatMap((file) => namesIn(file).map((name) => ({ name, path: file.path })));
  const noRow = asserted.filter(({ name, path }) => !rows.some((row) => row.name === name && row.links.includes(path)));
  const noOracle = rows.filter(({ name, links }) => !asserted.some((found) => found.name === name && links.includes(found.path)));
  const ofProperties = rows.filter(({ cells }) => cells.length === COLUMNS);
  const noTest = ofProperties.filter(
    ({ name, links }) => !tests.some(({ path, text }) => links.includes(path) && text.includes(`'${name}'`)),
  );
  const noScenario = ofProperties.filter(
    ({ cells }) => !(cells[COLUMNS - 1] ?? '').split(', ').every((name) => scenarioNames.includes(name)),
  );
  return [
    ...noRow.map(({ name, path }) => `${name} of ${path} has no row`),
    ...noOracle.map(({ name }) => `${name} is in a row and in no oracle`),
    ...noTest.map(({ name }) => `${name} is tested by none of the tests in its row`),
    ...noScenario.map(({ name, cells }) => `${name} names a scenario that is not there: ${cells[COLUMNS - 1]}`),
    ...rows.filter(({ cells }) => cells.length !== COLUMNS && cells.length !== 3).map(({ name }) => `${name} has too few columns`),
  ];
}

describe('docs/INVARIANTS.md', () => {
  const document = readFileSync(new URL('docs/INVARIANTS.md', ROOT), 'utf8');
  const code = filesUnder('src/sim/');
  const tests = filesUnder('tests/sim/');
  const names = scenarios.map(({ name }) => name);

  test('has a row for each property that the simulator can call broken, and no other', () => {
    expect(differences(document, code, tests, names)).toEqual([]);
    expect(new Set(code.flatMap(namesIn)).size).toBeGreaterThanOrEqual(25);
  });

  test('every oracle is a file that calls something broken', () => {
    const helpers = ['oracle-set.ts', 'oracle.ts', 'watch.ts', 'store-twin.ts', 'key-history.ts', 'timely.ts', 'history.ts'];
    const silent = code.filter(({ path, text }) => path.includes('/oracles/') && !text.includes('violated('));
    expect(silent.map(({ path }) => path.replace(/^.*\//, '')).filter((file) => !helpers.includes(file))).toEqual([]);
  });

  test('a row, an oracle, a test or a scenario that is missing is found', () => {
    const row = document.split('\n').find((line) => line.startsWith('| One Vote |')) ?? '';
    const found = (changed: string, files = code, shown = tests): readonly string[] => differences(changed, files, shown, names);
    expect(found(document.replace(`${row}\n`, ''))).toEqual(['One Vote of src/sim/systems/raft/oracles/elections/one-vote.ts has no row']);
    expect(
      found(
        document,
        code.filter(({ path }) => !path.endsWith('/one-vote.ts')),
      ),
    ).toEqual(['One Vote is in a row and in no oracle']);
    expect(
      found(
        document,
        code,
        tests.filter(({ path }) => !path.endsWith('/one-vote.test.ts')),
      ),
    ).toEqual(['One Vote is tested by none of the tests in its row']);
    expect(found(document.replace(row, row.replace('power-cut', 'tea-time')))).toEqual([
      'One Vote names a scenario that is not there: tea-time, leader-failure',
    ]);
    expect(found(document, [...code, { path: 'src/sim/new.ts', text: `violated('New', 'x', 1)` }])).toEqual([
      'New of src/sim/new.ts has no row',
    ]);
  });
});

const NO_DISKS = { durableFiles: () => [], files: () => [], isRotten: () => false, isDamaged: () => false };

describe('the oracles of a run', () => {
  const kinds = (options: Parameters<typeof oraclesFor>[0]): readonly string[] =>
    oraclesFor(options, NO_DISKS).list.map((oracle) => oracle.constructor.name);

  test('judge elections where the world is quick enough, and disks where there are some', () => {
    const quick = quietOptions();
    expect(kinds(quick)).toEqual(
      expect.arrayContaining([
        'ElectionChurn',
        'PromptRecovery',
        'DurableQuorum',
        'VersionOrder',
        'BoundedQueues',
        'BoundedDisk',
        'PreVoteKept',
      ]),
    );
    expect(kinds({ ...quick, clockRatePpmMax: 200_000 })).not.toContain('ElectionChurn');
    expect(kinds({ ...quick, node: { ...quick.node, storage: null } })).not.toContain('DurableQuorum');
  });

  test('a healing is told to those that judge what follows it', () => {
    const { list, healed } = oraclesFor(quietOptions(), NO_DISKS);
    healed(5);
    expect(list).toHaveLength(18);
  });
});
