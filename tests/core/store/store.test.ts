import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../../src/core/base/assert.js';
import { byteStringFromText, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { logIndex } from '../../../src/core/base/units.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';
import {
  applyCommand,
  keyCount,
  openStore,
  readKey,
  scanKeys,
  sessionCount,
  storeDigest,
  type StoreState,
} from '../../../src/core/store/store.js';
import { applyAll, command, logs } from './commands.js';
import { Twin } from './twin.js';

const a = byteStringFromText('a');
const one = byteStringFromText('1');
const two = byteStringFromText('2');
const open = (sessionsMax = 3): StoreState => openStore({ sessionsMax });
const okWith = (version: number, value: ByteString = EMPTY): StoreResult => ({ status: 'ok', version, value });
const NO_KEY: StoreResult = { status: 'noKey', version: 0, value: EMPTY };
const EXPIRED: StoreResult = { status: 'sessionExpired', version: 0, value: EMPTY };

function resultsOf(...commands: Command[]): StoreResult[] {
  return applyAll(open(), commands).results;
}

describe('versions', () => {
  test('begin at 1 and grow by 1 with each write', () => {
    const puts = [0, 1, 2].map((version) => command('put', { key: a, version }));
    expect(resultsOf(...puts, command('set', { key: a }))).toEqual([1, 2, 3, 4].map((version) => okWith(version)));
  });

  test('a put must name the version that is there; 0 means that nothing may be there', () => {
    expect(resultsOf(command('put', { key: a, version: 1 }))).toEqual([NO_KEY]);
    const conflict = { status: 'versionConflict', version: 1, value: EMPTY };
    expect(resultsOf(command('set', { key: a }), command('put', { key: a }), command('put', { key: a, version: 2 }))).toEqual([
      okWith(1),
      conflict,
      conflict,
    ]);
  });

  test('a delete gives the version that it removed, and the key starts at 1 again', () => {
    const set = command('set', { key: a });
    expect(resultsOf(set, set, command('delete', { key: a }), command('delete', { key: a }), command('put', { key: a }))).toEqual([
      okWith(1),
      okWith(2),
      okWith(2),
      NO_KEY,
      okWith(1),
    ]);
  });

  test('a refused put leaves the value alone', () => {
    const { state } = applyAll(open(), [command('set', { key: a, value: one }), command('put', { key: a, value: two, version: 7 })]);
    expect(readKey(state, a)).toEqual(okWith(1, one));
  });
});

describe('a session (thesis §6.3)', () => {
  const register = command('registerClient');
  const set = (clientId: number, sequenceNum: number, value = one): Command => command('set', { clientId, sequenceNum, key: a, value });

  test('is named by the log index of its registration', () => {
    expect(resultsOf(command('set', { key: a }), register)).toEqual([okWith(1), okWith(2)]);
  });

  test('makes a repeated command take effect once, with the same answer', () => {
    const { state, results } = applyAll(open(), [register, set(1, 1), set(1, 1), set(1, 1, two)]);
    expect(results.slice(1)).toEqual([okWith(1), okWith(1), okWith(1)]);
    expect(readKey(state, a)).toEqual(okWith(1, one));
  });

  test('remembers a refusal as well', () => {
    const put = command('put', { clientId: 1, sequenceNum: 1, key: a, version: 1 });
    expect(resultsOf(register, put, command('set', { key: a }), put)).toEqual([okWith(1), NO_KEY, okWith(1), NO_KEY]);
  });

  test('refuses a late copy of an older command', () => {
    const { state, results } = applyAll(open(), [register, set(1, 2), set(1, 1, two)]);
    expect(results[2]).toEqual(EXPIRED);
    expect(readKey(state, a)).toEqual(okWith(1, one));
  });

  test('is never made at first sight of a command', () => {
    const { state, results } = applyAll(open(), [set(1, 1)]);
    expect(results).toEqual([EXPIRED]);
    expect([keyCount(state), sessionCount(state)]).toEqual([0, 0]);
  });

  test('is dropped when others came and it was commanded longest ago', () => {
    const { state, results } = applyAll(open(2), [register, register, set(1, 1), register, set(2, 1), set(1, 2), set(4, 1)]);
    expect(results.slice(4)).toEqual([EXPIRED, okWith(2), okWith(3)]);
    expect(sessionCount(state)).toBe(2);
  });

  test('is not kept alive by reads, nor by a command that it refused', () => {
    let { state } = applyAll(open(2), [register, register, set(1, 5), set(2, 5), set(1, 4)]);
    readKey(state, a);
    ({ state } = applyAll(state, [register]));
    expect(applyAll(state, [set(1, 6), set(2, 6)]).results).toEqual([EXPIRED, okWith(3)]);
  });
});

test('the store does what its obvious twin does, and its digest is the one counted from scratch', () => {
  fc.assert(
    fc.property(logs, fc.integer({ min: 1, max: 4 }), (log, sessionsMax) => {
      const twin = new Twin(sessionsMax);
      let state = openStore({ sessionsMax });
      log.forEach((each, at) => {
        const index = at * 2 + 1;
        const applied = applyCommand(state, logIndex(index), each);
        expect(applied.result).toEqual(twin.apply(index, each));
        state = applied.state;
        expect(storeDigest(state)).toBe(twin.digest());
        expect(readKey(state, each.key)).toEqual(twin.read(each.key));
      });
      expect(keyCount(state)).toBe(twin.keys.size);
      expect(sessionCount(state)).toBe(twin.sessions.length);
    }),
  );
});

test('a state is a value: what came later does not show in it, frozen or not', () => {
  fc.assert(
    fc.property(logs, logs, logs, (log, oneWay, anotherWay) => {
      const { state: middle } = applyAll(open(), log);
      Object.freeze(middle);
      const digest = storeDigest(middle);
      const content = scanKeys(middle, EMPTY, null, 1_000);
      const { results } = applyAll(middle, oneWay);
      applyAll(middle, anotherWay);
      expect(storeDigest(middle)).toBe(digest);
      expect(scanKeys(middle, EMPTY, null, 1_000)).toEqual(content);
      expect(applyAll(middle, oneWay).results).toEqual(results);
    }),
  );
});

test('a state with many keys and sessions is a value too', () => {
  const names = Array.from({ length: 500 }, (_, n) => byteStringFromText(`key ${(n * 7_919) % 500}`));
  const log = names.flatMap((key) => [command('registerClient'), command('set', { key, value: key })]);
  const { state: full } = applyAll(openStore({ sessionsMax: 400 }), log);
  const digest = storeDigest(full);
  const { state: bare } = applyAll(
    full,
    names.map((key) => command('delete', { key })),
  );
  expect([keyCount(full), keyCount(bare), sessionCount(full)]).toEqual([500, 0, 400]);
  expect(storeDigest(full)).toBe(digest);
  expect(scanKeys(full, EMPTY, null, 1_000).map(({ key }) => key)).toEqual([...names].sort((x, y) => (x < y ? -1 : 1)));
});

describe('the digest', () => {
  const register = command('registerClient');
  const base = [register, register, command('set', { clientId: 1, sequenceNum: 1, key: a, value: one })];
  const digestOf = (...commands: Command[]): string => storeDigest(applyAll(open(), commands).state);
  const reference = digestOf(...base);

  test.each([
    ['a key', [register, register, command('set', { clientId: 1, sequenceNum: 1, key: two, value: one })]],
    ['a value', [register, register, command('set', { clientId: 1, sequenceNum: 1, key: a, value: two })]],
    ['a sequence number', [register, register, command('set', { clientId: 1, sequenceNum: 2, key: a, value: one })]],
    ['whose command it was', [register, register, command('set', { clientId: 2, sequenceNum: 1, key: a, value: one })]],
    ['a session', [register, command('delete', { key: a }), command('set', { clientId: 1, sequenceNum: 1, key: a, value: one })]],
    ['what was applied last', [...base, command('delete', { key: two })]],
  ])('shows %s', (_what, commands) => {
    expect(digestOf(...commands)).not.toBe(reference);
  });

  test('shows a version', () => {
    const del = command('delete', { key: a });
    const set = command('set', { key: a, value: one });
    expect(digestOf(set, del, set)).not.toBe(digestOf(del, set, set));
  });

  test('shows the remembered answer of a session', () => {
    const put = (version: number): Command => command('put', { clientId: 1, sequenceNum: 1, key: a, version });
    const del = command('delete', { clientId: 1, sequenceNum: 1, key: two });
    const set = command('set', { key: a });
    expect(digestOf(register, set, put(5))).not.toBe(digestOf(register, set, del));
  });

  test('shows the order of use of sessions, which nothing else differs in', () => {
    const del = (clientId: number): Command => command('delete', { clientId, sequenceNum: 1, key: two });
    expect(digestOf(register, register, del(1), del(2))).not.toBe(digestOf(register, register, del(2), del(1)));
  });

  test('does not show how the state came about', () => {
    const set = (key: ByteString, value: ByteString): Command => command('set', { key, value });
    expect(digestOf(set(a, one), set(one, two))).toBe(digestOf(set(one, two), set(a, one)));
  });

  test('is 16 hex digits', () => {
    fc.assert(
      fc.property(logs, (log) => {
        expect(storeDigest(applyAll(open(), log).state)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});

test('keys are in the order of their bytes, which is not that of UTF-16', () => {
  const texts = ['z', '\u{1f300}', '\uff5e', '', 'é', 'Z', 'zz', '\u{10ffff}', '\ue000'];
  const { state } = applyAll(
    open(),
    texts.map((text) => command('set', { key: byteStringFromText(text) })),
  );
  const byBytes = [...texts].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
  expect(byBytes).not.toEqual([...texts].sort());
  expect(scanKeys(state, EMPTY, null, 99).map(({ key }) => key)).toEqual(byBytes.map(byteStringFromText));
});

test('a scan goes from one key to below another and stops at its count', () => {
  const { state } = applyAll(
    open(),
    ['a', 'b', 'c', 'd'].map((key) => command('set', { key: byteStringFromText(key), value: one })),
  );
  const found = (from: string, below: string | null, countMax: number): string =>
    scanKeys(state, byteStringFromText(from), below === null ? null : byteStringFromText(below), countMax)
      .map(({ key }) => key)
      .join('');
  expect(found('', null, 99)).toBe('abcd');
  expect(found('b', 'd', 99)).toBe('bc');
  expect(found('aa', null, 2)).toBe('bc');
  expect(found('e', null, 2)).toBe('');
  expect(found('a', null, 0)).toBe('');
  expect(scanKeys(open(), EMPTY, null, 9)).toEqual([]);
});

test('a log entry is applied once, in order', () => {
  const { state } = applyAll(open(), [command('set', { key: a })]);
  expect(() => applyCommand(state, logIndex(1), command('set', { key: a }))).toThrow(AssertionError);
});
