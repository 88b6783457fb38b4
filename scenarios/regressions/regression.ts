import { fromMs } from 'seedstorm/core';
import { type AnyScenario, LAN, RATIO_NEVER, type RunOptions, type Scenario } from 'seedstorm/sim';
import type { RaftRunOptions } from 'seedstorm/systems';

/** A failure that the simulator found in our own code, made small and kept. */
export interface Regression extends AnyScenario {
  /** Seeds that break the property when the bug is put back, ascending. Each of them passes now. */
  readonly seeds: readonly number[];
  /** The property that was broken, by its name in docs/INVARIANTS.md. */
  readonly property: string;
  /** What was wrong and how it showed: one paragraph. */
  readonly wrong: string;
  /** What was changed. */
  readonly fix: string;
}

/** What a file of a regression says; the words that every scenario needs follow from it. */
export interface RegressionText<NodeOptions> extends Pick<Regression, 'title' | 'seeds' | 'property' | 'wrong' | 'fix'> {
  /** In kebab case, without the word "regression". */
  readonly name: string;
  readonly system: Scenario<NodeOptions>['system'];
  /** The world of the failure, made small. Nothing in it is drawn: the seed decides only what happens in it. */
  readonly options: RunOptions<NoInfer<NodeOptions>>;
}

/** A regression from what its file says. */
export function regression<NodeOptions>({
  name,
  title,
  system,
  seeds,
  property,
  wrong,
  fix,
  options,
}: RegressionText<NodeOptions>): Regression {
  return {
    system,
    name: `regression-${name}`,
    title,
    why: wrong,
    seeds,
    property,
    wrong,
    fix,
    expected: [],
    expectedWithinRuns: 1,
    options: () => options,
  };
}

/** Three servers, one client, two keys, a quick network, no fault and a short life: what a regression makes as wide as it must. */
export const NARROW: RaftRunOptions = {
  servers: 3,
  chaosMs: 3_000,
  convergenceMs: 5_000,
  eventsMax: 500_000,
  isCodecUsed: false,
  peerLink: LAN,
  clientLink: LAN,
  disk: { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: 4_000 },
  clocks: [],
  clockRatePpmMax: 0,
  monotonicClocks: 'bounded',
  node: {
    clusterId: 7,
    raft: {
      electionTimeoutMin: fromMs(150),
      electionTimeoutMax: fromMs(300),
      heartbeatInterval: fromMs(40),
      inflightMessagesMax: 16,
      entriesPerMessageMax: 64,
      messageBytesMax: 65_536,
      snapshotPieceBytes: 1_024,
      uncommittedEntriesMax: 1_024,
      uncommittedBytesMax: 33_554_432,
      pendingReadsMax: 1_024,
    },
    store: { sessionsMax: 1_000 },
    storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
    snapshotEveryEntries: 1_000_000,
    snapshotEveryBytes: 67_108_864,
    entriesKept: 0,
    entriesKeptBytesMax: 16_777_216,
  },
  laterNode: null,
  workload: {
    clients: 1,
    sessionlessRatio: RATIO_NEVER,
    staleRatio: RATIO_NEVER,
    keys: 2,
    paddingBytesMax: 0,
    getWeight: 1,
    setWeight: 3,
    putWeight: 0,
    deleteWeight: 0,
    thinkMsMin: 5,
    thinkMsMax: 40,
    attemptTimeoutMs: 400,
    timeLimitMs: 4_000,
  },
  faults: [],
  promise: 'within budget',
};
