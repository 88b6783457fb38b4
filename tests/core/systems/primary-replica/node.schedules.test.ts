import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { keysDigest } from '../../../../src/core/systems/primary-replica/copy.js';
import { NO_EPOCH } from '../../../../src/core/systems/primary-replica/messages.js';
import { Group, PRIMARY, smallOptions } from './group.js';

const SERVERS = [PRIMARY, nodeId(2), nodeId(3)] as const;

/** One thing that happens; `place` chooses among the letters on the table. */
type Event =
  | { readonly kind: 'set' | 'delete'; readonly key: number }
  | { readonly kind: 'deliver' | 'lose' | 'copy'; readonly place: number }
  | { readonly kind: 'pass'; readonly us: number }
  | { readonly kind: 'restart'; readonly server: NodeId };

const place = fc.nat({ max: 30 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('set' as const, 'set' as const, 'delete' as const), key: fc.nat({ max: 5 }) }),
  },
  {
    weight: 14,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), place: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, place) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('lose' as const, 'copy' as const), place }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), us: fc.constantFrom(1_000, 50_000, 120_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), server: fc.constantFrom(...SERVERS) }) },
);

/** What a primary held at each position of each of its epochs, and whether every replica kept to it. */
class Watch {
  readonly #history = new Map<string, string>();
  readonly #last = new Map<NodeId, { readonly epoch: number; readonly position: number }>();

  constructor(group: Group) {
    group.onState = (server, { role, epoch, position, store }) => {
      const digest = keysDigest(store.keys);
      const at = `${epoch} ${position}`;
      if (role === 'primary') {
        const known = this.#history.get(at);
        if (known !== undefined) expect(digest).toBe(known);
        this.#history.set(at, digest);
        return;
      }
      if (epoch === NO_EPOCH) {
        this.#last.delete(server);
        return;
      }
      expect(digest, 'a replica holds what its primary held at that position').toBe(this.#history.get(at));
      const before = this.#last.get(server);
      if (before?.epoch === epoch) expect(position, 'a replica never goes back within an epoch').toBeGreaterThanOrEqual(before.position);
      this.#last.set(server, { epoch, position });
    };
  }
}

describe('whatever is lost, doubled, late, and whoever begins a new life', () => {
  test('each replica holds what the primary once held, never goes back, and comes up to it when all is calm', () => {
    const notes = new Set<string>();
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150, size: 'max' }), (events) => {
        const group = new Group(3, smallOptions());
        new Watch(group);
        group.startAll();
        let value = 0;
        for (const happens of events) {
          const at = 'place' in happens ? happens.place % Math.max(1, group.letters.length) : 0;
          if (happens.kind === 'set') group.set(PRIMARY, `k${happens.key}`, String(value++));
          else if (happens.kind === 'delete') group.delete(PRIMARY, `k${happens.key}`);
          else if (happens.kind === 'pass') group.pass(happens.us);
          else if (happens.kind === 'restart') group.start(happens.server);
          else if (happens.kind === 'copy') group.letters.push(...group.letters.slice(at, at + 1));
          else {
            const [letter] = group.letters.splice(at, 1);
            if (letter !== undefined && happens.kind === 'deliver') group.deliver(letter);
          }
        }
        group.calm(12);
        for (const server of SERVERS) {
          expect(group.digest(server)).toBe(group.digest(PRIMARY));
          expect(group.state(server).position).toBe(group.state(PRIMARY).position);
        }
        for (const note of group.notes) notes.add(note.slice(3));
      }),
      { seed: 7, numRuns: 250 },
    );
    // The schedules got somewhere.
    expect([...notes].sort()).toEqual(['join-refused', 'replica-gap-found', 'replica-joined', 'replica-resynced']);
  });
});
