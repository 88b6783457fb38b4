import type { NeverSeen } from '../coverage/coverage.js';
import type { FirstDifference } from '../replay/first-difference.js';
import type { Violation } from '../checkers/violation.js';
import type { RunReport } from '../run/report.js';
import type { AccountWindow } from '../replay/life-record.js';
import type { RemoteAccount } from '../replay/remote-account.js';
import type { Shard } from '../base/seeds.js';

/** What {@link explore} is asked to do: a module of scenarios, and whatever differs from the defaults of whole-options.ts. */
export type ExploreAsked = Pick<ExploreOptions, 'module'> & Partial<ExploreOptions>;

/** What a campaign does, whole. */
export interface ExploreOptions {
  /** A module whose export `scenarios` is a list of {@link Scenario}; workers load it again, so it is named and not passed. */
  readonly module: URL;
  /** Names of the scenarios to run, each with each seed. */
  readonly scenarios: readonly string[];
  readonly firstSeed: number;
  /** The last seed, inclusive; null to go on until `forMs` has passed or all is quiet. */
  readonly lastSeed: number | null;
  /** Milliseconds of wall time after which no further run is begun; null for no limit. One of the three limits must be given. */
  readonly forMs: number | null;
  /** No further run is begun after so many seeds in a row without a moment or a cluster shape that is new; 1 or more. Absent: never mind. */
  readonly untilQuiet?: number;
  /** 1 runs in this process, unless it `hasOwnProcesses`; more run in that many processes of their own. */
  readonly jobs: number;
  /** A single job has a process of its own too, so that this one hears Ctrl-C during a run that never ends. Absent: no. */
  readonly hasOwnProcesses?: boolean;
  /** Each run is given up, and is a failure, after so many milliseconds of wall time. Absent: a minute. */
  readonly runLimitMs?: number;
  /** Names of environment variables that belong to the runs: the others are withheld from second runs. Absent: none. */
  readonly environment?: readonly string[];
  readonly shard: Shard;
  /** One run in so many, which need not be whole, is run again in another process and the digests are compared: 20 is 5 %. 0 for none; else 1 or more. */
  readonly recheckOneIn: number;
  /** No further run is begun after so many failures. 1 or more. */
  readonly failuresMax: number;
  /** Further words of the command that repeats a run, such as ` --module mine.js`. Absent: none. */
  readonly repeatWith?: string;
  /** Called after each finished run. */
  readonly onProgress: ((progress: ExploreProgress) => void) | null;
  /** No further run is begun once this is aborted; the report is then of the runs so far. */
  readonly signal?: AbortSignal;
}

/** How far a campaign has come. */
export interface ExploreProgress {
  readonly runs: number;
  /** Null when only the time ends the campaign. */
  readonly runsPlanned: number | null;
  readonly failures: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** How many different moments were seen, and how often each. */
  readonly moments: ReadonlyMap<string, number>;
  readonly latest: RunReport;
}

/** A run in which a property did not hold. */
export interface Failure {
  readonly scenario: string;
  readonly seed: number;
  /** 16 hex digits; empty when the process of the run had to be ended. */
  readonly digest: string;
  readonly violation: Violation;
  /** The command that lives it again. */
  readonly repeat: string;
}

/** A seed that came out in two ways: nothing else in the report can be trusted until that is mended. */
export interface NonDeterminism {
  readonly scenario: string;
  readonly seed: number;
  readonly digests: readonly [first: string, second: string];
  readonly firstDifference: FirstDifference;
  /** What the two runs had not in common, in one sentence. */
  readonly cause: string;
  readonly repeat: string;
}

/** What two runs of one seed differ by. */
export type Difference = Pick<NonDeterminism, 'digests' | 'firstDifference' | 'cause'>;

/** A promised moment that never came, and whether its campaign was long enough for that to count. */
export interface MissedMoment extends NeverSeen {
  readonly isDue: boolean;
}

/** `interrupted`: nothing was found, and somebody stopped it before its end. */
export type ExploreVerdict = 'pass' | 'violation' | 'non-determinism' | 'never-seen' | 'interrupted';

/** What a campaign came to. */
export interface ExploreReport {
  readonly verdict: ExploreVerdict;
  readonly runs: number;
  /** How many it was asked for; null when only a time or quiet ends it. */
  readonly runsPlanned: number | null;
  /** Whether the signal ended it before it had done what it was asked for, whatever it had found by then. */
  readonly interrupted: boolean;
  /** Scenarios of which no run came to its end. */
  readonly untouched: readonly string[];
  /** Runs that were run twice. */
  readonly rechecked: number;
  readonly events: number;
  readonly commits: number;
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** Ascending by scenario and seed. */
  readonly failures: readonly Failure[];
  readonly nonDeterminism: readonly NonDeterminism[];
  readonly moments: Readonly<Record<string, number>>;
  /** How many moments the scenarios promise to show, each counted for each scenario that promises it. */
  readonly expectedMoments: number;
  /** Promised moments that never came. They fail the campaign once it is as long as the scenario's `expectedWithinRuns`. */
  readonly neverSeen: readonly MissedMoment[];
  /** Different abstract cluster shapes that were reached (abstract-states.ts). */
  readonly shapes: number;
  /** How many seeds in a row, at the end, brought neither a moment nor a shape that was new. */
  readonly quietSeeds: number;
}

/** What all scenarios of a module promise to show together. */
export interface CommonPromise {
  readonly moments: readonly string[];
  /** A campaign of all scenarios with so many runs in all must have seen every one. */
  readonly withinRuns: number;
}

/** The exit codes of the command line; 130 is what a shell says of a program that Ctrl-C ended. */
export const EXIT_CODES: Readonly<Record<ExploreVerdict, number>> = {
  pass: 0,
  violation: 1,
  'non-determinism': 3,
  'never-seen': 4,
  interrupted: 130,
};

/** One run that a lane is asked for. */
export interface Task {
  readonly scenario: string;
  readonly seed: number;
}

/** What became of a {@link Task}. */
export interface TaskDone {
  readonly report: RunReport;
  /** The cluster shapes that the run went through, each once. */
  readonly shapes: Uint16Array;
}

/** A run that did not even let itself be given up, so that its process was ended; one line that says so. */
export interface Stuck {
  readonly stuck: string;
}

/** What a process of a campaign is asked: for a run, or for the account of one. */
export interface Ask {
  readonly task: Task;
  readonly window?: AccountWindow;
}

/** What it says by itself, once it has loaded the scenarios. */
export const READY = 'ready';

/** What it says to that: the outcome, in one line why the scenario describes no run, or what broke it. */
export type Answer =
  | { readonly done: TaskDone }
  | { readonly account: RemoteAccount | null }
  | { readonly badScenario: string }
  | { readonly broken: string };

/** Whatever runs one seed at a time: this process or one of its own. */
export interface Lane {
  run(task: Task): Promise<TaskDone | Stuck>;
  /** Runs it once more, and keeps an account of these events; null when that took too long. */
  account(task: Task, window: AccountWindow): Promise<RemoteAccount | null>;
}
