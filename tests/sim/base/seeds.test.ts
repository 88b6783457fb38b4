import { expect, test } from 'vitest';
import { parseSeed, parseSeedRange, parseShard } from '../../../src/sim/base/seeds.js';

test('a seed is plain digits, and nothing that only looks like a number', () => {
  expect(parseSeed('42')).toEqual({ ok: true, value: 42 });
  expect(parseSeed('9007199254740991').ok).toBe(true);
  for (const text of ['', '007', '1e9', '-1', '1.5', '0x10', ' 1', '9007199254740992']) expect(parseSeed(text).ok, text).toBe(false);
});

test('a range of seeds is A..B, both inclusive', () => {
  expect(parseSeedRange('3..8')).toEqual({ ok: true, value: { first: 3, last: 8 } });
  expect(parseSeedRange('7')).toEqual({ ok: true, value: { first: 7, last: 7 } });
  for (const text of ['8..3', '1..', '..1', '1...2', '1..2..3', 'a..b']) expect(parseSeedRange(text).ok, text).toBe(false);
});

test('a shard is one of n', () => {
  expect(parseShard('2/4')).toEqual({ ok: true, value: { index: 2, count: 4 } });
  for (const text of ['0/4', '5/4', '1/0', '1', '1/2/3', 'a/b']) expect(parseShard(text).ok, text).toBe(false);
});
