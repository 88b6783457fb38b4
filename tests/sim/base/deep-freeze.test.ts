import { expect, test } from 'vitest';
import { deepFreeze } from '../../../src/sim/base/deep-freeze.js';

test('freezes plain objects and arrays at any depth, and leaves classes and bytes alone', () => {
  class Log {
    entries = [1];
  }
  const value = { list: [{ deep: { n: 1 } }], log: new Log(), bytes: new Uint8Array(2), nothing: null };
  deepFreeze(value);
  deepFreeze(value);
  expect(() => {
    value.list.push({ deep: { n: 2 } });
  }).toThrow(TypeError);
  expect(() => {
    (value.list[0] as { deep: { n: number } }).deep.n = 2;
  }).toThrow(TypeError);
  value.log.entries.push(2);
  value.bytes[0] = 7;
  expect([value.log.entries, value.bytes[0]]).toEqual([[1, 2], 7]);
  for (const simple of [null, undefined, 1, 'text'])
    expect(() => {
      deepFreeze(simple);
    }).not.toThrow();
});

test('goes into what hides behind something that was frozen before', () => {
  const value = Object.freeze({ inner: { n: 1 } });
  deepFreeze(value);
  expect(Object.isFrozen(value.inner)).toBe(true);
});
