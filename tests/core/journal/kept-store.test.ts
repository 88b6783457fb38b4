import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logIndex } from '../../../src/core/base/units.js';
import { keptStore } from '../../../src/core/journal/kept-store.js';
import { storeDigest } from '../../../src/core/store/store.js';
import { command, logs } from '../store/commands.js';

const kept = keptStore({ sessionsMax: 3 });

test('the store and its commands come back from their bytes as they were', () => {
  fc.assert(
    fc.property(logs, (commands) => {
      let state = kept.first;
      let replayed = kept.first;
      commands
        .filter(({ op, key }) => op === 'registerClient' || key !== '')
        .forEach((each, i) => {
          state = kept.apply(state, logIndex(i + 1), each).state;
          const decoded = kept.decodeEntry(kept.encodeEntry(each));
          if (!decoded.ok) throw new Error(decoded.problem);
          replayed = kept.apply(replayed, logIndex(i + 1), decoded.value).state;
        });
      const decoded = kept.decodeState(kept.encodeState(state));
      expect(decoded.ok && storeDigest(decoded.value)).toBe(storeDigest(state));
      expect(storeDigest(replayed)).toBe(storeDigest(state));
    }),
  );
});

test('bytes of something else are refused with a line', () => {
  expect(kept.decodeEntry(Uint8Array.of(255))).toMatchObject({ ok: false });
  expect(kept.decodeState(Uint8Array.of(9))).toMatchObject({ ok: false });
  expect(kept.apply(kept.first, logIndex(1), command('set', { key: 'a' as never })).result).toMatchObject({ status: 'ok', version: 1 });
});
