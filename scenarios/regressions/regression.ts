import { fromMs } from '../../src/core/base/units.js';
import { RATIO_NEVER } from '../../src/sim/random.js';
import type { RaftRunOptions } from '../../src/sim/hosted-raft.js';
import type { RunOptions, Scenario } from '../../src/sim/scenario.js';
import { LAN } from '../../src/sim/usual.js';

/** A failure that the simulator found in our own code, made small and kept. */
export interface Regression extends Scenario {
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
export interface RegressionText extends Pick<Regression, 'title' | 'seeds' | 'property' | 'wrong' | 'fix' | 'system'> {
  /** In kebab case, without the word "regression". */
  readonly name: string;
  /** The world of the failure, made small. Nothing in it is drawn: the seed decides only what happens in it. */
  readonly options: RunOptions;
}

/** A regression from what its file says. */
export function regression({ name, title, seeds, property, wrong, fix, options, ...rest }: RegressionText): Regression {
  return { ...rest, name: `regression-${name}`, title, why: wrong, seeds, property, wrong, fix, expected: [], expectedWithinRuns: 1, options: () => options };
}

/** Three servers, one client, two keys, a quick network, no harm and a short life: what a regression makes as wide as it must. */
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
      pendingReadsMax: 1_024,
    },
    store: { sessionsMax: 1_000 },
    storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
    snapshotEveryEntries: 1_000_000,
    entriesKept: 0,
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
  harms: [],
  promise: 'within budget',
};
