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

