import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logIndex } from '../../../../src/core/base/units.js';
import { GENERATION_MAX } from '../../../../src/core/systems/primary-replica/messages.js';
import { keptTenure } from '../../../../src/core/systems/primary-replica/tenure.js';
import { command } from '../../wire/arbitraries.js';

const kept = keptTenure({ sessionsMax: 100 });

test('a tenure is read from a snapshot as it was written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: GENERATION_MAX }),
      fc.boolean(),
      fc.array(command, { maxLength: 12 }),
      (generation, isPrimary, commands) => {
        const tenure = commands.reduce((state, each, i) => kept.apply(state, logIndex(i + 1), each).state, {
          ...kept.first,
          generation,
          isPrimary,
        });
        const read = kept.decodeState(kept.encodeState(tenure));
        expect(read.ok && [read.value.generation, read.value.isPrimary, read.value.store.laneA, read.value.store.lastApplied]).toEqual([
          generation,
          isPrimary,
          tenure.store.laneA,
          tenure.store.lastApplied,
        ]);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test.each([[[]], [[1, 0, 0]], [[2, 0, 0, 0, 0, 0, 1]], [[1, 2, 0, 0, 0, 0, 1]], [[1, 1, 0, 0, 0, 0]]])(
  '%j is no tenure, and nothing throws',
  (bytes) => {
    expect(kept.decodeState(Uint8Array.from(bytes)).ok).toBe(false);
  },
);

test('what a command changed is told with it, and that nothing changed too', () => {
  const set = { op: 'set', clientId: 0, sequenceNum: 0, key: 'a', value: '1', version: 0 } as never;
  const first = kept.apply(kept.first, logIndex(1), set);
  expect(first.result.change).toEqual({ change: { op: 'set', key: 'a', value: '1' }, version: 1 });
  const gone = kept.apply(first.state, logIndex(2), { ...(set as object), op: 'delete' } as never);
  expect(gone.result.change).toEqual({ change: { op: 'delete', key: 'a' }, version: 0 });
  expect(kept.apply(gone.state, logIndex(3), { ...(set as object), op: 'delete' } as never).result.change).toBeNull();
});
