import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { UserError } from '../../../src/real/base/errors.js';
import type { RunningServer } from '../../../src/real/server/server.js';
import { servedPrimaryReplica, type ReplicationChoices } from '../../../src/real/systems/primary-replica.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest, Wire, type ServersUnderTest } from '../real-cluster.js';

interface Running extends ServersUnderTest {
  readonly client1: number;
  clientPort(id: number): number;
  peerPort(id: number): number;
  begin(id: number): Promise<void>;
  stop(id: number): Promise<void>;
  /** Waits until this server answers a line so. */
  answers(id: number, line: string, answer: string): Promise<void>;
}

/** Servers that are up, replicas with a snapshot. */
async function running(count: number, choices: ReplicationChoices = {}): Promise<Running> {
  const cluster = await serversUnderTest(count);
  const system = servedPrimaryReplica(choices) as unknown as Served;
  const servers = new Map<number, RunningServer>();
  const portOf = (id: number, which: 'clientPort' | 'peerPort') => cluster.servers.get(nodeId(id))?.[which] ?? 0;
  const all: Running = {
    ...cluster,
    client1: portOf(1, 'clientPort'),
    clientPort: (id) => portOf(id, 'clientPort'),
    peerPort: (id) => portOf(id, 'peerPort'),
    begin: async (id) => void servers.set(id, await cluster.start(id, { system })),
    stop: async (id) => servers.get(id)?.stop(),
    answers: (id, line, answer) =>
      eventually(`server ${id}: ${line} -> ${answer}`, async () =>
        (await ask(portOf(id, 'clientPort'), `${line}\n`))[0] === answer ? undefined : null,
      ),
  };
  await Promise.all([...cluster.servers.keys()].map((id) => all.begin(id)));
  for (const id of cluster.servers.keys()) await all.answers(id, 'GET nothing', 'NOT_FOUND');
  return all;
}

describe('a primary and two replicas', () => {
  test('write at one, read everywhere, and are told who leads', async () => {
    const cluster = await running(3);
    expect(await ask(cluster.client1, 'SET k hello world\nGET k\nDELETE none\n')).toEqual(['OK', 'VALUE hello world', 'NOT_FOUND']);
    for (const id of [2, 3]) {
      await cluster.answers(id, 'GET k', 'VALUE hello world');
      expect(await ask(cluster.clientPort(id), 'SET k x\nWHO_IS_LEADER\n')).toEqual([
        `NOT_LEADER leader=${cluster.addresses[0]}`,
        `LEADER ${cluster.addresses[0]}`,
      ]);
    }
  });

  test('the client library writes at the primary, and reads where it likes what may be old', async () => {
    const cluster = await running(3);
    const client = cluster.client();
    expect(await client.set('k', 'one')).toBe(1);
    expect((await client.get('k'))?.value.toString()).toBe('one');
    await eventually('all three', async () => {
      const found = await Promise.all([1, 2, 3].map(() => client.get('k', { level: 'stale' })));
      return found.every((each) => each?.value.toString() === 'one') ? true : null;
    });
    expect((await client.status()).map(({ status }) => status?.role)).toEqual(['primary', 'replica', 'replica']);
  });

  test('a replica answers without its primary, and comes up to its new life', async () => {
    const cluster = await running(3);
    await ask(cluster.client1, 'SET k kept\n');
    for (const id of [2, 3]) await cluster.answers(id, 'GET k', 'VALUE kept');
    await cluster.stop(3);
    await cluster.stop(1);
    expect(await ask(cluster.clientPort(2), 'GET k\n')).toEqual(['VALUE kept']);

    await cluster.begin(1);
    expect(await ask(cluster.client1, 'GET k\nSET k newer\n')).toEqual(['VALUE kept', 'OK']);
    await cluster.begin(3);
    for (const id of [2, 3]) await cluster.answers(id, 'GET k', 'VALUE newer');
  });

  test('a replica that is promoted by hand takes over, and the old primary follows it', async () => {
    const cluster = await running(3);
    await ask(cluster.client1, 'SET k before\n');
    for (const id of [2, 3]) await cluster.answers(id, 'GET k', 'VALUE before');
    await cluster.stop(1);
    expect(await ask(cluster.peerPort(2), 'PROMOTE\n')).toEqual([expect.stringMatching(/^PRIMARY epoch=\d+$/)]);
    expect(await ask(cluster.clientPort(2), 'GET k\nSET k after\n')).toEqual(['VALUE before', 'OK']);
    await cluster.answers(3, 'GET k', 'VALUE after');

    await cluster.begin(1);
    await cluster.answers(1, 'GET k', 'VALUE after');
    expect(await ask(cluster.client1, 'SET k x\n')).toEqual([`NOT_LEADER leader=${cluster.addresses[1]}`]);
    // It is in its journal: not even a start of all makes the first one primary again.
    await Promise.all([1, 2, 3].map((id) => cluster.stop(id)));
    await Promise.all([1, 2, 3].map((id) => cluster.begin(id)));
    for (const id of [1, 2, 3]) await cluster.answers(id, 'WHO_IS_LEADER', `LEADER ${cluster.addresses[1]}`);
    await cluster.answers(2, 'GET k', 'VALUE after');
  });

  test('whoever types JOIN gets the snapshot, and each change as it comes', async () => {
    const cluster = await running(2);
    await ask(cluster.client1, 'SET a 1\n');
    const guest = new Wire(cluster.peerPort(1));
    guest.write('JOIN\n');
    await eventually('a snapshot', () => (guest.text.includes(' a 1 1\n') ? true : null));
    await ask(cluster.client1, 'SET a hello world\n');
    await eventually('a change', () => (guest.text.includes(' version=2 SET a hello world\n') ? true : null));
  });
});

