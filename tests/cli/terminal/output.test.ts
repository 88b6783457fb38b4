import { expect, test } from 'vitest';
import { count, grouped, short, span } from '../../../src/cli/terminal/output.js';

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1 000'],
  [1_234_567, '1 234 567'],
])('%d is written %s', (n, text) => {
  expect(grouped(n)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1.0k'],
  [999_949, '999.9k'],
  [999_950, '1.0M'],
  [12_345_678, '12.3M'],
])('%d is in short %s', (n, text) => expect(short(n)).toBe(text));

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [59_900, '59.9 s'],
  [60_000, '1 min 00 s'],
  [185_000, '3 min 05 s'],
  [7_800_000, '2 h 10 min'],
])('%d ms is written %s', (ms, text) => expect(span(ms)).toBe(text));

test('one is singular', () => {
  expect([count(1, 'run'), count(2, 'run'), count(0, 'run')]).toEqual(['1 run', '2 runs', '0 runs']);
});
