import { describe, expect, test } from 'vitest';
import { differences } from '../../../src/cli/reach/replicas.js';
import { nodeId } from '../../../src/core/base/units.js';
import type { ServerStatus } from '../../../src/real/client/api.js';

const status = (id: number, role: string, lastApplied: number, digest: string, system = 'raft'): ServerStatus => ({
  address: `h:${id}`,
  status: {
    self: nodeId(id),
    system,
    role,
    term: 3,
    leaderId: nodeId(1),
    commitIndex: lastApplied,
    lastApplied,
    lastLogIndex: lastApplied,
    firstLogIndex: 1,
    snapshotIndex: 0,
    keyCount: 1,
    sessionCount: 0,
    digest,
  },
});

describe('the digests of servers', () => {
  test('that differ at one place of the log are told, with who holds what', () => {
    const told = differences([
      status(1, 'leader', 9, 'a'),
      status(2, 'follower', 9, 'b'),
      status(3, 'follower', 9, 'a'),
      status(4, 'follower', 5, 'c'),
    ]);
    expect(told).toEqual([expect.stringMatching(/^h:1, h:3 and h:2 hold different data at entry 9 of one log: /) as string]);
  });

  test.each([
    ['agree', [status(1, 'leader', 9, 'a'), status(2, 'follower', 9, 'a')]],
    ['stand at different places', [status(1, 'leader', 9, 'a'), status(2, 'follower', 8, 'b')]],
    ['are silent', [status(1, 'leader', 9, 'a'), { address: 'h:2', status: null }]],
    ['count places of their own', [status(1, 'primary', 9, 'a', 'primary-replica'), status(2, 'replica', 9, 'b', 'primary-replica')]],
    ['each have a log of their own', [status(1, 'leader', 9, 'a', 'simple-election'), status(2, 'follower', 9, 'b', 'simple-election')]],
  ])('say nothing where they %s', (_, servers) => expect(differences(servers)).toEqual([]));
});