describe('what a user may choose', () => {
  test('another primary', async () => {
    const cluster = await running(2, { primary: nodeId(2) });
    expect(await ask(cluster.client1, 'SET k 1\n')).toEqual([`NOT_LEADER leader=${cluster.addresses[1]}`]);
    expect(await ask(cluster.clientPort(2), 'SET k 1\n')).toEqual(['OK']);
  });

  test('memory alone: no file is written, and a new life of the primary is empty', async () => {
    const cluster = await running(2, { store: 'memory' });
    await ask(cluster.client1, 'SET k 1\n');
    await cluster.answers(2, 'GET k', 'VALUE 1');
    await cluster.stop(1);
    await cluster.begin(1);
    expect(await ask(cluster.client1, 'GET k\n')).toEqual(['NOT_FOUND']);
    expect(await readdir(cluster.directory)).toEqual([]);
  });

  test('is warned about where it is weaker', () => {
    expect(servedPrimaryReplica().warnings(3)).toEqual([]);
    expect(servedPrimaryReplica({ sync: 'never' }).warnings(3)).toEqual([
      expect.stringMatching(/a power cut may take answered writes without bound/),
    ]);
    expect(servedPrimaryReplica({ store: 'memory' }).warnings(3)).toEqual([expect.stringMatching(/promote one of them instead/)]);
  });

  test('a primary that is no server is refused with one line; unsaid, it is the lowest', () => {
    expect(() => servedPrimaryReplica({ primary: nodeId(9) }).machine(1, [7, 5].map(nodeId))).toThrow(
      new UserError('the primary is to be server 9, which is not in the list of servers: 7, 5'),
    );
    const machine = servedPrimaryReplica().machine(1, [7, 5].map(nodeId));
    expect(
      machine.init({ self: nodeId(7), members: [5, 7].map(nodeId), past: 'none', now: 0 as never, seed: 1 }).state.options.primary,
    ).toBe(5);
  });

  test('what was written and not synced is synced by a stop in good order', async () => {
    const cluster = await running(1, { sync: 'never' });
    const asked: string[] = [];
    const served = servedPrimaryReplica({ sync: 'never' });
    const machine: typeof served.machine = (clusterId, members) => {
      const inner = served.machine(clusterId, members);
      const closing: typeof inner.closing = (state) => {
        const steps = inner.closing?.(state) ?? [];
        asked.push(...steps.map(({ kind }) => kind));
        return steps;
      };
      return { ...inner, closing };
    };
    const system = { ...served, machine } as unknown as Served;
    await cluster.stop(1);
    const server = await cluster.start(1, { system });
    await ask(cluster.client1, 'SET k 1\n');
    await server.stop();
    // What was left open, the record that vouches for the end of the log, and the file that says where that end is.
    expect(asked).toEqual(['sync', 'append', 'sync', 'write', 'sync', 'rename', 'syncDirectory']);
  });
});
