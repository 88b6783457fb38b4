import { describe, expect, test } from 'vitest';
import { framesOf, isOfAUser, placeOf } from '../../../src/sim/base/frames.js';
import { assert } from '../../../src/core/base/assert.js';
import { guarded } from '../../../src/sim/base/determinism-guard.js';

function thrownBy(part: () => unknown): Error {
  try {
    part();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it threw nothing');
}

describe('the places in code that a stack names', () => {
  test('are those of whoever uses this package, the innermost first', () => {
    const inner = (): never => {
      throw new RangeError('far\n    at nowhere');
    };
    const error = thrownBy(() => assertThat(inner));
    const frames = framesOf(error);
    expect(frames.length).toBeLessThanOrEqual(5);
    expect(frames[0]).toMatch(/inner .*frames\.test\.ts:\d+:\d+/);
    expect(isOfAUser(error)).toBe(true);
    expect(placeOf(error)).toMatch(/^ \(.*frames\.test\.ts:\d+:\d+\)$/);
  });

  test('leave out the assertion itself, the simulator and Node', () => {
    const error = thrownBy(() => assert(false, 'it holds'));
    expect(framesOf(error)[0]).toContain('frames.test.ts');
    expect(framesOf(thrownBy(() => guarded(async () => 1)))[0]).toContain('frames.test.ts');
  });

  test('are none of what is no error or lost its stack', () => {
    expect(placeOf('a word')).toBe('');
    const bare = new Error('bare');
    delete bare.stack;
    expect(framesOf(bare)).toEqual([]);
    expect(isOfAUser(bare)).toBe(false);
  });
});

const assertThat = (part: () => void): void => part();
