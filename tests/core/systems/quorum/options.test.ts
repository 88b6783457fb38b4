import { describe, expect, test } from 'vitest';
import { copiesToShow, quorumProblem, quorumsMeet } from '../../../../src/core/systems/quorum/options.js';
import { OPTIONS } from './quorum.js';

const choices = [1, 2, 3, 4, 5].flatMap((count) =>
  Array.from({ length: count * count }, (_, i) => ({ count, writeQuorum: 1 + (i % count), readQuorum: 1 + Math.floor(i / count) })),
);

/** All sets of `size` of the servers 0 .. count-1, as bits. */
function setsOf(size: number, count: number): readonly number[] {
  const bits = (set: number): number => [...set.toString(2)].filter((bit) => bit === '1').length;
  return Array.from({ length: 1 << count }, (_, set) => set).filter((set) => bits(set) === size);
}

describe('for every N up to 5 and every W and R', () => {
  test.each(choices)('N=$count W=$writeQuorum R=$readQuorum', ({ count, writeQuorum, readQuorum }) => {
    const options = { ...OPTIONS, writeQuorum, readQuorum };
    expect(quorumProblem(options, count)).toBeNull();
    const meets = (size: number) => setsOf(size, count).every((set) => setsOf(readQuorum, count).every((other) => (set & other) !== 0));
    expect(quorumsMeet(options, count)).toBe(meets(writeQuorum));
    // As many copies as no R servers can miss, and not one more than that or W.
    const copies = copiesToShow(options, count);
    if (meets(writeQuorum)) expect([meets(copies), copies === 1 || !meets(copies - 1)]).toEqual([true, true]);
    else expect(copies).toBe(writeQuorum);
  });
});

test.each([
  [0, 2],
  [4, 2],
  [2, 0],
  [2, 4],
  [1.5, 2],
])('W=%d R=%d of three servers is refused with a line that says what fits', (writeQuorum, readQuorum) => {
  expect(quorumProblem({ ...OPTIONS, writeQuorum, readQuorum }, 3)).toMatch(
    /^[WR]=[\d.]+ does not fit 3 servers: choose [WR] from 1 to 3$/,
  );
});
