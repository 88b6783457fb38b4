import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../src/core/base/units.js';
import { AnsweredSurvives } from '../../../src/sim/oracles/answered-survives.js';
import { Violated } from '../../../src/sim/checkers/violation.js';

const lastApplied = (state: unknown): number | null => state as number | null;

/** Lives of one server: the last entry applied after each step; null while it reads its log. */
function live(lives: readonly (readonly (number | null)[])[]): AnsweredSurvives {
  const oracle = new AnsweredSurvives(lastApplied, 1);
  for (const life of lives) {
    let before: unknown;
    for (const after of life) {
      oracle.onStep(micros(1), nodeId(1), null, before, after);
      before = after;
    }
  }
  return oracle;
}

describe('No Acknowledged Write Lost, at a server alone', () => {
  test('is red when a server comes back without an entry that it had applied', () => {
    const broken = (): unknown =>
      live([
        [null, 0, 3, 5],
        [null, null, 4],
      ]);
    expect(broken).toThrow(Violated);
    expect(broken).toThrow('s1 had answered entry 5, and came back with 4 as its last');
    expect(() => live([[0, 2], [0]])).toThrow(
      expect.objectContaining({ violation: expect.objectContaining({ property: 'No Acknowledged Write Lost' }) as unknown }) as Error,
    );
    // A life that ends before its log was read says nothing, and forgives nothing.
    expect(() => live([[null, 5], [null], [null, 4]])).toThrow(Violated);
  });

  test('is lawful when it comes back with as much, or with more than it had answered', () => {
    expect(
      live([
        [null, 0, 3, 5],
        [null, 5, 6],
        [null, 9],
      ]).count,
    ).toBe(9);
  });

  test('looks at servers only', () => {
    const oracle = new AnsweredSurvives(lastApplied, 1);
    oracle.onStep(micros(1), nodeId(2), null, undefined, 5);
    oracle.onStep(micros(2), nodeId(2), null, undefined, 1);
    expect(oracle.count).toBe(0);
  });
});
