import type { Operation } from './checkers/history.js';
import type { Observer } from './observer.js';
import type { RunReport } from './report.js';
import type { RunOptions, Scenario } from './scenario.js';

/** What a caller may add to a run; none of it changes what happens. */
export interface RunExtras {
  /** Watches along, such as a transcript. */
  readonly observers?: readonly Observer[];
  /** Receives the client history when the run is over. */
  readonly onHistory?: (operations: readonly Operation[]) => void;
}

/**
 * Lives one world from its first event to its verdict, in one synchronous call. Same scenario and seed, same
 * report, except for `wallMs`.
 */
export declare function runScenario(scenario: Scenario, seed: number, extras?: RunExtras): RunReport;

/** The same for options that are given whole. */
export declare function runOptions(name: string, options: RunOptions, seed: number, extras?: RunExtras): RunReport;
