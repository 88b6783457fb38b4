import { describe, expect, test } from 'vitest';
import { checkLinearizability, searchingLinearizability, type SearchProgress } from '../../../src/sim/checkers/linearizability.js';
import { ALL_PRUNINGS, type Prunings } from '../../../src/sim/checkers/prunings.js';
import { drawsOf, makeHistory, operation, type Draw } from './made.js';
import { text } from '../../../src/sim/checkers/models/text.js';
import { HOLDING, KINDS, spoil } from './makers.js';

const SWITCHES = Object.keys(ALL_PRUNINGS) as (keyof Prunings)[];

/** Each pruning on or off by chance; all of them on in one case of four. */
function somePrunings(draw: Draw): Prunings {
  const mask = draw(4) === 0 ? -1 : draw(1 << SWITCHES.length);
  return Object.fromEntries(SWITCHES.map((name, bit) => [name, ((mask >> bit) & 1) === 1])) as unknown as Prunings;
}

const HISTORIES = Number(process.env['SEEDSTORM_CHECKER_FUZZ'] ?? 2_000);

describe.each([...KINDS, ...HOLDING])('$name', (kind) => {
  test('agrees with the definition on small histories, whatever is pruned', () => {
    const seen = { passed: 0, failed: 0, unknown: 0 };
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const draw = drawsOf(seed);
      const shape = { operations: 3 + draw(7), clients: 2 + draw(3), unknownPercent: [0, 15, 40][draw(3)]!, spanMax: 2 + draw(8) };
      let operations = makeHistory(kind.maker, shape, draw);
      for (let times = [0, 2, 6][draw(3)]!; times > 0; times--) operations = spoil(operations, draw);
      for (const operation of operations) expect(kind.model.problemOf(operation)).toBeNull();
      const prunings = somePrunings(draw);
      const result = checkLinearizability(operations, kind.model, { prunings });
      const expected = kind.isLinearizable(operations) ? 'passed' : 'failed';
      if (result.verdict !== expected) expect({ seed, prunings, operations, verdict: result.verdict }).toEqual(expected);
      seen[result.verdict]++;
    }
    expect(seen.passed).toBeGreaterThan(HISTORIES / 20);
    expect(seen.failed).toBeGreaterThan(HISTORIES / 20);
    expect(seen.unknown).toBe(0);
  });
});

test('a long search tells every now and then how far it has come', () => {
  // Every choice of appends must be tried: no sum of even lengths is odd.
  const appends = Array.from({ length: 30 }, (_, i) =>
    operation({ op: 'append', clientId: i, value: 'aa'.repeat(i + 3), callUs: i, returnUs: null, outcome: 'unknown' }),
  );
  const history = [...appends, operation({ op: 'get', clientId: 99, resultValue: 'a'.repeat(451), callUs: 20_000, returnUs: 30_000 })];
  const looks: SearchProgress[] = [];
  const search = searchingLinearizability(history, text, { stepsMax: 6_000_000 });
  let next = search.next();
  for (; next.done !== true; next = search.next()) looks.push(next.value);
  const steps = looks.map((look) => look.steps);
  expect(looks.length).toBeGreaterThanOrEqual(3);
  expect(looks[0]).toMatchObject({ stage: 'judging', stepsMax: 6_000_000, keys: 1, decided: 0 });
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect(next.value).toEqual(checkLinearizability(history, text, { stepsMax: 6_000_000 }));
});
