import { expect, test } from 'vitest';
import { Turns } from '../../../src/real/server/turns.js';

const MIB = 1_048_576;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Somebody with so many slices to make. */
function worker(turns: Turns, name: string, slices: number, bytes: number, made: string[]) {
  const own = {
    slice: () => {
      made.push(name);
      if (--slices > 0) turns.take(own);
      return bytes;
    },
  };
  turns.take(own);
  return own;
}

test('each has a slice before anybody has a second one, and what is due at once is bounded by bytes', async () => {
  const turns = new Turns();
  const made: string[] = [];
  worker(turns, 'a', 3, MIB, made);
  worker(turns, 'b', 2, MIB, made);
  expect(made).toEqual([]);
  for (let turn = 1; turn <= 5; turn++) {
    await nextTurn();
    expect(made).toHaveLength(turn);
  }
  expect(made.join('')).toBe('ababa');
  await nextTurn();
  expect(made).toHaveLength(5);
});

test('small answers of many are made in one turn, none of them twice', async () => {
  const turns = new Turns();
  const made: string[] = [];
  for (const name of ['a', 'b', 'c']) worker(turns, name, 2, 100, made);
  await nextTurn();
  expect(made.join('')).toBe('abc');
  await nextTurn();
  expect(made.join('')).toBe('abcabc');
});

test('whoever leaves has no turn', async () => {
  const turns = new Turns();
  const made: string[] = [];
  turns.leave(worker(turns, 'a', 1, 1, made));
  worker(turns, 'b', 1, 1, made);
  await nextTurn();
  expect(made).toEqual(['b']);
});
