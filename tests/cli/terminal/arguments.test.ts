import { describe, expect, test } from 'vitest';
import { duration, once, sizeInBytes, wholeNumber } from '../../../src/cli/terminal/arguments.js';

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['1h', 3_600_000],
  ])('%s is %d ms', (text, ms) => expect(duration('for', text)).toBe(ms));

  test.each(['60', 's', '0s', '-1s', '1d', '1e3s', ' 1s', ''])('"%s" is refused', (text) =>
    expect(() => duration('for', text)).toThrow(/--for takes a time with its unit/),
  );
});

describe('a whole number', () => {
  test('is taken within its bounds, both inclusive', () => {
    expect(wholeNumber('jobs', '1', 1, 9)).toBe(1);
    expect(wholeNumber('jobs', '9', 1, 9)).toBe(9);
  });

  test.each(['0', '10', '1.0', '1e0', '-1', '0x1', '', 'many', 'NaN'])('"%s" is refused', (text) =>
    expect(() => wholeNumber('jobs', text, 1, 9)).toThrow(/--jobs takes a whole number from 1 to 9/),
  );
});

test('an option that is given twice is refused', () => {
  expect(() => once('seed', ['1', '2'])).toThrow('--seed was given more than once');
});

test('a size has its unit, and a least one', () => {
  expect(sizeInBytes('client-memory', '64MiB', 16_777_216)).toBe(67_108_864);
  expect(sizeInBytes('client-memory', '1GiB', 16_777_216)).toBe(1_073_741_824);
  for (const text of ['64', '64MB', '-1MiB', '1.5GiB', '15MiB', ''])
    expect(() => sizeInBytes('client-memory', text, 16_777_216)).toThrow(
      `--client-memory takes a size with its unit, such as 256MiB or 1GiB, of at least 16MiB, not "${text}"`,
    );
});
