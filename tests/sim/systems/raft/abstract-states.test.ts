import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../../src/core/base/units.js';
import { ClusterShapes, SHAPES_END } from '../../../../src/sim/systems/raft/abstract-states.js';
import { view, type Planted } from '../../oracles/planted.js';

const LEADER = { role: 'leader', term: 2, log: [1, 2] } as const;
const FOLLOWER = { term: 2, log: [1, 2] } as const;
const durable = { writtenSequence: 3, durableSequence: 3, durableSnapshotIndex: 0 };
const pending = { ...durable, writtenSequence: 4 };

/** The shape of a cluster in which each server is in the state given; null is one that is down. */
function shapeOf(...states: readonly (Planted | null)[]): number {
  const shapes = new ClusterShapes(states.length);
  states.forEach((state, i) => shapes.show(nodeId(i + 1), state === null ? null : view(state)));
  return [...shapes.seen].at(-1) ?? 0;
}

describe('the abstract shape of a cluster', () => {
  const usual = shapeOf(LEADER, FOLLOWER, FOLLOWER);

  test('does not tell who is who, how many there are, or how long logs and terms are', () => {
    expect(shapeOf(FOLLOWER, FOLLOWER, LEADER)).toBe(usual);
    expect(shapeOf(LEADER, FOLLOWER)).toBe(usual);
    expect(shapeOf(LEADER, FOLLOWER, null)).toBe(usual);
    expect(shapeOf({ role: 'leader', term: 9, log: [1, 2, 9] }, { term: 9, log: [1, 2, 9] })).toBe(usual);
  });

  test('tells roles, the order of terms, the relation of logs, and the disk from the memory', () => {
    const others = [
      shapeOf(FOLLOWER, FOLLOWER, FOLLOWER),
      shapeOf({ ...FOLLOWER, role: 'candidate' }, FOLLOWER),
      shapeOf({ ...FOLLOWER, role: 'preCandidate' }, FOLLOWER),
      shapeOf(LEADER, FOLLOWER, { ...FOLLOWER, term: 1, log: [1] }),
      shapeOf(LEADER, FOLLOWER, { ...LEADER, term: 1, log: [1] }),
      shapeOf(LEADER, FOLLOWER, { ...FOLLOWER, log: [1] }),
      shapeOf(LEADER, FOLLOWER, { ...FOLLOWER, log: [1, 1, 1] }),
      shapeOf({ ...LEADER, log: [1, 2, 2] }, FOLLOWER, { ...FOLLOWER, log: [1, 1] }),
      shapeOf({ ...LEADER, storage: pending }, FOLLOWER),
      shapeOf(LEADER, { ...FOLLOWER, log: [1], storage: pending }),
    ];
    expect(new Set([usual, ...others]).size).toBe(others.length + 1);
    for (const shape of others) expect(shape).toBeLessThan(SHAPES_END);
    expect(shapeOf({ ...LEADER, storage: durable }, FOLLOWER)).toBe(usual);
  });

  test('what was compacted away is not called forked', () => {
    const compacted = { ...LEADER, compactedTo: 2, log: [2, 2] };
    expect(shapeOf(compacted, { ...FOLLOWER, log: [1] })).toBe(shapeOf(LEADER, { ...FOLLOWER, log: [1] }));
  });

  test('a shape that lasts is seen once, and one that comes again too', () => {
    const shapes = new ClusterShapes(1);
    for (const state of [LEADER, LEADER, FOLLOWER, LEADER]) shapes.show(nodeId(1), view(state));
    shapes.show(nodeId(1), null);
    expect(shapes.seen.size).toBe(3);
  });
});
