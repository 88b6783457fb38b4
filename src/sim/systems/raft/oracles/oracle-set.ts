import type { NodeId } from '../../../../core/base/units.js';
import type { RaftRunOptions } from '../hosted.js';
import { loosest } from '../later-options.js';
import { BoundedDisk, type VisibleFiles } from './cost/bounded-disk.js';
import { BoundedQueues } from './cost/bounded-queues.js';
import { ElectionChurn } from './elections/election-churn.js';
import { ElectionSafety } from './elections/election-safety.js';
import { DirectedProbes } from './cost/directed-probes.js';
import { DurableQuorum, type DurableFiles } from './log/durable-quorum.js';
import { ExactlyOnce } from './log/exactly-once.js';
import { LeaderAppendOnly } from './log/leader-append-only.js';
import { LeaderCompleteness } from './log/leader-completeness.js';
import { LeaderQuorum } from './elections/leader-quorum.js';
import { LogMatching } from './log/log-matching.js';
import { Monotonic } from './elections/monotonic.js';
import { OneVote } from './elections/one-vote.js';
import type { Oracle } from './oracle.js';
import { PreVoteKept } from './elections/pre-vote-kept.js';
import { PromiseSurvives } from './log/promise-survives.js';
import { PromptRecovery } from './cost/prompt-recovery.js';
import { StateMachineSafety } from './log/state-machine-safety.js';
import { aftermathUs, isHarmless, isTimely } from './cost/timely.js';
import { VersionOrder } from './log/version-order.js';

/** The oracles of one run. */
export interface OracleSet {
  /** In the order in which they judge a step: of two properties broken at once the first is reported. */
  readonly list: readonly Oracle[];
  readonly leaderCompleteness: LeaderCompleteness;
  readonly exactlyOnce: ExactlyOnce;
  readonly promises: PromiseSurvives;
  /** Tells those that judge what follows a healing that it happened, at world time `atUs`. */
  healed(atUs: number): void;
}

/** What oracles may ask about the disks of a run. */
export interface DisksSeen {
  readonly durableFiles: DurableFiles;
  readonly files: VisibleFiles;
  /** Whose disks were taken away for good. */
  readonly isRotten: (server: NodeId) => boolean;
  /** Whose disks were damaged in any way that lasts. */
  readonly isDamaged: (server: NodeId) => boolean;
}

/** Every property that is watched at each step, fresh for one run. */
export function oraclesFor(options: RaftRunOptions, { durableFiles, files, isRotten, isDamaged }: DisksSeen): OracleSet {
  const node = loosest(options);
  const leaderCompleteness = new LeaderCompleteness();
  const exactlyOnce = new ExactlyOnce(node.store.sessionsMax);
  const promises = new PromiseSurvives();
  const list: Oracle[] = [
    new ElectionSafety(),
    new OneVote(),
    new LeaderAppendOnly(),
    new LogMatching(),
    leaderCompleteness,
    new StateMachineSafety(),
    new Monotonic(),
    new DirectedProbes(),
    promises,
    exactlyOnce,
    new VersionOrder(),
    new BoundedQueues(node, options.servers),
  ];
  // Both count spans of a server's own clock: one that goes back begins them anew, and none of them has an end.
  if (options.monotonicClocks !== 'lying') list.push(new PreVoteKept(), new LeaderQuorum());
  const churn = new ElectionChurn(isHarmless(options) ? 0 : Infinity);
  const recovery = new PromptRecovery(options);
  if (isTimely(options)) list.push(churn, recovery);
  if (node.storage !== null) list.unshift(new DurableQuorum(node.clusterId, options.servers, durableFiles, isRotten));
  if (node.storage !== null) list.push(new BoundedDisk(node, files, isDamaged));
  const healed = (atUs: number): void => {
    const calmUs = atUs + aftermathUs(options);
    churn.calmFrom(calmUs);
    recovery.healed(calmUs);
  };
  return { list, leaderCompleteness, exactlyOnce, promises, healed };
}
