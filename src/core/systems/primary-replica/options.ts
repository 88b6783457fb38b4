import { assert } from '../../base/assert.js';
import { fromMs, type Micros, type NodeId } from '../../base/units.js';
import type { StoreOptions } from '../../store/store.js';

/** The numbers of the system. */
export interface PrimaryReplicaOptions {
  /** Who is the primary until an operator promotes another. NOBODY: each server waits to be told, as a replica. */
  readonly primary: NodeId;
  readonly store: StoreOptions;
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

export function defaultOptions(primary: NodeId): PrimaryReplicaOptions {
  return {
    primary,
    store: { sessionsMax: 10_000 },
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

export function checkPrimaryReplicaOptions(options: PrimaryReplicaOptions): void {
  const { followInterval, silence, announceInterval, windowMax, windowBytesMax, backlogMax, backlogBytesMax, pieceBytesMax, replicasMax } = options;
  assert(followInterval >= 1 && announceInterval >= 1, 'an interval has a length');
  assert(silence >= 3 * followInterval, 'a replica may lose two signs of life before it is forgotten');
  for (const max of [windowMax, windowBytesMax, backlogMax, backlogBytesMax, pieceBytesMax, replicasMax]) {
    assert(Number.isSafeInteger(max) && max >= 1, 'each bound lets one through');
  }
}
