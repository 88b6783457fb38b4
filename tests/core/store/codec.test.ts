import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText, type ByteString } from '../../../src/core/base/bytestring.js';
import { logIndex } from '../../../src/core/base/units.js';
import { decodeStore, encodeStore } from '../../../src/core/store/codec.js';
import { openStore, storeDigest, type StoreState } from '../../../src/core/store/store.js';
import { applyAll, command, logs } from './commands.js';

const options = { sessionsMax: 3 };

function decoded(bytes: Uint8Array): StoreState {
  const result = decodeStore(bytes, options);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

test('a state comes back from its bytes, with the same digest and the same future', () => {
  fc.assert(
    fc.property(logs, logs, (past, future) => {
      const { state } = applyAll(openStore(options), past);
      const bytes = encodeStore(state);
      const back = decoded(bytes);
      expect(storeDigest(back)).toBe(storeDigest(state));
      expect(encodeStore(back)).toEqual(bytes);

      const after = applyAll(state, future);
      const afterBack = applyAll(back, future);
      expect(afterBack.results).toEqual(after.results);
      expect(encodeStore(afterBack.state)).toEqual(encodeStore(after.state));
    }),
  );
});

test('equal states have equal bytes, however they came about', () => {
  const set = (key: string): ReturnType<typeof command> => command('set', { key: byteStringFromText(key) });
  const there = applyAll(openStore(options), [set('a'), set('b')]).state;
  const back = applyAll(openStore(options), [set('b'), set('a')]).state;
  expect(encodeStore(there)).toEqual(encodeStore(back));
});

test('numbers up to 2^53-1 survive', () => {
  const state = { ...openStore(options), lastApplied: logIndex(Number.MAX_SAFE_INTEGER - 1) };
  const set = command('registerClient');
  const { state: far } = applyAll(state, [set]);
  expect(decoded(encodeStore(far)).lastApplied).toBe(Number.MAX_SAFE_INTEGER);
});

test('a thousand large values survive', () => {
  const log = Array.from({ length: 1_000 }, (_, n) =>
    command('set', { key: byteStringFromText(`k${n}`), value: String.fromCharCode(n % 256).repeat(n) as ByteString }),
  );
  const { state } = applyAll(openStore(options), log);
  expect(storeDigest(decoded(encodeStore(state)))).toBe(storeDigest(state));
});

test('any bytes give a state or a problem, and what is taken is what would have been written', () => {
  const arbitraryBytes = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(arbitraryBytes, (bytes) => {
      const result = decodeStore(bytes, options);
      if (result.ok) expect(encodeStore(result.value)).toEqual(bytes);
      else expect(result.problem).toMatch(/^store snapshot: [^\n]+$/);
    }),
  );
});

test('a byte changed, left out or added anywhere is found', () => {
  fc.assert(
    fc.property(logs, fc.nat(), fc.integer({ min: 1, max: 255 }), (log, where, flip) => {
      const bytes = encodeStore(applyAll(openStore(options), log).state);
      const at = where % bytes.length;
      const changed = bytes.map((byte, i) => (i === at ? byte ^ flip : byte));
      expect(decodeStore(changed, options).ok).toBe(false);
      expect(
        decodeStore(
          bytes.filter((_, i) => i !== at),
          options,
        ).ok,
      ).toBe(false);
      expect(decodeStore(bytes.slice(0, at), options).ok).toBe(false);
      expect(decodeStore(new Uint8Array([...bytes, flip]), options).ok).toBe(false);
    }),
  );
});

describe('each problem is named', () => {
  const register = command('registerClient');
  const { state } = applyAll(openStore(options), [register, register, command('set', { key: byteStringFromText('a') })]);
  const bytes = encodeStore(state);
  const problemOf = (content: Uint8Array, sessionsMax = 3): string => {
    const result = decodeStore(content, { sessionsMax });
    return result.ok ? 'none' : result.problem;
  };
  const withByte = (at: number, byte: number): Uint8Array => bytes.map((old, i) => (i === at ? byte : old));

  test.each([
    ['format 2 is unknown', withByte(0, 2), 3],
    ['cut short', new Uint8Array(), 3],
    ['cut short', bytes.slice(0, -1), 3],
    ['bytes follow the end', new Uint8Array([...bytes, 0]), 3],
    ['a number is written longer than it is', new Uint8Array([1, 0x83, 0, ...bytes.slice(2)]), 3],
    ['a number is out of range', new Uint8Array([1, ...Array.from({ length: 8 }, () => 0xff)]), 3],
    ['a key has version 0', withByte(5, 0), 3],
    ['2 sessions, and only 1 are allowed here', bytes, 1],
    ['a result has an unknown status', withByte(10, 9), 3],
    ['a result has an unknown status', withByte(10, 3), 3],
    ['a session was commanded outside its life', withByte(1, 1), 3],
    ['sessions do not ascend', new Uint8Array([...bytes.slice(0, 13), ...bytes.slice(8, 12), 2, ...bytes.slice(18)]), 3],
    ['one log entry is the last command of two sessions', withByte(12, 2), 3],
    ['the content does not have the digest that it was written with', withByte(4, 98), 3],
  ])('%s', (problem, content, sessionsMax) => {
    expect(problemOf(content, sessionsMax)).toBe(`store snapshot: ${problem}`);
  });

  test('keys do not ascend', () => {
    expect(problemOf(new Uint8Array([1, 3, 2, 1, 98, 1, 0, 1, 97, 1, 0]))).toBe('store snapshot: keys do not ascend');
  });
});
