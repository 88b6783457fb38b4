import type { ByteString } from '../base/bytestring.js';
import type { NodeId } from '../base/units.js';
import type { RaftMessage } from '../raft/messages.js';
import type { Command, StoreResult } from '../store/command.js';

/** What servers of the raft system say to each other. */
export type NodeMessage = RaftMessage;

/**
 * How new a read must be. `linearizable`: it sees every write that was answered before it was asked (thesis §6.4).
 * `stale`: whatever the server that is asked has applied, which is committed but may be old, and two such reads
 * of two servers may see time go back.
 */
export type ReadLevel = 'linearizable' | 'stale';

/** What a client asks of a server. `id` is the client's own number for it, echoed in the answer. */
export type NodeRequest =
  /** A command for the log (ClientRequest and RegisterClient, thesis Figure 6.1). */
  | { readonly kind: 'command'; readonly id: number; readonly command: Command }
  /** A read (ClientQuery, §6.4). An absent level is `linearizable`. */
  | { readonly kind: 'query'; readonly id: number; readonly key: ByteString; readonly level?: ReadLevel }
  | { readonly kind: 'whoIsLeader'; readonly id: number }
  | { readonly kind: 'status'; readonly id: number };

export type NodeResponse =
  | { readonly kind: 'done'; readonly id: number; readonly result: StoreResult }
  /**
   * Not the leader, or deposed while the request was under way. `leaderHint` is NOBODY when unknown.
   * `isUncertain`: the command was appended here and may yet be committed, so a retry must be of the same
   * session and number, and one who gives up must say "maybe". When false it certainly took no effect.
   */
  | { readonly kind: 'notLeader'; readonly id: number; readonly leaderHint: NodeId; readonly isUncertain: boolean }
  /** The server can't take it now and did nothing: starting, overloaded, or a new leader before its first commit. Try again. */
  | { readonly kind: 'unavailable'; readonly id: number; readonly reason: string }
  /**
   * The command was begun and could not be finished in time: it may have taken effect, or may yet. `reason` says how far it
   * came. For systems whose refusal proves nothing; raft never says it.
   */
  | { readonly kind: 'maybe'; readonly id: number; readonly reason: string }
  /** This system keeps no sessions, so none was registered and none ever will be: go on without. Every server of it says the same. */
  | { readonly kind: 'noSessions'; readonly id: number }
  | { readonly kind: 'leader'; readonly id: number; readonly leaderHint: NodeId }
  | { readonly kind: 'status'; readonly id: number; readonly status: NodeStatus };

/** What a server says of itself. The words are those of raft; what another system means by them stands beside the place where it says them. */
export interface NodeStatus {
  readonly self: NodeId;
  /** The word for `--system`, such as `raft`. */
  readonly system: string;
  readonly role: string;
  readonly term: number;
  readonly leaderId: NodeId;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly lastLogIndex: number;
  readonly firstLogIndex: number;
  readonly snapshotIndex: number;
  readonly keyCount: number;
  readonly sessionCount: number;
  /** Digest of the whole replicated state at lastApplied, 16 hex digits. */
  readonly digest: string;
}
