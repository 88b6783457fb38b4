import { BadScenario } from '../base/bad-scenario.js';
import { TookTooLong, within } from '../base/time-limit.js';
import type { RunReport } from './report.js';
import { runScenario, type BegunRun, type RunExtras } from './run.js';
import type { AnyScenario } from './scenario.js';

/** How long a run may take, in milliseconds of wall time, where nobody says otherwise. Those of our scenarios take less than two seconds. */
export const RUN_LIMIT_MS = 60_000;

/** By what name a run that took too long is reported. */
export const RUN_LIMIT = 'run-limit';

/**
 * Runs a seed, and gives it up after so many milliseconds of wall time, even in the middle of a step that never returns: then
 * the report says whose it was. What waits in the system, for a file or a program, cannot be given up from within.
 *
 * @throws {BadScenario} As {@link runScenario}, and when the options took that long.
 */
export function runWithin(limitMs: number, scenario: AnyScenario, seed: number, extras: RunExtras = {}): RunReport {
  const living: { run: BegunRun | null } = { run: null };
  try {
    return within(limitMs, () => runScenario(scenario, seed, { ...extras, onBegun: (run) => (living.run = run) }));
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    const { run } = living;
    if (run === null)
      throw new BadScenario(`scenario "${scenario.name}", seed ${seed}: options(draws) did not return within ${seconds(limitMs)}`);
    const acting = run.acting();
    const message =
      acting === null
        ? `the run was not over after ${seconds(limitMs)} of wall time, and was given up: --run-limit allows more`
        : `${acting}, did not come back: the run was given up after ${seconds(limitMs)} of wall time`;
    return run.givenUp(RUN_LIMIT, message);
  }
}

/** A limit in words. */
export function seconds(limitMs: number): string {
  return `${limitMs / 1_000} s`;
}
