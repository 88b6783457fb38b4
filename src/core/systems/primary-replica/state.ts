import type { ByteString } from '../../base/bytestring.js';
import type { Fifo } from '../../base/fifo.js';
import type { RandomState } from '../../base/random.js';
import type { ConnectionId, LogIndex, Micros, NodeId } from '../../base/units.js';
import type { JournalPlan, JournalState } from '../../journal/journal.js';
import type { Effect } from '../../machine.js';
import type { Command } from '../../store/command.js';
import type { StoreState } from '../../store/store.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import type { Backlog } from './backlog.js';
import type { Keys } from './copy.js';
import type { Entry, PeerMessage } from './messages.js';
import type { PrimaryReplicaOptions } from './options.js';
import type { Effected, Tenure } from './tenure.js';

/** What is asked of a server: what clients ask of any, and two things that operators do. */
export type ReplicationRequest =
  | NodeRequest
  /** Be a replica of this server. Answered `done` when its snapshot has been received. */
  | { readonly kind: 'join'; readonly id: number; readonly primary: NodeId }
  /** Be the primary. Answered `done`, whatever it was before. */
  | { readonly kind: 'promote'; readonly id: number };

export type ReplicationEffect = Effect<PeerMessage, NodeResponse>;

export type Plan = JournalPlan<Tenure, Command, Effected>;

/** One server of the system as a value. */
export interface ReplicationState {
  readonly options: PrimaryReplicaOptions;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly random: RandomState;
  /** A primary's commands; its state is what `store` shows. A replica's knows only whether it ever was one. */
  readonly journal: JournalState<Tenure, Command, Promised>;
  /** By slot of connections: the last command taken from them, so that a read behind it can wait for it. */
  readonly lastWrites: readonly LogIndex[];
  readonly role: 'primary' | 'replica';
  /** Whom a replica follows or joins; `self` on a primary; NOBODY: it was told of none yet. */
  readonly primary: NodeId;
  /** The place in the primary's history that `store` has reached. Epoch 0: none, nothing was received yet. */
  readonly epoch: number;
  readonly position: number;
  /** On a replica its keys are a copy, and nobody's session is in it. */
  readonly store: StoreState;

  /** On a primary: the newest changes, and who follows them, ascending by id. */
  readonly backlog: Backlog;
  readonly followers: readonly Follower[];
  /** When a promoted primary next makes itself known; NEVER for others. */
  readonly announceAt: Micros;

  /** On a replica: the snapshot being received, null when none is. */
  readonly joining: Joining | null;
  /** When it next says where it is, or asks once more; NEVER on a primary, and while it knows none. */
  readonly askAt: Micros;
  /** The position that it last said, -1 for none since it joined. */
  readonly saidPosition: number;
  /** Whether the primary was told of the gap behind `position`. */
  readonly hasToldGap: boolean;
  /** Operators who wait for a snapshot to be received; and whom this replica followed before, should theirs refuse. */
  readonly operators: readonly Operator[];
  readonly formerPrimary: NodeId;
  /** Whether it was told to be the primary, and its disk does not know yet. */
  readonly isPromoting: boolean;
}

/** What waits for the disk. */
export type Promised =
  | { readonly kind: 'command'; readonly connection: ConnectionId; readonly id: number }
  | { readonly kind: 'query'; readonly connection: ConnectionId; readonly id: number; readonly key: ByteString }
  | { readonly kind: 'promotion'; readonly by: Promoter };

/** Who told a server to be the primary: over a connection of clients, or by a message, as people type it. */
export type Promoter =
  | { readonly kind: 'request'; readonly connection: ConnectionId; readonly id: number }
  | { readonly kind: 'message'; readonly from: NodeId };

/** A replica as its primary sees it. */
export interface Follower {
  readonly id: NodeId;
  readonly heardAt: Micros;
  /** The snapshot being sent, null when none is. */
  readonly sending: Sending | null;
  /** Whether changes are pushed to it. */
  readonly isFollowing: boolean;
  /** What it said it holds, and what was sent to it: positions of this epoch, the first not above the second. */
  readonly confirmed: number;
  readonly sent: number;
}

/** A snapshot on its way: all of one moment, and how far it got. */
export interface Sending {
  readonly join: number;
  readonly position: number;
  readonly keys: Keys;
  /** The piece that was asked for last, and the key behind which it begins; null: at the first. */
  readonly piece: number;
  readonly behind: ByteString | null;
}

/** A snapshot being received: nothing of it is seen by readers before its end. */
export interface Joining {
  readonly join: number;
  /** The piece that is awaited. */
  readonly piece: number;
  /** Of the pieces before it, which are all of one moment. */
  readonly entries: Fifo<readonly Entry[]>;
  readonly epoch: number;
  readonly position: number;
}

export interface Operator {
  readonly connection: ConnectionId;
  readonly id: number;
  readonly deadline: Micros;
}

/** A server's state inside one step: a private copy, changed in place and then handed out. */
export interface ReplicationDraft {
  readonly state: { -readonly [Field in keyof ReplicationState]: ReplicationState[Field] };
  /** How its journal is kept: the same in each step. */
  readonly plan: Plan;
  readonly now: Micros;
  readonly effects: ReplicationEffect[];
}

export function send(draft: ReplicationDraft, to: NodeId, message: PeerMessage): void {
  draft.effects.push({ kind: 'send', to, message });
}

export function respond(draft: ReplicationDraft, connection: ConnectionId, response: NodeResponse): void {
  draft.effects.push({ kind: 'respond', connection, response });
}

export function note(draft: ReplicationDraft, name: string, text: string): void {
  draft.effects.push({ kind: 'note', name, text });
}
