import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { micros, nodeId } from '../../../../src/core/base/units.js';
import type { Effect } from '../../../../src/core/machine.js';
import { OrderedMap } from '../../../../src/core/store/ordered-map.js';
import { AcknowledgedWrites } from '../../../../src/sim/systems/simple-election/acknowledged-writes.js';

const K = byteStringFromText('k');
const cell = (version: number, value: string) => ({ version, value: byteStringFromText(value) });

/** A server's state, as far as the oracle looks at it. */
function server(role: string, held: ReturnType<typeof cell> | null, waiting: ReturnType<typeof cell> | null = null): unknown {
  const keys = held === null ? OrderedMap.empty() : OrderedMap.of([[K, held]]);
  const writes = waiting === null ? OrderedMap.empty() : OrderedMap.of([[1, { waiter: { connection: 9, id: 5 }, key: K, cell: waiting }]]);
  return { role, votedFor: 0, currentTerm: 2, journal: { state: { keys } }, writes };
}

const answered = (kind: string): readonly Effect<unknown, unknown>[] => [
  { kind: 'respond', connection: 9 as never, response: { kind, id: 5 } },
];

/** Server 1 answered a write of version 2; then server 3 is elected with `held`. */
function elect(held: ReturnType<typeof cell> | null, kind = 'done'): () => void {
  const oracle = new AcknowledgedWrites();
  oracle.onStep(micros(1), nodeId(1), null, server('leader', null, cell(2, 'b')), server('leader', cell(2, 'b')), answered(kind));
  return () => oracle.onStep(micros(2), nodeId(3), null, server('candidate', held), server('leader', held), []);
}

describe('No Acknowledged Write Lost, in simple-election', () => {
  test('holds when whoever is elected has the write, or a newer one, and when nobody was told of it', () => {
    expect(elect(cell(2, 'b'))).not.toThrow();
    expect(elect(cell(3, 'c'))).not.toThrow();
    expect(elect(cell(1, 'a'), 'maybe')).not.toThrow();
  });

  test('is broken when it has an older one, none, or another of that version', () => {
    expect(elect(cell(1, 'a'))).toThrow(
      's1, leader of term 2, told a client that k is b, version 2; s3, elected in term 2, says that k is a, version 1',
    );
    expect(elect(null)).toThrow(
      expect.objectContaining({ violation: expect.objectContaining({ property: 'No Acknowledged Write Lost' }) as unknown }),
    );
    expect(elect(null)).toThrow('says that there is no k');
    expect(elect(cell(2, 'x'))).toThrow('says that k is x, version 2');
  });
});
