import { expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { UserError } from '../../../src/real/base/errors.js';
import { servedSimpleElection } from '../../../src/real/systems/simple-election.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest } from '../real-cluster.js';

test('three real servers elect a leader, serve, and elect another when it is gone', async () => {
  const cluster = await serversUnderTest(3);
  const clientPort = (id: number) => cluster.servers.get(nodeId(id))?.clientPort ?? 0;
  const peerPort = (id: number) => cluster.servers.get(nodeId(id))?.peerPort ?? 0;
  const system = servedSimpleElection({ heartbeatMs: 50, timeoutMs: 400 }) as unknown as Served;
  const servers = await Promise.all([1, 2, 3].map((id) => cluster.start(id, { system })));
  /** Whom the first of these servers that is up and knows calls leader. */
  const leaderOf = (...asked: readonly number[]) =>
    eventually('a leader', async () => {
      for (const id of asked) {
        const leader = cluster.addresses.indexOf((await ask(clientPort(id), 'WHO_IS_LEADER\n'))[0]?.replace('LEADER ', '') ?? '') + 1;
        if (asked.includes(leader) && (await ask(clientPort(leader), 'SET k 1\n'))[0] === 'OK') return leader;
      }
      return null;
    });

  const first = await leaderOf(1, 2, 3);
  const others = [1, 2, 3].filter((id) => id !== first);
  expect(await ask(clientPort(others[0] ?? 0), 'SET k 2\n')).toEqual([`NOT_LEADER leader=${cluster.addresses[first - 1]}`]);
  await servers[first - 1]?.stop();
  const second = await leaderOf(...others);
  expect(await ask(clientPort(second), 'GET k\n')).toEqual(['VALUE 1']);

  const voter = others.find((id) => id !== second) ?? 0;
  expect(await ask(peerPort(voter), 'VOTE_REQUEST term=600 candidate=node2\nVOTE_REQUEST term=600 candidate=node3\n')).toEqual([
    'VOTE_RESPONSE term=600 granted=true',
    'VOTE_RESPONSE term=600 granted=false',
  ]);
});

test('a choice that fits no server is refused with one line, and every user is told what this system is for', () => {
  expect(() => servedSimpleElection({ writeQuorum: 4 }).machine(1, [1, 2, 3].map(nodeId))).toThrow(
    new UserError('W=4 does not fit 3 servers: choose W from 1 to 3'),
  );
  expect(() => servedSimpleElection({ heartbeatMs: 9_000 }).machine(1, [1, 2, 3].map(nodeId))).toThrow(/do not fit together/);
  expect(servedSimpleElection().warnings(3)).toEqual([expect.stringMatching(/for real use there is raft/)]);
});
