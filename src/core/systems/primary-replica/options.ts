import { assert } from '../../base/assert.js';
import { fromMs, type Micros, type NodeId } from '../../base/units.js';
import { DEFAULT_JOURNAL_OPTIONS, type JournalOptions } from '../../journal/options.js';
import type { StoreOptions } from '../../store/store.js';

/** The numbers of the system. */
export interface PrimaryReplicaOptions {
  /** Who is the primary until an operator promotes another. NOBODY: each server waits to be told, as a replica. */
  readonly primary: NodeId;
  readonly store: StoreOptions;
  /** Names the data directory, 32 bits: that of another name is refused. */
  readonly clusterId: number;
  /** How a primary keeps its commands, and what its answers are worth. `storage: null`: in memory only. */
  readonly journal: JournalOptions;
  /** Commands that may wait for the disk; one more is told to try again. 1 or more. */
  readonly waitingMax: number;
  /** How often a replica says where it is, and repeats what had no answer. 1 µs or more. */
  readonly followInterval: Micros;
  /** A primary forgets a replica that it has not heard for so long. At least three times `followInterval`. */
  readonly silence: Micros;
  /** How long an operator who had a replica join is kept waiting. */
  readonly joinPatience: Micros;
  /** How often a promoted primary makes itself known to the members. */
  readonly announceInterval: Micros;
  /** Changes, and bytes of them, that may be on their way to one replica: what is above waits in the backlog. 1 or more. */
  readonly windowMax: number;
  readonly windowBytesMax: number;
  /** Changes, and bytes of them, that the primary remembers for replicas behind it. Who needs older ones gets a snapshot. 1 or more. */
  readonly backlogMax: number;
  readonly backlogBytesMax: number;
  /** Bytes of keys and values in one piece of a snapshot; one entry always fits. */
  readonly pieceBytesMax: number;
  /** Replicas that a primary serves; one more is refused. 1 or more. */
  readonly replicasMax: number;
}

const MIB = 1_048_576;

/** What was answered outlives the power. */
export function defaultOptions(primary: NodeId): PrimaryReplicaOptions {
  return {
    primary,
    store: { sessionsMax: 10_000 },
    clusterId: 1,
    journal: DEFAULT_JOURNAL_OPTIONS,
    waitingMax: 65_536,
    followInterval: fromMs(100),
    silence: fromMs(10_000),
    joinPatience: fromMs(5_000),
    announceInterval: fromMs(1_000),
    windowMax: 1_024,
    windowBytesMax: 16 * MIB,
    backlogMax: 65_536,
    backlogBytesMax: 64 * MIB,
    pieceBytesMax: 65_536,
    replicasMax: 64,
  };
}

/** Servers that keep nothing: what a primary answered is gone with its process, and then with its replicas' copies of it. */
export function memoryOptions(primary: NodeId): PrimaryReplicaOptions {
  return { ...defaultOptions(primary), journal: { ...DEFAULT_JOURNAL_OPTIONS, storage: null } };
}

export function checkPrimaryReplicaOptions(options: PrimaryReplicaOptions): void {
  const {
    followInterval,
    silence,
    announceInterval,
    windowMax,
    windowBytesMax,
    backlogMax,
    backlogBytesMax,
    pieceBytesMax,
    replicasMax,
    waitingMax,
  } = options;
  assert(followInterval >= 1 && announceInterval >= 1, 'an interval has a length');
  assert(silence >= 3 * followInterval, 'a replica may lose two signs of life before it is forgotten');
  for (const max of [windowMax, windowBytesMax, backlogMax, backlogBytesMax, pieceBytesMax, replicasMax, waitingMax]) {
    assert(Number.isSafeInteger(max) && max >= 1, 'each bound lets one through');
  }
}
