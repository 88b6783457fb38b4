import {
  applyCommand,
  changeText,
  type Codec,
  type Codecs,
  type ConnectionId,
  type Effect,
  field,
  type Input,
  lineCodec,
  lineOf,
  logIndex,
  type Machine,
  type Micros,
  micros,
  nodeId,
  type NodeId,
  type NodeRequest,
  type NodeResponse,
  openStore,
  readKey,
  requestCodec,
  responseCodec,
  type Step,
  type StoreState,
  token,
} from 'seedstorm/core';
import { changeBetween, type Entry, type KeyChange, storeOf, withChange } from 'seedstorm/systems';

/**
 * REPLICATION AS DOCUMENT 004 TELLS IT, which "assumes no errors": a hash map in memory, `Put`, `Join`, `Snapshot`. Every
 * choice here is the document's, and so are the four losses that the scenarios of this machine show:
 *
 *   1. `Join` is answered with a snapshot, then the replica is put on the list. What is written between is sent to nobody.
 *   2. Each `Put` goes by itself, with nothing that says which came first: two may change places, and the snapshot and a `Put`.
 *   3. A send that fails is forgotten, and no later one tells that something is missing.
 *   4. The map is in memory: what was answered is gone with the process.
 *
 * The machine in src/core/systems/primary-replica is what becomes of it when errors are not assumed away.
 */
export type NaiveMessage =
  | { readonly kind: 'put'; readonly change: KeyChange }
  | { readonly kind: 'join' }
  | { readonly kind: 'snapshot'; readonly entries: readonly Entry[] };

export interface NaiveState {
  readonly self: NodeId;
  readonly isPrimary: boolean;
  readonly store: StoreState;
  /** Who gets every `Put`. */
  readonly replicas: readonly NodeId[];
  /** Whose snapshot is being sent, and when that will be done. */
  readonly joining: readonly { readonly replica: NodeId; readonly doneAt: Micros }[];
  /** A replica has its snapshot. A person who types JOIN tries again when nothing comes. */
  readonly hasJoined: boolean;
  readonly askAt: Micros | null;
}

type NaiveStep = Step<NaiveState, NaiveMessage, NodeResponse>;
type NaiveEffect = Effect<NaiveMessage, NodeResponse>;

export interface NaiveOptions {
  /** Microseconds that it takes to write a snapshot to its socket, while other threads take writes. 0: the replica is on the list at once. */
  readonly snapshotUs: number;
}

const PRIMARY = nodeId(1);
const STORE = { sessionsMax: 1_000 };
const PATIENCE_US = 500_000;

export function naiveNode({ snapshotUs }: NaiveOptions): Machine<NaiveState, NaiveMessage, NodeRequest, NodeResponse> {
  return {
    init: ({ self, now }) => {
      const isPrimary = self === PRIMARY;
      return {
        state: { self, isPrimary, store: openStore(STORE), replicas: [], joining: [], hasJoined: false, askAt: isPrimary ? null : now },
        effects: [],
      };
    },
    step: (state, input) => step(snapshotUs, state, input),
    wakeAt: ({ askAt, joining }) => askAt ?? joining[0]?.doneAt ?? null,
  };
}

function step(snapshotUs: number, state: NaiveState, input: Input<NaiveMessage, NodeRequest>): NaiveStep {
  switch (input.kind) {
    case 'request':
      return onRequest(state, input.connection, input.request);
    case 'message':
      return onMessage(snapshotUs, state, input.from, input.message, input.now);
    case 'wake':
      return state.isPrimary ? { state: joined(state, input.now), effects: [] } : asked(state, input.now);
    default:
      return { state, effects: [] };
  }
}

