import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { servedPrimaryReplica } from '../../../src/real/systems/primary-replica.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import { servedSimpleElection } from '../../../src/real/systems/simple-election.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import { servedRaft, type Served } from '../../../src/real/systems/served-system.js';
import { conversationsIn, typedTablesIn, withAndWithoutBrackets, type TypedLine } from '../by-hand.js';
import { eventually } from '../helpers.js';
import { ask, serversUnderTest, Wire, type ServersUnderTest } from '../real-cluster.js';

// The text protocol is one face for all systems; and what docs/PROTOCOL.md says can be typed is typed here.

interface Row {
  readonly system: Served;
  readonly servers: number;
  /** What STATUS calls who takes the writes. */
  readonly role: string;
  /** Whether the others answer reads themselves. */
  readonly readsAnywhere: boolean;
}

const SYSTEMS: Readonly<Record<string, Row>> = {
  raft: { system: servedRaft() as unknown as Served, servers: 3, role: 'leader', readsAnywhere: false },
  single: { system: servedSingle() as unknown as Served, servers: 1, role: 'single', readsAnywhere: false },
  'primary-replica': { system: servedPrimaryReplica() as unknown as Served, servers: 3, role: 'primary', readsAnywhere: true },
  quorum: { system: servedQuorum() as unknown as Served, servers: 3, role: 'primary', readsAnywhere: true },
  'simple-election': {
    system: servedSimpleElection({ heartbeatMs: 50, timeoutMs: 800 }) as unknown as Served,
    servers: 3,
    role: 'leader',
    readsAnywhere: false,
  },
};

const clientPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.clientPort ?? 0;
const peerPort = ({ servers }: ServersUnderTest, id: number) => servers.get(nodeId(id))?.peerPort ?? 0;

async function started(system: Served, servers: number): Promise<ServersUnderTest> {
  const cluster = await serversUnderTest(servers);
  await Promise.all([...cluster.servers.keys()].map((id) => cluster.start(id, { system })));
  return cluster;
}

/** One line and its one answer. */
async function asked(port: number, line: string): Promise<string> {
  const answers = await ask(port, `${line}\n`);
  expect(answers).toHaveLength(1);
  return answers[0] ?? '';
}

/** The number of the server that says it takes writes, once all say the same of it. */
function leaderOf(cluster: ServersUnderTest): Promise<number> {
  return eventually('a leader whom all know', async () => {
    const told = await Promise.all([...cluster.servers.keys()].map((id) => asked(clientPort(cluster, id), 'WHO_IS_LEADER')));
    const leader = cluster.addresses.findIndex((address) => told.every((line) => line === `LEADER ${address}`)) + 1;
    return leader > 0 && (await asked(clientPort(cluster, leader), 'SET ready yes')) === 'OK' ? leader : null;
  });
}

describe.each(Object.entries(SYSTEMS))('clients of %s', (_name, { system, servers, role, readsAnywhere }) => {
  test('are answered in the words of the protocol', async () => {
    const cluster = await started(system, servers);
    const leader = await leaderOf(cluster);
    const port = clientPort(cluster, leader);
    const address = cluster.addresses[leader - 1] ?? '';
    const conversation: readonly (readonly [line: string, answer: string])[] = [
      ['GET k', 'NOT_FOUND'],
      ['SET k hello world', 'OK'],
      ['get k', 'VALUE hello world'],
      ['PUT k 0 x', 'ERROR version conflict: the key has version 1'],
      ['PUT k 1 x', 'OK 2'],
      ['DELETE k', 'OK'],
      ['DELETE k', 'NOT_FOUND'],
      ['GET k', 'NOT_FOUND'],
      ['JUMP', 'ERROR unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS'],
      ['SET k', 'ERROR usage: SET key value'],
      ['WHO_IS_LEADER', `LEADER ${address}`],
    ];
    for (const [line, answer] of conversation) expect([line, await asked(port, line)]).toEqual([line, answer]);
    expect(await asked(port, 'STATUS')).toMatch(new RegExp(`^STATUS id=${leader} role=${role} term=\\d+ leader=${leader} `));

    await asked(port, 'SET k read me');
    for (const id of [...cluster.servers.keys()].filter((other) => other !== nodeId(leader))) {
      const other = clientPort(cluster, id);
      expect(await asked(other, 'WHO_IS_LEADER')).toBe(`LEADER ${address}`);
      for (const line of ['SET k x', 'PUT k 0 x', 'DELETE k'])
        expect([line, await asked(other, line)]).toEqual([line, `NOT_LEADER leader=${address}`]);
      if (readsAnywhere) await eventually('the value', async () => ((await asked(other, 'GET k')) === 'VALUE read me' ? true : null));
      else expect(await asked(other, 'GET k')).toBe(`NOT_LEADER leader=${address}`);
      expect(await asked(other, 'JUMP')).toBe('ERROR unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS');
    }
  });
});

