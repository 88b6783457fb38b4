import { byteStringFromText, EMPTY, type ByteString } from '../../../core/base/bytestring.js';
import { NOBODY } from '../../../core/base/units.js';
import type { NodeRequest, NodeResponse } from '../../../core/wire/protocol.js';
import { BadScenario } from '../../base/bad-scenario.js';
import { retrying, type Again, type Ask, type Clients } from './clients.js';
import { drawn, type Drawn } from '../../base/draw.js';
import { keyOf, KEY_VALUE_MODEL, KEY_VALUE_WORDS } from './key-value-model.js';
import { defineSimulation, type Campaign, type Simulation } from './simulation.js';
import type { Caller, MachineSimulation, SimulatedWorld } from './spec.js';

/** What clients of a key-value system do with a key. `put` is a write over a known version, for systems that keep versions. */
export type KeyValueOperation = 'get' | 'set' | 'put' | 'delete';

/** The clients of a key-value system. Everything may be left out. */
export interface KeyValueClients {
  /** How many there are, each with one call at a time. Absent: 3. */
  readonly count?: number;
  /** Milliseconds of world time after which a client stops waiting for one server. Absent: 300. */
  readonly timeoutMs?: number;
  /** Servers that a call asks at most. A write goes to another one only where the one before said that it did nothing. Absent: 3. */
  readonly tries?: number;
  /** Whom a client asks first. Absent: anyone. */
  readonly ask?: Ask;
  /** The pause of a client between an answer and its next call, in milliseconds. Absent: 5 to 80. */
  readonly thinkMs?: readonly [min: number, max: number];
}

/** A machine whose clients read and write keys, and the world that it must live in. Clients, their load and the judgement are provided. */
export interface KeyValueSimulation<State, Message> extends SimulatedWorld<State, Message, NodeRequest, NodeResponse> {
  readonly clients?: Drawn<KeyValueClients>;
  /** How many keys there are. Few keys make clients meet. Absent: 2. */
  readonly keys?: number;
  /** What clients do, each as often as it is named. Absent: `['get', 'set']`. */
  readonly operations?: readonly KeyValueOperation[];
  /** Whether the answers of each run must be linearizable. Absent: true; false: they are judged by `finally` alone. */
  readonly isLinearizable?: boolean;
}

type KeyValueParts = Omit<KeyValueSimulation<never, never>, keyof SimulatedWorld<never, never, never, never>>;

/**
 * Describes a simulation of a machine that answers the requests of key-value clients, `NodeRequest` with `NodeResponse`.
 *
 * @param title What is simulated, in a few words, such as `a register`.
 * @throws {BadScenario} When an option is missing, unknown or out of range.
 */
export function defineKeyValueSimulation<State, Message>(
  title: string,
  simulation: KeyValueSimulation<State, Message> & Campaign,
): Simulation<State, Message, NodeRequest, NodeResponse> {
  const { clients = {}, keys = 2, operations = ['get', 'set'], isLinearizable = true, ...world } = simulation;
  checkParts(title, { keys, operations });
  const whole: MachineSimulation<State, Message, NodeRequest, NodeResponse> & Campaign = {
    words: KEY_VALUE_WORDS,
    ...world,
    clients: (draw) => clientsOf(drawn(clients, draw)),
    next: (draw, me) => requestOf(draw.oneOf(operations), draw.between(0, keys - 1), me),
    last: (_draw, me) => requestOf('get', (me.number - 1) % keys, me),
    ...(isLinearizable ? { model: KEY_VALUE_MODEL } : {}),
  };
  return defineSimulation(title, whole);
}

const OPERATIONS: readonly string[] = ['get', 'set', 'put', 'delete'] satisfies readonly KeyValueOperation[];

function checkParts(title: string, { keys, operations }: Required<Pick<KeyValueParts, 'keys' | 'operations'>>): void {
  if (!Number.isInteger(keys) || keys < 1)
    throw new BadScenario(`simulation "${title}": keys is a whole number, 1 or more, not ${String(keys)}`);
  const isKnown = Array.isArray(operations) && operations.length > 0 && operations.every((operation) => OPERATIONS.includes(operation));
  if (!isKnown) throw new BadScenario(`simulation "${title}": operations is a list of ${OPERATIONS.join(', ')}, such as ['get', 'set']`);
}

function clientsOf({ count = 3, timeoutMs = 300, tries = 3, ...rest }: KeyValueClients): Clients<NodeResponse, NodeRequest> {
  return retrying({ count, timeoutMs, tries, ...rest, again, isRepeatable: ({ kind }: NodeRequest) => kind === 'query' });
}

/** What the protocol says of an answer that is none. */
function again(response: NodeResponse): Again {
  if (response.kind === 'unavailable') return 'another';
  if (response.kind === 'maybe') return 'maybe';
  if (response.kind !== 'notLeader') return null;
  if (response.isUncertain) return 'maybe';
  return response.leaderHint === NOBODY ? 'another' : response.leaderHint;
}

/** A value says whose it is: `c2.7` is written by the seventh call of the second client, and by no other. */
function requestOf(operation: KeyValueOperation, place: number, { name, call, last }: Caller<NodeRequest, NodeResponse>): NodeRequest {
  const key = byteStringFromText(`k${place}`);
  if (operation === 'get') return { kind: 'query', id: call, key };
  const value = operation === 'delete' ? EMPTY : byteStringFromText(`${name}.${call}`);
  const version = operation === 'put' ? versionAfter(last, key) : 0;
  return { kind: 'command', id: call, command: { op: operation, clientId: 0, sequenceNum: 0, key, value, version } };
}

/** The version of a key that a client knows of: what it was last told, if that was of this key. */
function versionAfter(last: Caller<NodeRequest, NodeResponse>['last'], key: ByteString): number {
  if (last === null || last.outcome.kind !== 'done' || last.outcome.response.kind !== 'done') return 0;
  const isOfKey = (last.request.kind === 'query' ? last.request.key : keyOf(last.request)) === key;
  return isOfKey ? last.outcome.response.result.version : 0;
}
