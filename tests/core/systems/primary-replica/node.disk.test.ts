import { expect, test } from 'vitest';
import { EMPTY } from '../../../../src/core/base/bytestring.js';
import { connectionId, nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { DEFAULT_JOURNAL_OPTIONS } from '../../../../src/core/journal/options.js';
import { primaryReplicaCodecs } from '../../../../src/core/systems/primary-replica/codec.js';
import { primaryReplicaNode } from '../../../../src/core/systems/primary-replica/node.js';
import { defaultOptions, type PrimaryReplicaOptions } from '../../../../src/core/systems/primary-replica/options.js';
import type { ReplicationRequest, ReplicationState } from '../../../../src/core/systems/primary-replica/state.js';
import type { NodeResponse } from '../../../../src/core/wire/protocol.js';
import { TRUE_CLOCK } from '../../../../src/sim/base/node-clock.js';
import { LAN } from '../../../../src/sim/options/presets.js';
import { World } from '../../../../src/sim/world/world.js';
import { bs, PRIMARY } from './group.js';

const A = nodeId(2);
const B = nodeId(3);
const SERVERS = [PRIMARY, A, B] as const;
const OPERATOR = connectionId(0);
/** Long enough for a start, a join and a sync on these disks. */
const A_WHILE_US = 3_000_000;

/** Three servers with disks in a world of their own, and a person at them. */
class House {
  readonly world = new World({ seed: 5, options: { serverLinks: LAN, clientLinks: LAN, codecs: true, freezes: true, inboxMax: 100 } });
  #answers: NodeResponse[] = [];
  #lastId = 0;

  /** Hears every answer, whoever asked. */
  onAnswer: (response: NodeResponse) => void = () => undefined;

  constructor(over: Partial<PrimaryReplicaOptions> = {}) {
    const machine = primaryReplicaNode({
      ...defaultOptions(PRIMARY),
      ...over,
      journal: { ...DEFAULT_JOURNAL_OPTIONS, snapshotEveryEntries: 3 },
    });
    for (const id of SERVERS) {
      this.world.addProcess({
        id,
        name: `s${id}`,
        kind: 'server',
        machine,
        members: SERVERS,
        clock: TRUE_CLOCK,
        codecs: primaryReplicaCodecs as never,
        disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: 4_000 },
        onRespond: (_connection, response) => {
          this.#answers.push(response);
          this.onAnswer(response);
        },
      });
    }
    this.pass();
  }

  pass(us = A_WHILE_US): this {
    expect(this.world.runUntil(this.world.nowUs + us)).toBeNull();
    return this;
  }

  state(server: NodeId): ReplicationState {
    return this.world.process(server).state as ReplicationState;
  }

  ask(server: NodeId, request: ReplicationRequest): NodeResponse | undefined {
    this.#answers = [];
    this.world.request(server, request, OPERATOR);
    this.pass(200_000);
    return this.#answers.find(({ id }) => id === request.id);
  }

  set(server: NodeId, key: string, value: string): NodeResponse | undefined {
    return this.ask(server, {
      kind: 'command',
      id: ++this.#lastId,
      command: { op: 'set', clientId: 0, sequenceNum: 0, key: bs(key), value: bs(value), version: 0 },
    });
  }

  get(server: NodeId, key: string): string | null {
    const answer = this.ask(server, { kind: 'query', id: ++this.#lastId, key: bs(key) });
    return answer?.kind === 'done' && answer.result.status === 'ok' ? answer.result.value : null;
  }

  promote(server: NodeId): NodeResponse | undefined {
    return this.ask(server, { kind: 'promote', id: ++this.#lastId });
  }

  /** The power of these servers goes at one moment, and comes back. */
  loseAndRegainPower(...servers: readonly NodeId[]): this {
    for (const server of servers) this.world.crash(server, { keepsPageCache: false });
    for (const server of servers) this.world.restart(server);
    return this.pass();
  }
}

const roles = (house: House): readonly string[] => SERVERS.map((server) => house.state(server).role);

test('what a primary answered is there after a power cut of all, and its replicas come back to it', () => {
  const house = new House();
  for (let i = 0; i < 7; i++) expect(house.set(PRIMARY, `k${i % 3}`, String(i))).toMatchObject({ kind: 'done' });
  house.loseAndRegainPower(...SERVERS);
  for (const server of SERVERS)
    expect([house.get(server, 'k0'), house.get(server, 'k1'), house.get(server, 'k2')]).toEqual(['6', '4', '5']);
  expect(roles(house)).toEqual(['primary', 'replica', 'replica']);
});

test('nothing is pushed before it is durable: a replica is never ahead of what its primary comes back with', () => {
  const house = new House();
  house.world.request(
    PRIMARY,
    { kind: 'command', id: 1, command: { op: 'set', clientId: 0, sequenceNum: 0, key: bs('a'), value: bs('1'), version: 0 } },
    OPERATOR,
  );
  house.pass(0);
  expect([house.state(PRIMARY).position, house.state(PRIMARY).journal.held.size]).toEqual([0, 1]);
  house.pass();
  expect([house.state(PRIMARY).position, house.state(A).position]).toEqual([1, 1]);
});

test('a promoted replica is the primary after a power cut too, and the old one is not, once it has followed', () => {
  const house = new House();
  house.set(PRIMARY, 'a', '1');
  expect(house.promote(A)).toMatchObject({ kind: 'leader', leaderHint: A });
  expect(house.set(A, 'b', '2')).toMatchObject({ kind: 'done' });
  house.pass();
  expect(roles(house)).toEqual(['replica', 'primary', 'replica']);

  house.loseAndRegainPower(...SERVERS);
  expect(roles(house)).toEqual(['replica', 'primary', 'replica']);
  for (const server of SERVERS) expect([house.get(server, 'a'), house.get(server, 'b')]).toEqual(['1', '2']);

  // The one that stepped down may be called back: its generation is above all before.
  expect(house.promote(PRIMARY)).toMatchObject({ kind: 'leader', leaderHint: PRIMARY });
  expect(house.set(PRIMARY, 'c', '3')).toMatchObject({ kind: 'done' });
  house.pass().loseAndRegainPower(...SERVERS);
  expect(roles(house)).toEqual(['primary', 'replica', 'replica']);
  expect([house.get(B, 'a'), house.get(B, 'b'), house.get(B, 'c')]).toEqual(['1', '2', '3']);
});

test('a promotion that loses its power before it is durable was none', () => {
  const house = new House();
  house.set(PRIMARY, 'a', '1');
  house.world.request(A, { kind: 'promote', id: 99 }, OPERATOR);
  house.pass(0);
  expect(house.state(A).isPromoting).toBe(true);
  house.loseAndRegainPower(A);
  expect(roles(house)).toEqual(['primary', 'replica', 'replica']);
  expect(house.get(A, 'a')).toBe('1');
});

test('a replica that has received nothing is not promoted: it would be an empty primary', () => {
  const house = new House();
  house.world.crash(PRIMARY, { keepsPageCache: true });
  house.loseAndRegainPower(A);
  expect(house.promote(A)).toMatchObject({ kind: 'unavailable' });
  expect(house.promote(B)).toMatchObject({ kind: 'leader', leaderHint: B });
});

test("a session of the old primary is unknown to the new one, and never another client's", () => {
  const house = new House();
  const register = { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 } as const;
  const idAt = (server: NodeId): number => {
    const answer = house.ask(server, { kind: 'command', id: 500 + server, command: register });
    return answer?.kind === 'done' ? answer.result.version : 0;
  };
  const old = idAt(PRIMARY);
  house.promote(A);
  expect([old > 0, idAt(A) > 4_294_967_296]).toEqual([true, true]);
});

test('what waits for a disk that stands still is bounded, reads behind a write of their own connection too', () => {
  const house = new House({ waitingMax: 4 });
  const answers: NodeResponse[] = [];
  house.onAnswer = (response) => answers.push(response);
  house.world.disk(PRIMARY).stallUntil(house.world.nowUs + 2_000_000);
  const write = (id: number): ReplicationRequest => ({
    kind: 'command',
    id,
    command: { op: 'set', clientId: 0, sequenceNum: 0, key: bs('k'), value: bs(`${id}`), version: 0 },
  });
  const read = (id: number): ReplicationRequest => ({ kind: 'query', id, key: bs('k') });
  for (let id = 1; id <= 6; id++) house.world.request(PRIMARY, id === 1 ? write(id) : read(id), OPERATOR);
  house.world.request(PRIMARY, read(7), connectionId(7));
  house.pass(100_000);
  expect(answers).toMatchObject([
    { kind: 'unavailable', id: 5, reason: 'too many requests wait for the disk' },
    { kind: 'unavailable', id: 6 },
    { kind: 'done', id: 7, result: { status: 'noKey' } },
  ]);
  house.pass();
  expect(answers.slice(3).map((answer) => [answer.id, answer.kind])).toEqual([
    [1, 'done'],
    [2, 'done'],
    [3, 'done'],
    [4, 'done'],
  ]);
});
