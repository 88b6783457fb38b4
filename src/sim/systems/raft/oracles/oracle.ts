import type { Input } from '../../../../core/machine.js';
import type { Command } from '../../../../core/store/command.js';
import type { NodeId } from '../../../../core/base/units.js';
import type { Entry } from '../../../../core/raft/log.js';
import type { RaftMessage } from '../../../../core/raft/messages.js';
import type { RaftState } from '../../../../core/raft/state.js';
import type { StoreState } from '../../../../core/store/store.js';

/** What an oracle looks at: the parts of a server's state that the properties speak of. */
export interface ServerView {
  readonly raft: RaftState;
  readonly store: StoreState;
  /** The highest log index whose entry the store has taken in. */
  readonly lastApplied: number;
  /** Promises that wait for the disk, commands and reads whose clients wait for an answer. */
  readonly outbox: Queue;
  readonly waiters: Queue;
  readonly readers: Queue;
  /** null for a server that keeps nothing on disk. */
  readonly storage: Durability | null;
}

/** A queue, of which an oracle asks no more than its length. */
export interface Queue {
  readonly size: number;
}

/** How far a server's disk is behind what the server wrote to it. */
export interface Durability {
  readonly writtenSequence: number;
  readonly durableSequence: number;
  /** Last index of the newest snapshot that a restart would find; 0 if there is none. */
  readonly durableSnapshotIndex: number;
}

// What of a server a step may change, as bits.
/** Its role, its term or its vote. */
export const OFFICE = 1;
export const LOG = 2;
export const COMMIT = 4;
/** How far it has applied, or its store. */
export const APPLIED = 8;
/** What it knows, as a leader, of its followers. */
export const PROGRESS = 16;
/** No sum of them is as large. */
export const CHANGES_END = 32;

/** Which of these two states in a row have not in common, as a sum of the bits above. */
export function changesOf(before: ServerView, after: ServerView): number {
  const was = before.raft;
  const is = after.raft;
  return (
    (was.role !== is.role || was.currentTerm !== is.currentTerm || was.votedFor !== is.votedFor ? OFFICE : 0) |
    (was.log !== is.log ? LOG : 0) |
    (was.commitIndex !== is.commitIndex ? COMMIT : 0) |
    (before.lastApplied !== after.lastApplied || before.store !== after.store ? APPLIED : 0) |
    (was.progress !== is.progress ? PROGRESS : 0)
  );
}

/**
 * A property that is watched while a world lives. All hooks are called in the order in which things
 * happen, moments in world microseconds. An oracle changes nothing; it calls `violated` (checkers/violation.ts) or is silent.
 */
export interface Oracle {
  /** A sum of OFFICE .. PROGRESS: steps that change none of these mean nothing to it, and it is not told of them. Absent: of every step. */
  readonly looksAt?: number;
  /** A server's first state of a life: what it recovered from its disk, or nothing. */
  onRecovered?(atUs: number, server: NodeId, view: ServerView): void;
  /** A server took an input. Called before the effects of that step leave. */
  onStep?(atUs: number, server: NodeId, before: ServerView, after: ServerView, input: Input<unknown, unknown>): void;
  /** A server handed a message to the network, whatever became of it. `view` is its state then. */
  onSend?(atUs: number, from: NodeId, to: NodeId, message: RaftMessage, view: ServerView): void;
  /** The first `sizeBytes` of `durable` are what a power cut would leave of that file. */
  onSynced?(atUs: number, server: NodeId, path: string, durable: Uint8Array, sizeBytes: number): void;
  onCrash?(atUs: number, server: NodeId): void;
}

/** Whether two entries of one index and term are the same entry. Payloads are compared by content: recovery and the wire make copies. */
export function isSamePayload(a: Entry, b: Entry): boolean {
  if (a.payload === b.payload) return true;
  if (a.kind !== b.kind || a.payload === null || b.payload === null) return false;
  const left = a.payload as Command;
  const right = b.payload as Command;
  return (
    left.op === right.op &&
    left.clientId === right.clientId &&
    left.sequenceNum === right.sequenceNum &&
    left.key === right.key &&
    left.value === right.value &&
    left.version === right.version
  );
}
