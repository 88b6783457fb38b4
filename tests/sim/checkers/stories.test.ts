import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../../src/sim/checkers/linearizability.js';
import type { FileModel } from '../../../src/sim/checkers/specification.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { lock } from '../../../src/sim/checkers/models/lock.js';
import { register } from '../../../src/sim/checkers/models/register.js';
import { text } from '../../../src/sim/checkers/models/text.js';
import { ALL_PRUNINGS } from '../../../src/sim/checkers/prunings.js';
import { reportOf } from '../../../src/sim/checkers/report.js';
import { drawsOf, makeHistory, operation } from './made.js';
import { KINDS, spoil } from './makers.js';

/** A good history and its bad twin: one answer differs. */
const TWINS: readonly { title: string; model: FileModel; good: Operation[]; bad: (good: Operation[]) => Operation[] }[] = [
  {
    title: 'a register forgets no write',
    model: register,
    good: [
      operation({ op: 'write', value: '1', callUs: 0, returnUs: 10 }),
      operation({ op: 'write', value: '2', callUs: 20, returnUs: 30 }),
      operation({ op: 'read', resultValue: '2', callUs: 40, returnUs: 50 }),
    ],
    bad: (good) => good.with(2, { ...good[2]!, resultValue: '1' }),
  },
  {
    title: 'a cas that was refused saw another value',
    model: register,
    good: [
      operation({ op: 'write', value: '1', callUs: 0, returnUs: 10 }),
      operation({ op: 'cas', expected: '2', value: '3', outcome: 'refused', callUs: 20, returnUs: 30 }),
    ],
    bad: (good) => good.with(1, { ...good[1]!, expected: '1' }),
  },
  {
    title: 'two puts of one version do not both succeed',
    model: kv,
    good: [
      operation({ op: 'put', value: 'a', version: 0, callUs: 0, returnUs: 50 }),
      operation({ op: 'put', value: 'b', version: 0, outcome: 'versionConflict', callUs: 0, returnUs: 50, clientId: 2 }),
    ],
    bad: (good) => good.with(1, { ...good[1]!, outcome: 'ok' }),
  },
  ...[2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1].map((version) => ({
    title: `version ${version} is not taken for a small one`,
    model: kv,
    good: [
      operation({ op: 'set', value: 'a', callUs: 0, returnUs: 10 }),
      operation({ op: 'get', resultValue: 'a', resultVersion: 1, callUs: 20, returnUs: 30 }),
      operation({ op: 'put', value: 'b', version, outcome: 'versionConflict', callUs: 40, returnUs: 50 }),
      operation({ op: 'put', value: 'b', version: version - 1, callUs: 60, returnUs: null }),
    ],
    bad: (good: Operation[]) => good.with(1, { ...good[1]!, resultVersion: version }),
  })),
  {
    title: 'an acknowledged put is not lost',
    model: kv,
    good: [
      operation({ op: 'put', value: 'a', version: 0, callUs: 0, returnUs: 10 }),
      operation({ op: 'get', resultValue: 'a', resultVersion: 1, callUs: 20, returnUs: 30 }),
    ],
    bad: (good) => good.with(1, { ...good[1]!, outcome: 'noKey', resultValue: null, resultVersion: null }),
  },
  {
    title: 'an unknown put takes effect once',
    model: kv,
    good: [
      operation({ op: 'set', value: 'a', callUs: 0, returnUs: null }),
      operation({ op: 'delete', callUs: 20, returnUs: 30 }),
      operation({ op: 'get', outcome: 'noKey', callUs: 40, returnUs: 50 }),
    ],
    bad: (good) => good.with(2, { ...good[2]!, outcome: 'ok', resultValue: 'a' }),
  },
  {
    title: 'a lock has one holder',
    model: lock,
    good: [
      operation({ op: 'acquire', callUs: 0, returnUs: 10, clientId: 1 }),
      operation({ op: 'acquire', callUs: 20, returnUs: 30, clientId: 2, outcome: 'refused' }),
    ],
    bad: (good) => good.with(1, { ...good[1]!, outcome: 'ok' }),
  },
  {
    title: 'an append stands once in the text',
    model: text,
    good: [
      operation({ op: 'append', value: 'x', callUs: 0, returnUs: null }),
      operation({ op: 'get', resultValue: 'x', callUs: 20, returnUs: 30 }),
    ],
    bad: (good) => good.with(1, { ...good[1]!, resultValue: 'xx' }),
  },
];

test.each(TWINS)('$title', ({ model, good, bad }) => {
  expect(checkLinearizability(good, model).verdict).toBe('passed');
  const twin = bad(good);
  const result = checkLinearizability(twin, model);
  expect(result.verdict).toBe('failed');
  expect(reportOf(result)).toContain('not linearizable');
});

