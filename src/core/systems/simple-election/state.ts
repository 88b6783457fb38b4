import type { ByteString } from '../../base/bytestring.js';
import type { RandomState } from '../../base/random.js';
import type { ConnectionId, Micros, NodeId, Term } from '../../base/units.js';
import type { JournalPlan, JournalState } from '../../journal/journal.js';
import type { Effect } from '../../machine.js';
import type { StoreResult } from '../../store/command.js';
import type { OrderedMap } from '../../store/ordered-map.js';
import type { NodeResponse } from '../../wire/protocol.js';
import type { Cell, Data, Entry } from './data.js';
import type { ElectionMessage } from './messages.js';
import type { ElectionOptions } from './options.js';

/** A server that elects a leader by votes alone. Role, term and vote are in memory, and gone with the process. */
export interface ElectionState {
  readonly options: ElectionOptions;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly phase: 'recalling' | 'serving' | 'stopped';
  readonly random: RandomState;
  readonly role: 'follower' | 'candidate' | 'leader';
  readonly currentTerm: Term;
  /** NOBODY: no vote was given in currentTerm, as far as this process remembers. */
  readonly votedFor: NodeId;
  /** Whom it last heard as leader of currentTerm; itself when it leads. */
  readonly leaderId: NodeId;
  /** Of a candidate: who voted for it, itself among them. */
  readonly votes: readonly NodeId[];
  /** When patience with the leader, or with the voters, ends. Without meaning for a leader. */
  readonly electionDueUs: Micros;
  /** When a leader speaks next. */
  readonly heartbeatDueUs: Micros;
  readonly journal: JournalState<Data, Entry, Promised>;
  /** Of a leader, by write id (its place in the own log): writes that wait for other servers. */
  readonly writes: OrderedMap<number, OpenWrite>;
  /** Bytes of keys and values of `writes`. */
  readonly writesBytes: number;
}

/** What comes back from the journal when what it rests on is durable. */
export type Promised =
  | { readonly kind: 'written'; readonly writeId: number }
  | { readonly kind: 'ack'; readonly to: NodeId; readonly writeId: number };

export interface Waiter {
  readonly connection: ConnectionId;
  readonly id: number;
}

export interface OpenWrite {
  readonly waiter: Waiter;
  readonly key: ByteString;
  readonly cell: Cell;
  /** What stood there before, and is shown until the write has its quorum. */
  readonly before: Cell;
  readonly result: StoreResult;
  readonly holders: readonly NodeId[];
  readonly deadlineUs: Micros;
}

export type ElectionPlan = JournalPlan<Data, Entry, null>;
export type ElectionEffect = Effect<ElectionMessage, NodeResponse>;
type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** One step in the making: a private copy of the state, changed in place. */
export interface ElectionDraft {
  readonly state: Mutable<ElectionState>;
  readonly plan: ElectionPlan;
  readonly now: Micros;
  readonly effects: ElectionEffect[];
}

export function copyOf(state: ElectionState): Mutable<ElectionState> {
  return {
    options: state.options,
    self: state.self,
    members: state.members,
    phase: state.phase,
    random: state.random,
    role: state.role,
    currentTerm: state.currentTerm,
    votedFor: state.votedFor,
    leaderId: state.leaderId,
    votes: state.votes,
    electionDueUs: state.electionDueUs,
    heartbeatDueUs: state.heartbeatDueUs,
    journal: state.journal,
    writes: state.writes,
    writesBytes: state.writesBytes,
  };
}

export function tellOthers(draft: ElectionDraft, message: ElectionMessage): void {
  for (const to of draft.state.members) if (to !== draft.state.self) draft.effects.push({ kind: 'send', to, message });
}

export function respond(draft: ElectionDraft, { connection }: Waiter, response: NodeResponse): void {
  draft.effects.push({ kind: 'respond', connection, response });
}

export function note(draft: ElectionDraft, name: string, text: string): void {
  draft.effects.push({ kind: 'note', name, text });
}
