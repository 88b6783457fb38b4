import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Life } from './life.js';

/** A day of a server: each number is an action and what it needs. */
const script = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 })), { minLength: 1, maxLength: 120 });
const seed = fc.integer();

/** A plain generator for the fates of pending writes, so that fast-check need only shrink its seed. */
export function chances(from: number): () => number {
  let state = from | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 16_777_216;
  };
}

function act(life: Life, [action, detail]: readonly [number, number], chance: () => number): void {
  const isReady = life.storage.isReady;
  if (action < 40) life.advance(detail);
  else if (action < 45) life.crash(detail < 20 ? null : chance);
  else if (!isReady) life.advance(0);
  else if (action < 60) life.append((detail % 5) + 1);
  else if (action < 67) life.setTerm(detail % 3, detail % 4);
  else if (action < 70 && !life.isSaving) life.truncate(detail / 99);
  else if (action < 76) life.snapshotOwn(detail / 99, detail % 7);
  else if (action < 78) life.install((detail % 4) + 1);
  else life.flush();
}

describe('whatever was reported durable', () => {
  test('is there after any crashes, of power or of the process, and nothing void comes back', () => {
    let recoveries = 0;
    fc.assert(
      fc.property(script, seed, (actions, from) => {
        const life = new Life();
        const chance = chances(from);
        life.settle();
        for (const action of actions) {
          act(life, action, chance);
          expect(life.problem).toBeNull();
        }
        life.crash(chance);
        life.settle();
        expect(life.problem).toBeNull();
        recoveries += life.recoveries;
      }),
      { numRuns: 1_500 },
    );
    expect(recoveries).toBeGreaterThan(3_000);
  });
});
