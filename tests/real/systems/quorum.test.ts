import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { UserError } from '../../../src/real/base/errors.js';
import { servedQuorum, type QuorumChoices } from '../../../src/real/systems/quorum.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest, type ServersUnderTest } from '../real-cluster.js';

const clientPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.clientPort ?? 0;
const peerPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.peerPort ?? 0;
const served = (choices: QuorumChoices = {}) => servedQuorum(choices) as unknown as Served;

interface Running extends ServersUnderTest {
  stop(id: number): Promise<void>;
  again(): Promise<void>;
}

/** Servers that answer. */
async function running(count: number, choices: QuorumChoices = {}): Promise<Running> {
  const cluster = await serversUnderTest(count);
  const startAll = () => Promise.all([...cluster.servers.keys()].map((id) => cluster.start(id, { system: served(choices) })));
  let servers = await startAll();
  await eventually('servers that serve', async () => ((await ask(clientPort(cluster, 1), 'SET ready yes\n'))[0] === 'OK' ? true : null));
  return {
    ...cluster,
    stop: async (id) => servers[id - 1]?.stop(),
    again: async () => {
      servers = await startAll();
    },
  };
}

describe('three real servers with W = R = 2', () => {
  test('write at the primary, read anywhere, and go on without one of them', async () => {
    const cluster = await running(3);
    expect(await ask(clientPort(cluster, 1), 'SET k hello world\nGET k\nDELETE none\n')).toEqual(['OK', 'VALUE hello world', 'NOT_FOUND']);
    for (const id of [2, 3])
      expect(await ask(clientPort(cluster, id), 'GET k\nSET k x\n')).toEqual([
        'VALUE hello world',
        `NOT_LEADER leader=${cluster.addresses[0]}`,
      ]);
    await cluster.stop(3);
    expect(await ask(clientPort(cluster, 1), 'SET k again\n')).toEqual(['OK']);
    expect(await ask(clientPort(cluster, 2), 'GET k\n')).toEqual(['VALUE again']);
  });

  test('keep what was answered when all are started again', async () => {
    const cluster = await running(3);
    await ask(clientPort(cluster, 1), 'SET k kept\n');
    await Promise.all([1, 2, 3].map((id) => cluster.stop(id)));
    await cluster.again();
    const found = await eventually('servers that serve', async () => {
      const [answer] = await ask(clientPort(cluster, 2), 'GET k\n');
      return answer?.startsWith('ERROR') === true ? null : answer;
    });
    expect(found).toBe('VALUE kept');
  });

  test('understand what people type at the port between them', async () => {
    const cluster = await running(3);
    expect(await ask(peerPort(cluster, 2), 'REPLICATE_SYNC 1000 SET typed 1\nREAD_SYNC 1 typed\n')).toEqual(
      expect.arrayContaining(['ACK 1000']),
    );
    expect(await ask(clientPort(cluster, 3), 'GET typed\n')).toEqual(['VALUE 1']);
  });
});

test('a write quorum of all, with one away, is an honest error in time', async () => {
  const cluster = await running(3, { writeQuorum: 3, readQuorum: 2, timeoutMs: 400 });
  await cluster.stop(3);
  expect(await ask(clientPort(cluster, 1), 'SET k 1\n')).toEqual([
    'ERROR nobody can know whether it was done: write quorum not reached: 2 of 3 servers had it durably within 400 ms',
  ]);
  expect(await ask(clientPort(cluster, 2), 'GET ready\n')).toEqual(['VALUE yes']);
});

describe('what a user may choose', () => {
  test('is a majority where nothing is said', () => {
    for (const count of [1, 2, 3, 5]) expect(servedQuorum().warnings(count)).toEqual([]);
  });

  test('is warned about when reads may be stale', () => {
    expect(servedQuorum({ writeQuorum: 1, readQuorum: 1 }).warnings(3)).toEqual([
      'W=1 and R=1 of 3 servers: reads may be stale, since W + R is not above N',
    ]);
  });

  test('is refused with one line when it fits no server', () => {
    expect(() => servedQuorum({ writeQuorum: 4 }).machine(1, [1, 2, 3].map(nodeId))).toThrow(
      new UserError('W=4 does not fit 3 servers: choose W from 1 to 3'),
    );
  });
});
