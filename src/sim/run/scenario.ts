import type { WorldMoment } from '../coverage/moments.js';
import type { Draws } from '../options/draws.js';
import type { RunOptions } from '../options/run-options.js';
import type { HostedSystem } from './system.js';

export type { RunOptions, RunPromise, WorkloadOptions } from '../options/run-options.js';

/**
 * A named story: what a scenario file exports. Its options are a function of the seed alone, so a name
 * and a seed say everything about a run.
 *
 * `NodeOptions` are the numbers of the system it is about, and `Own` the names of its moments: options of another system, or a
 * moment that this one cannot come to, do not compile. {@link scenario} infers both from the system.
 */
export interface Scenario<NodeOptions, Own extends string = string> {
  /** The word on the command line, in kebab case. */
  readonly name: string;
  /** One sentence that says what the cluster must live through. */
  readonly title: string;
  /** Why the story is told: which mistakes it would bring to light. */
  readonly why: string;
  /** Names of moments that must be seen at least once in a campaign, or it has proved too little. */
  readonly expected: readonly (WorldMoment | Own)[];
  /** A campaign of so many runs of this scenario must have seen them all; a shorter one only says which were missing. */
  readonly expectedWithinRuns: number;
  /** The system under test. */
  readonly system: HostedSystem<NodeOptions, Own>;
  /** What the simulator is expected to find. Absent: that every property holds. */
  readonly finding?: Finding;
  options(draws: Draws): RunOptions<NodeOptions>;
}

/** A scenario of whatever system: what runs scenarios knows nothing of their systems' options. */
export type AnyScenario = Scenario<unknown>;

/** A scenario as it is written. The numbers in its options are held to those of its system. */
export function scenario<NodeOptions, Own extends string>(
  written: Omit<Scenario<NodeOptions, Own>, 'expected' | 'options'> & {
    readonly expected: readonly (WorldMoment | NoInfer<Own>)[];
    options(draws: Draws): RunOptions<NoInfer<NodeOptions>>;
  },
): Scenario<NodeOptions, Own> {
  return written;
}

/**
 * A property that a scenario expects the simulator to find broken: a lesson on what its system does not
 * promise, and a proof that somebody looks. A run that finds it passes as "found"; a campaign of
 * `expectedWithinRuns` runs that does not is not green.
 */
export interface Finding {
  /** By the names of docs/INVARIANTS.md. Of one loss now this, now that property is the first to suffer: any of them will do. */
  readonly properties: readonly string[];
  /** What there is to learn from it, in one sentence. */
  readonly lesson: string;
}
