import { describe, expect, test } from 'vitest';
import { digestsUnder, golden, HALF, half } from './golden.js';

describe('same seed, same run as the golden digests say (an intended change of behaviour: npm run golden, and say why in the commit)', () => {
  test('in this version of Node', async () => {
    expect(await digestsUnder(process.execPath)).toEqual(golden());
  });

  test('in two processes of their own instead of this one', async () => {
    expect(await digestsUnder(process.execPath, [], [...HALF, '--workers'])).toEqual(half(golden()));
  });

  test('and another seed is another run', () => {
    const all = Object.values(golden());
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all).size).toBe(all.length);
  });
});