describe('what documents let people type at a client port is answered as they say', () => {
  test.each(['docs/PROTOCOL.md', 'docs/systems/single.md'])('%s', async (document) => {
    const conversations = conversationsIn(document);
    expect(conversations.length).toBeGreaterThan(0);
    for (const conversation of conversations) {
      const cluster = await started(servedSingle({ store: 'memory' }) as unknown as Served, 1);
      const port = clientPort(cluster, 1);
      for (const { typed, answer } of conversation)
        expect([typed, await asked(port, typed)]).toEqual([typed, answer?.replace(':6379', `:${port}`)]);
    }
  });
});

/** Types the lines over one connection, one after the other, and says what came back. */
async function typedAt(port: number, lines: readonly TypedLine[]): Promise<readonly TypedLine[]> {
  const wire = new Wire(port);
  const told: TypedLine[] = [];
  let seen = 0;
  for (const { typed, answer } of lines) {
    wire.write(`${typed}\n`);
    const arrived = () => wire.text.split('\n').slice(seen, -1);
    if (answer !== null) await eventually(`an answer to ${typed}`, () => (arrived().length > 0 ? true : null));
    const answers = arrived();
    seen += answers.length;
    told.push({ typed, answer: answers.length === 0 ? null : answers.join('\n') });
  }
  wire.destroy();
  return told;
}

/** An epoch is drawn anew in each life. */
const withoutEpoch = (lines: readonly TypedLine[]) =>
  lines.map(({ typed, answer }) => ({ typed, answer: answer?.replace(/epoch=\d+/, 'epoch=…') ?? null }));

describe('what a document lets people type at the port between servers is answered as it says', () => {
  test('quorum, with what may be left out and without it', async () => {
    const [table = []] = typedTablesIn('docs/systems/quorum.md');
    expect(table).toHaveLength(4);
    const cluster = await started(SYSTEMS['quorum']?.system as Served, 3);
    for (const [i, id] of [2, 3].entries()) {
      const lines = table.map((line) => withAndWithoutBrackets(line)[i] as TypedLine);
      expect(await typedAt(peerPort(cluster, id), lines)).toEqual(lines);
    }
  });

  test('simple-election, and a vote that is forgotten by a restart', async () => {
    const [table = []] = typedTablesIn('docs/systems/simple-election.md');
    expect(table).toHaveLength(6);
    // Their patience is long enough for people who type: nobody stands for election meanwhile.
    const system = servedSimpleElection({ timeoutMs: 60_000, heartbeatMs: 10_000 }) as unknown as Served;
    const cluster = await serversUnderTest(3);
    for (const [i, id] of [1, 3].entries()) {
      const server = await cluster.start(id, { system });
      const lines = table.map((line) => withAndWithoutBrackets(line)[i] as TypedLine);
      expect(await typedAt(peerPort(cluster, id), lines)).toEqual(lines);
      expect(await asked(clientPort(cluster, id), 'WHO_IS_LEADER')).toBe(`LEADER ${cluster.addresses[1]}`);

      await server.stop();
      const again = await cluster.start(id, { system });
      expect(await ask(peerPort(cluster, id), `${table[1]?.typed}\n`)).toEqual([table[0]?.answer]);
      await again.stop();
    }
  });

  test('primary-replica, at the primary and at a replica that takes over', async () => {
    const [atPrimary = [], atReplica = []] = typedTablesIn('docs/systems/primary-replica.md');
    expect([atPrimary.length, atReplica.length]).toEqual([3, 4]);
    const cluster = await started(SYSTEMS['primary-replica']?.system as Served, 3);
    await asked(clientPort(cluster, 1), 'SET a 1');
    expect(withoutEpoch(await typedAt(peerPort(cluster, 1), atPrimary))).toEqual(withoutEpoch(atPrimary));

    await eventually('a copy', async () => ((await asked(clientPort(cluster, 2), 'GET a')) === 'VALUE 1' ? true : null));
    expect(withoutEpoch(await typedAt(peerPort(cluster, 2), atReplica))).toEqual(withoutEpoch(atReplica));
    // What was typed as a change was none.
    expect(await asked(clientPort(cluster, 2), 'GET a')).toBe('VALUE 1');
    expect(await asked(clientPort(cluster, 2), 'SET a 3')).toBe('OK');
    await eventually('the others follow', async () =>
      (await asked(clientPort(cluster, 1), 'WHO_IS_LEADER')) === `LEADER ${cluster.addresses[1]}` ? true : null,
    );
  });

  test.each(['raft', 'single'])('%s has no such lines: whoever types there is turned away', async (name) => {
    const { system, servers } = SYSTEMS[name] as Row;
    const cluster = await started(system, servers);
    const wire = new Wire(peerPort(cluster, 1));
    wire.write('PROMOTE\n');
    expect(await wire.untilClosed()).not.toMatch(/^(?:OK|ACK|PRIMARY|ERROR)/);
  });
});
