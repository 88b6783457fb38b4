import type { Fifo } from '../../base/fifo.js';
import type { Gathered } from '../../base/gathered.js';
import type { ConnectionId, LogIndex, Micros, NodeId, Term } from '../../base/units.js';
import type { ByteString } from '../../base/bytestring.js';
import type { Effect } from '../../machine.js';
import type { Envelope, RaftDraft } from '../../raft/draft.js';
import type { RaftState } from '../../raft/state.js';
import type { StorageState } from '../../storage/storage.js';
import type { StoreState } from '../../store/store.js';
import type { NodeMessage, NodeResponse } from '../../wire/protocol.js';
import type { NodeOptions } from './options.js';

/** Our whole process: consensus, store and storage together, and who waits for what. */
export interface NodeState {
  readonly options: NodeOptions;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly seed: number;
  /** `recovering`: the disk is being read. `stopped`: fail-stop, nothing happens any more. */
  readonly phase: 'recovering' | 'serving' | 'stopped';
  /** null until recovery is done. */
  readonly raft: RaftState | null;
  readonly store: StoreState;
  readonly lastApplied: LogIndex;
  /** null for a node that keeps nothing. */
  readonly storage: StorageState | null;
  /** Promises that wait for the disk, in the order in which they were made (the second outbox). */
  readonly outbox: Fifo<HeldPromise>;
  /** Commands appended here as leader whose clients wait, by ascending index. */
  readonly waiters: Fifo<Waiter>;
  /** Reads given to Raft, by ascending token. */
  readonly readers: Fifo<Reader>;
  readonly nextToken: number;
}

/** A message that may leave when everything up to `sequence` is durable. */
export interface HeldPromise {
  readonly sequence: number;
  readonly envelope: Envelope;
}

export interface Waiter {
  readonly index: LogIndex;
  readonly term: Term;
  readonly connection: ConnectionId;
  readonly id: number;
}

export interface Reader {
  readonly token: number;
  readonly connection: ConnectionId;
  readonly id: number;
  readonly key: ByteString;
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
export type NodeEffect = Effect<NodeMessage, NodeResponse>;

/** One step of the node in the making: see raft/draft.ts for the idea. */
export interface NodeDraft {
  readonly state: Mutable<NodeState>;
  readonly now: Micros;
  readonly effects: Gathered<NodeEffect>;
  /** Open while the node serves. */
  raft: RaftDraft | null;
  /** The hard state as it was last handed to storage. */
  writtenTerm: Term;
  writtenVote: NodeId;
}

/** A private copy of the state, spelled out so that every state has the same shape. */
export function copyOf(state: NodeState): Mutable<NodeState> {
  return {
    options: state.options,
    self: state.self,
    members: state.members,
    seed: state.seed,
    phase: state.phase,
    raft: state.raft,
    store: state.store,
    lastApplied: state.lastApplied,
    storage: state.storage,
    outbox: state.outbox,
    waiters: state.waiters,
    readers: state.readers,
    nextToken: state.nextToken,
  };
}

export function respond(draft: NodeDraft, connection: ConnectionId, response: NodeResponse): void {
  draft.effects.push({ kind: 'respond', connection, response });
}

/** @param rank `detail` for what comes about as often as requests or messages do. */
export function note(draft: NodeDraft, name: string, text: string, rank: 'usual' | 'detail' = 'usual'): void {
  draft.effects.push(rank === 'detail' ? { kind: 'note', name, text, isDetail: true } : { kind: 'note', name, text });
}

/** Ends the node for good (fail-stop): what it cannot trust it does not work with. */
export function stop(draft: NodeDraft, reason: string): void {
  draft.state.phase = 'stopped';
  draft.raft = null;
  draft.effects.push({ kind: 'stop', reason });
}
