import { describe, expect, test } from 'vitest';
import { swarm } from '../../../scenarios/raft/swarm.js';
import { LATENCIES, optionsOf } from 'seedstorm/sim';
import type { RaftRunOptions } from 'seedstorm/systems';

/** A small campaign's worth of worlds: only described, not lived. */
const worlds = Array.from({ length: 300 }, (_, i) => optionsOf(swarm, 1 + i) as RaftRunOptions);

/** The different values of something over all worlds, ascending. */
function drawn(valueOf: (world: RaftRunOptions) => number): readonly number[] {
  return [...new Set(worlds.map(valueOf))].toSorted((a, b) => a - b);
}

describe('a swarm draws a whole set of options for each world', () => {
  test('a cluster has one to seven servers', () => {
    expect(drawn(({ servers }) => servers)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([
    ['window', ({ node }: RaftRunOptions) => node.raft.inflightMessagesMax, 1],
    ['batch', ({ node }: RaftRunOptions) => node.raft.entriesPerMessageMax, 1],
    ['bytes of a message', ({ node }: RaftRunOptions) => node.raft.messageBytesMax, 64],
    ['piece of a snapshot, in bytes', ({ node }: RaftRunOptions) => node.raft.snapshotPieceBytes, 64],
    ['segment, in bytes: a few records', ({ node }: RaftRunOptions) => node.storage?.segmentBytesMax ?? 0, 512],
    ['record, in bytes: one entry', ({ node }: RaftRunOptions) => node.storage?.recordBytesMax ?? 0, 64],
    ['snapshot, in entries', ({ node }: RaftRunOptions) => node.snapshotEveryEntries, 5],
    ['tail of a log behind a snapshot', ({ node }: RaftRunOptions) => node.entriesKept, 0],
    ['election timeout, in microseconds', ({ node }: RaftRunOptions) => node.raft.electionTimeoutMin, 100_000],
    ['delay of a message between servers, in microseconds', ({ peerLink }: RaftRunOptions) => peerLink.delayUsMin, 0],
    ['queue of a link', ({ peerLink }: RaftRunOptions) => peerLink.queueMax, 20],
    ['number of clients', ({ workload }: RaftRunOptions) => workload.clients, 1],
    ['number of keys', ({ workload }: RaftRunOptions) => workload.keys, 1],
  ] as const)('%s: as small as can be in some worlds, and large in others', (_name, valueOf, least) => {
    const values = drawn(valueOf);
    expect(values[0]).toBe(least);
    expect(values.length).toBeGreaterThanOrEqual(2);
    expect(values.at(-1)).toBeGreaterThanOrEqual(4 * least);
    expect(worlds.filter((world) => valueOf(world) === least).length).toBeGreaterThanOrEqual(15);
  });

  test('links delay by every distribution, and most by the plain one', () => {
    const names = worlds.map(({ peerLink }) => peerLink.faults?.latency ?? 'plain');
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(LATENCIES).toSorted());
    expect(names.filter((name) => name === 'plain').length).toBeGreaterThan(worlds.length / 2);
  });

  test.each([
    ['loss', ({ peerLink }: RaftRunOptions) => peerLink.lossRatio.numerator > 0],
    ['duplication', ({ peerLink }: RaftRunOptions) => peerLink.duplicateRatio.numerator > 0],
    ['reordering', ({ peerLink }: RaftRunOptions) => peerLink.reorders],
    ['damage and resets', ({ peerLink }: RaftRunOptions) => peerLink.faults !== undefined],
    ['bytes instead of objects', ({ isCodecUsed }: RaftRunOptions) => isCodecUsed],
    ['other options after a restart', ({ laterNode }: RaftRunOptions) => laterNode !== null],
  ] as const)('%s is fully off in many worlds, and on in many', (_name, isOn) => {
    const on = worlds.filter(isOn).length;
    expect(on).toBeGreaterThan(60);
    expect(on).toBeLessThan(240);
  });

  test('no two worlds are alike', () => {
    expect(new Set(worlds.map((world) => JSON.stringify(world))).size).toBe(worlds.length);
  });
});
