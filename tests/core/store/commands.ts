import fc from 'fast-check';
import { byteStringOf, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { logIndex } from '../../../src/core/base/units.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';
import { applyCommand, type StoreState } from '../../../src/core/store/store.js';

/** A command in which everything not said is empty. */
export function command(op: Command['op'], rest: Partial<Command> = {}): Command {
  return { op, clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0, ...rest };
}

/** Any bytes, the short ones often, so that keys meet again. */
export const byteStrings: fc.Arbitrary<ByteString> = fc.uint8Array({ maxLength: 9 }).map(byteStringOf);
const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'ab', '').map((key) => key as ByteString),
  byteStrings,
);

/** Logs of commands whose sessions, numbers and versions are often right and often wrong. */
export const logs: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.nat({ max: 3 }).map((clientId) => command('registerClient', { clientId })) },
    {
      weight: 8,
      arbitrary: fc.record({
        op: fc.constantFrom<Command['op'][]>('put', 'set', 'delete'),
        clientId: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
        sequenceNum: fc.integer({ min: 0, max: 6 }),
        key: keys,
        value: byteStrings,
        version: fc.integer({ min: 0, max: 3 }),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** Applies commands one after the other, from one behind what the state has applied. */
export function applyAll(before: StoreState, commands: readonly Command[]): { state: StoreState; results: StoreResult[] } {
  let state = before;
  const results: StoreResult[] = [];
  for (const each of commands) {
    const applied = applyCommand(state, logIndex(state.lastApplied + 1), each);
    state = applied.state;
    results.push(applied.result);
  }
  return { state, results };
}
