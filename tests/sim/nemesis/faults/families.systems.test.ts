import { expect, test } from 'vitest';
import { PLAN, problemsOf, seedsTo, suffer } from '../every-family.js';

// `npm run families` does the same with 200 seeds of each.
const SEEDS = seedsTo(10);

test.each(PLAN)('the %s under %s: it strikes within ten seeds or is refused by name, and accuses no correct system', (system, name) => {
  expect(problemsOf(name, suffer(system, name, SEEDS))).toEqual([]);
});

test('a system that is not correct is accused', () => {
  expect(suffer('counter in memory', 'powerCut', SEEDS).accused.join('\n')).toMatch(/every acknowledged addition is counted/);
  expect(problemsOf('powerCut', suffer('counter in memory', 'powerCut', SEEDS)).length).toBeGreaterThan(0);
});

test('a family that never strikes, and a refusal that does not say what is lacking, are told', () => {
  expect(problemsOf('kill', { refused: null, struck: [], accused: [] })).toEqual(['it never strikes']);
  expect(problemsOf('kill', { refused: 'no', struck: [], accused: [] })).toEqual(['refused without a reason that names it: no']);
});
