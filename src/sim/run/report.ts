import type { Violation } from '../checkers/violation.js';
import type { RunOptions } from '../options/run-options.js';

/** What one run came to. Everything except `wallMs`, and where files are, is the same each time that seed runs. */
export interface RunReport {
  /** `found`: a property did not hold, and the scenario expects just that (scenario.ts, Finding). */
  readonly verdict: 'pass' | 'found' | 'violation';
  readonly scenario: string;
  readonly seed: number;
  /** Digest over all events of the run, 16 hex digits. */
  readonly digest: string;
  /** Events taken from the world's queue. */
  readonly events: number;
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** Distinct committed indexes. */
  readonly commits: number;
  /** Client operations that were begun, and those of them whose outcome stayed unknown. */
  readonly operations: number;
  readonly unknownOutcomes: number;
  /** How often each named moment was seen. */
  readonly moments: Readonly<Record<string, number>>;
  readonly options: RunOptions;
  readonly violation?: Violation;
}

/** The command that lives this run again; `further` are words that it needs besides, such as ` --module mine.js`. */
export function commandToRepeat(scenario: string, seed: number, further = ''): string {
  return `npx seedstorm run ${scenario} --seed ${seed}${further}`;
}
