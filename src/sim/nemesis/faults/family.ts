import type { MonotonicClocks } from '../../base/node-clock.js';
import type { SpanMs } from '../../options/fault-schedule.js';
import type { Injector } from '../base/injector.js';
import type { Strike } from '../base/strike.js';
import type { Capability } from './needs.js';

/** Families that a world of swarm may leave out all together, so that the others are seen without them. */
export const FAULT_GROUPS = ['crash', 'process', 'network', 'leader', 'clock', 'disk', 'damage'] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

/** What `seedstorm chaos` does to real processes in the place of a fault. */
export type ProcessFault =
  | 'kill'
  | 'killLeader'
  | 'killAll'
  | 'pause'
  | 'pauseLeader'
  | 'partition'
  | 'oneWayCut'
  | 'isolateLeader'
  | 'isolateServer';

/** A family of faults: all that there is to know of it. */
export interface FaultFamily<Name extends string = string> {
  /** The word in the options of a run. */
  readonly name: Name;
  /** What happens, in one sentence. */
  readonly sentence: string;
  /** Milliseconds from one strike to the next, where a scenario says nothing else. */
  readonly every: SpanMs;
  /** Milliseconds that a strike lasts, where a scenario says nothing else. */
  readonly lasts: SpanMs;
  /** What a system must tell of itself to be struck by it. A run that asks for it of another system is refused. Absent: nothing. */
  readonly needs?: readonly Capability[];
  /** The most that a run can declare of its servers' monotonic clocks while this is at work. Absent: it turns no clock. */
  readonly clocks?: MonotonicClocks;
  /** A healing does not end its strikes: they last as long as they last. Absent: it does. */
  readonly outlivesHealing?: true;
  /** Strikes. Whoever is not there to be struck is not: a strike that finds nothing passes. */
  strike(injector: Injector, strike: Strike): void;
}

/** A family of the simulator's own, with its row in docs/FAULTS.md. */
export interface BuiltInFault<Name extends string = string> extends FaultFamily<Name> {
  readonly group: FaultGroup;
  /** What happens, exactly. Absent: its sentence says it all. */
  readonly details?: string;
  /** What it stands for in reality. */
  readonly models: string;
  /** What `lasts` is, where it is not simply until all is undone. */
  readonly lastsMeans?: string;
  /** Absent: it cannot be done to real processes. */
  readonly onProcesses?: ProcessFault;
}

/** A family as a value of its own type, so that its name is a word and not any string. */
export function family<const Name extends string>(value: BuiltInFault<Name>): BuiltInFault<Name> {
  return value;
}
