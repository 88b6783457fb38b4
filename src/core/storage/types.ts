import type { LogIndex, NodeId, Term } from '../base/units.js';
import type { Effect } from '../machine.js';

/** A disk operation that a host is asked for. */
export type DiskEffect = Extract<Effect<never, never>, { kind: 'disk' }>;

/** Whose files these are. It is part of every checksum, so that bytes of another server never pass. */
export interface Identity {
  /** An unsigned 32-bit number, the same on all servers of a cluster. */
  readonly clusterId: number;
  readonly nodeId: NodeId;
}

/**
 * What stands at the head of every file of the log: whose it is, of what system, and with whom. All of it is fixed when
 * the server first runs, and a start that says otherwise is refused.
 */
export interface Label extends Identity {
  /** 1 .. {@link SYSTEM_BYTES_MAX} of lower-case ASCII letters and hyphens. */
  readonly system: string;
  /** Ascending, 1 .. {@link MEMBERS_MAX} of them, each at most 65535. */
  readonly members: readonly NodeId[];
}

export const SYSTEM_BYTES_MAX = 16;
export const MEMBERS_MAX = 24;

/** An entry of the replicated log, as bytes. */
export interface StoredEntry {
  readonly index: LogIndex;
  readonly term: Term;
  /** 0 .. 255; what it means is for the node above. */
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** The state machine as it was when the entry at `lastIndex` had been applied, as bytes. */
export interface StoredSnapshot {
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly data: Uint8Array;
}

/** What the disk remembered. All of it is durable when it is handed over. */
export interface Recovered {
  readonly currentTerm: Term;
  /** NOBODY if no vote was given in currentTerm. */
  readonly votedFor: NodeId;
  readonly snapshot: StoredSnapshot | null;
  /** Index of the first entry, or where the next one goes if there is none. At most one behind the snapshot. */
  readonly firstIndex: LogIndex;
  /** Term of the entry at firstIndex - 1, 0 if that is 0. */
  readonly prevTerm: Term;
  readonly entries: readonly StoredEntry[];
  /** The directory was empty: this server has never promised anything. */
  readonly isFresh: boolean;
  /** One line for each thing worth telling, such as "cut a torn tail of 37 bytes in wal-0000000000000003.log". */
  readonly notes: readonly string[];
}