describe.each(KINDS)('the story of a failure: $name', ({ maker, model, isLinearizable }) => {
  test('names the first return that cannot be explained, and an order of all before it', () => {
    let failures = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const draw = drawsOf(seed);
      let operations = makeHistory(maker, { operations: 8, clients: 3, unknownPercent: 15, spanMax: 8 }, draw);
      for (let times = 0; times < 6; times++) operations = spoil(operations, draw);
      const { verdict, culprit, prefix, unplaced } = checkLinearizability(operations, model);
      if (verdict !== 'failed' || culprit === null) continue;
      failures++;
      // Returns at one moment have an order for the checker: that of the list.
      const returned = operations.filter(({ returnUs }) => returnUs !== null).sort((a, b) => a.returnUs! - b.returnUs!);
      const place = returned.indexOf(culprit);
      expect(isLinearizable(knownAfter(operations, returned.slice(0, place + 1)))).toBe(false);
      expect(isLinearizable(knownAfter(operations, returned.slice(0, place)))).toBe(true);
      for (const earlier of returned.slice(0, place)) expect(prefix).toContain(earlier);
      expect(unplaced[0]).toBe(culprit);
    }
    expect(failures).toBeGreaterThan(10);
  });
});

/** The history when just these had returned: of what was under way, what changed nothing is not there, the rest has no outcome. */
function knownAfter(operations: readonly Operation[], returned: readonly Operation[]): Operation[] {
  const next = operations.filter((one) => one.returnUs !== null && !returned.includes(one)).map(({ returnUs }) => returnUs!);
  const untilUs = Math.min(...next, Infinity);
  const endUs = Math.max(...returned.map(({ returnUs }) => returnUs!), -1);
  return operations
    .filter((one) => returned.includes(one) || (one.callUs <= Math.min(untilUs, endUs) && ['ok', 'unknown'].includes(one.outcome)))
    .map((one) =>
      returned.includes(one) ? one : { ...one, outcome: 'unknown' as const, resultValue: null, resultVersion: null, returnUs: null },
    );
}

describe.each(KINDS)('long histories: $name', ({ maker, model }) => {
  test.each([
    [300, 1],
    [5_000, 0],
  ])('%i operations are judged as made, and a strange answer at the end is found', (count, unknownPercent) => {
    const draw = drawsOf(count);
    const made = makeHistory(maker, { operations: count, clients: 5, unknownPercent, spanMax: 20 }, draw);
    const options = { prunings: { ...ALL_PRUNINGS, zones: false } };
    expect(checkLinearizability(made, model, options).verdict).toBe('passed');
    expect(checkLinearizability(made, model).verdict).toBe('passed');

    const endUs = Math.max(...made.map(({ returnUs }) => returnUs ?? 0));
    const strange =
      model === lock
        ? [operation({ op: 'release', clientId: -1, callUs: endUs + 1, returnUs: endUs + 2 })]
        : [operation({ op: model === register ? 'read' : 'get', resultValue: 'never written', callUs: endUs + 1, returnUs: endUs + 2 })];
    const result = checkLinearizability([...made, ...strange], model, options);
    expect(result.verdict).toBe('failed');
    expect(result.culprit).toBe(strange[0]);
    expect(checkLinearizability([...made, ...strange], model, options)).toEqual(result);
  });
});

describe('the bound', () => {
  test('on steps gives an honest unknown, the same each time', () => {
    const made = makeHistory(KINDS[0]!.maker, { operations: 2_000, clients: 20, unknownPercent: 5, spanMax: 50 }, drawsOf(7));
    const result = checkLinearizability(made, register, { stepsMax: 500 });
    expect(result).toMatchObject({ verdict: 'unknown', key: 'k', culprit: null });
    expect(checkLinearizability(made, register, { stepsMax: 500 })).toEqual(result);
    expect(reportOf(result)).toBe(`unknown  key "k" was not decided within ${result.steps} steps`);
  });

  test('on memory does too', () => {
    const made = makeHistory(KINDS[0]!.maker, { operations: 2_000, clients: 20, unknownPercent: 5, spanMax: 50 }, drawsOf(7));
    expect(checkLinearizability(made, register, { wordsMax: 100 }).verdict).toBe('unknown');
  });

  test('does not let one key hide the failure of another', () => {
    const hard = makeHistory(KINDS[0]!.maker, { operations: 2_000, clients: 20, unknownPercent: 5, spanMax: 50 }, drawsOf(7));
    const wrong = operation({ op: 'read', key: 'other', resultValue: 'never written', callUs: 0, returnUs: 1 });
    const result = checkLinearizability([...hard, wrong], register, { stepsMax: 40_000 });
    expect(result).toMatchObject({ verdict: 'failed', key: 'other', culprit: wrong });
  });
});
