import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../../../../src/core/base/bytestring.js';
import { logIndex } from '../../../../../../src/core/base/units.js';
import type { Command } from '../../../../../../src/core/store/command.js';
import { applyCommand, openStore, readKey } from '../../../../../../src/core/store/store.js';
import { StoreTwin } from '../../../../../../src/sim/systems/raft/oracles/log/store-twin.js';

const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.record(
    {
      op: fc.constantFrom('put', 'set', 'delete', 'registerClient'),
      clientId: fc.nat({ max: 5 }),
      sequenceNum: fc.nat({ max: 4 }),
      key: fc.constantFrom(byteStringFromText('a'), byteStringFromText('b')),
      value: fc.constantFrom(EMPTY, byteStringFromText('x'), byteStringFromText('y')),
      version: fc.nat({ max: 3 }),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 40 },
);

test('the store and its slow twin agree on every key after every command', () => {
  fc.assert(
    fc.property(commands, fc.integer({ min: 1, max: 3 }), (list, sessionsMax) => {
      const twin = new StoreTwin(sessionsMax);
      let store = openStore({ sessionsMax });
      list.forEach((command, i) => {
        store = applyCommand(store, logIndex(i + 1), command).state;
        twin.apply(i + 1, command);
        for (const key of [byteStringFromText('a'), byteStringFromText('b')]) {
          const found = readKey(store, key);
          const cell = twin.at(key);
          expect(cell.version).toBe(found.status === 'ok' ? found.version : 0);
          if (found.status === 'ok') expect(cell.value).toBe(found.value);
        }
      });
    }),
    { seed: 1, numRuns: 500 },
  );
});