function onRequest(state: NaiveState, connection: ConnectionId, request: NodeRequest): NaiveStep {
  const { id } = request;
  const answered = (response: NodeResponse): NaiveStep => ({ state, effects: [{ kind: 'respond', connection, response }] });
  if (request.kind === 'query') return answered({ kind: 'done', id, result: readKey(state.store, request.key) });
  if (request.kind !== 'command' || !state.isPrimary) return answered({ kind: 'notLeader', id, leaderHint: PRIMARY, isUncertain: false });

  const { state: store, result } = applyCommand(state.store, logIndex(state.store.lastApplied + 1), request.command);
  const change = changeBetween(state.store, store, request.command.key);
  const puts = change === null ? [] : state.replicas.map((to): NaiveEffect => ({ kind: 'send', to, message: { kind: 'put', change } }));
  return { state: { ...state, store }, effects: [{ kind: 'respond', connection, response: { kind: 'done', id, result } }, ...puts] };
}

function onMessage(snapshotUs: number, state: NaiveState, from: NodeId, message: NaiveMessage, now: Micros): NaiveStep {
  if (message.kind === 'put')
    return { state: { ...state, store: withChange(state.store, message.change.change, message.change.version) }, effects: [] };
  if (message.kind === 'snapshot')
    return { state: { ...state, store: storeOf(STORE, message.entries), hasJoined: true, askAt: null }, effects: [] };

  const entries: Entry[] = [];
  state.store.keys.scan(undefined, (key, { version, value }) => {
    entries.push({ key, version, value });
    return true;
  });
  const asking = { ...state, joining: [...state.joining, { replica: from, doneAt: micros(now + snapshotUs) }] };
  return {
    state: snapshotUs === 0 ? joined(asking, now) : asking,
    effects: [{ kind: 'send', to: from, message: { kind: 'snapshot', entries } }],
  };
}

/** A snapshot is sent: from now on its replica gets every `Put`. */
function joined(state: NaiveState, now: Micros): NaiveState {
  const done = state.joining.filter(({ doneAt }) => doneAt <= now).map(({ replica }) => replica);
  const replicas = [...new Set([...state.replicas, ...done])].sort((a, b) => a - b);
  return { ...state, replicas, joining: state.joining.filter(({ doneAt }) => doneAt > now) };
}

function asked(state: NaiveState, now: Micros): NaiveStep {
  return { state: { ...state, askAt: micros(now + PATIENCE_US) }, effects: [{ kind: 'send', to: PRIMARY, message: { kind: 'join' } }] };
}

/** `PUT version=2 SET key value`, `JOIN`, `SNAPSHOT key version value …`. */
const naiveMessageCodec: Codec<NaiveMessage> = lineCodec<NaiveMessage>({
  write: (message) => {
    if (message.kind === 'join') return lineOf('JOIN');
    if (message.kind === 'put') return lineOf('PUT', field('version', message.change.version), changeText(message.change.change));
    return lineOf('SNAPSHOT', ...message.entries.flatMap(({ key, version, value }) => [token(key), String(version), token(value)]));
  },
  read: {
    JOIN: () => ({ kind: 'join' }),
    PUT: (line) => ({ kind: 'put', change: { version: line.whole('version'), change: line.change() } }),
    SNAPSHOT: (line) => {
      const entries: Entry[] = [];
      while (line.hasMore()) entries.push({ key: line.token('a key'), version: line.wholeWord('a version'), value: line.token('a value') });
      return { kind: 'snapshot', entries };
    },
  },
});

export const naiveCodecs: Codecs<NaiveMessage, NodeRequest, NodeResponse> = {
  message: naiveMessageCodec,
  request: requestCodec,
  response: responseCodec,
};

export function naiveFingerprint({ store, replicas, hasJoined }: NaiveState): number {
  return store.laneA ^ Math.imul(replicas.length + (hasJoined ? 16 : 0), 0x9e3779b1);
}

/** Of what servers send: to each other, and as answers to clients. */
export function naiveMessageFingerprint(message: NaiveMessage | NodeResponse): number {
  if ('id' in message) return message.id;
  return message.kind === 'put' ? ~message.change.version : message.kind === 'join' ? -1 : -2 - message.entries.length;
}
