import type { CommonPromise } from '../src/sim/campaign.js';
import { MOMENTS, MOMENTS_WITHIN_RUNS } from '../src/sim/moments.js';
import type { Scenario } from '../src/sim/scenario.js';
import { badWeather } from './bad-weather.js';
import { basic } from './basic.js';
import { beyondBudget } from './beyond-budget.js';
import { beyondClockBound } from './beyond-clock-bound.js';
import { brokenConnections } from './broken-connections.js';
import { clockLease } from './clock-lease.js';
import { clockSkew } from './clock-skew.js';
import { clockSteps } from './clock-steps.js';
import { clogged } from './clogged.js';
import { concurrent } from './concurrent.js';
import { crashAtEffect } from './crash-at-effect.js';
import { crashLoop } from './crash-loop.js';
import { crowded } from './crowded.js';
import { figure8 } from './figure-8.js';
import { fullDisk } from './full-disk.js';
import { lastCopy } from './last-copy.js';
import { leaderFailure } from './leader-failure.js';
import { lockRaft } from './lock-raft.js';
import { lockSingle } from './lock-single.js';
import { lostDisk } from './lost-disk.js';
import { lyingDisk } from './lying-disk.js';
import { naiveJoin } from './naive-join.js';
import { naiveLostPut } from './naive-lost-put.js';
import { naiveLostWrite } from './naive-lost-write.js';
import { naiveOrder } from './naive-order.js';
import { manyPartitions } from './many-partitions.js';
import { networkSwarm } from './network-swarm.js';
import { oddPartitions } from './odd-partitions.js';
import { partition } from './partition.js';
import { pausedLeader } from './paused-leader.js';
import { persistConcurrent } from './persist-concurrent.js';
import { persistPartition } from './persist-partition.js';
import { persist } from './persist.js';
import { powerCut } from './power-cut.js';
import { primaryReplica } from './primary-replica.js';
import { processSwarm } from './process-swarm.js';
import { rollingRestart } from './rolling-restart.js';
import { sickDisk } from './sick-disk.js';
import { slowServer } from './slow-server.js';
import { replicaReads } from './replica-reads.js';
import { staleRead } from './stale-read.js';
import { staleReads } from './stale-reads.js';
import { single } from './single.js';
import { singleImpatient } from './single-impatient.js';
import { singleLog } from './single-log.js';
import { singleUnsynced } from './single-unsynced.js';
import { promotedReplica } from './promoted-replica.js';
import { quorum } from './quorum.js';
import { quorumFive } from './quorum-five.js';
import { quorumStale } from './quorum-stale.js';
import { quorumWriteAll } from './quorum-write-all.js';
import { simpleElectionLostWrite } from './simple-election-lost-write.js';
import { simpleElectionTwoVotes } from './simple-election-two-votes.js';
import { swarm } from './swarm.js';
import { tornTail } from './torn-tail.js';
import { unluckyLeaders } from './unlucky-leaders.js';
import { unreliable } from './unreliable.js';

/** All scenarios, in the order in which a campaign runs them. */
export const scenarios: readonly Scenario[] = [
  basic, leaderFailure, partition, unreliable, powerCut, tornTail, pausedLeader, figure8, clockSkew, clockSteps, crowded,
  sickDisk, fullDisk, lyingDisk, lostDisk, lastCopy, beyondBudget, swarm,
  concurrent, persist, persistConcurrent, manyPartitions, persistPartition,
  badWeather, clogged, brokenConnections, oddPartitions, unluckyLeaders, networkSwarm, staleReads,
  crashAtEffect, crashLoop, slowServer, rollingRestart, processSwarm,
  clockLease, beyondClockBound,
  primaryReplica, replicaReads, staleRead, promotedReplica, naiveJoin, naiveOrder, naiveLostPut, naiveLostWrite,
  single, singleLog, singleImpatient, singleUnsynced, lockSingle, lockRaft,
  quorum, quorumFive, quorumWriteAll, quorumStale, simpleElectionLostWrite, simpleElectionTwoVotes,
];

export { regressions } from './regressions/index.js';

/** This module's address, for `explore`: workers load the scenarios from it. */
export const SCENARIOS_MODULE = new URL(import.meta.url);

/** What all scenarios together must show. */
export const promised: CommonPromise = { moments: MOMENTS.map(({ name }) => name), withinRuns: MOMENTS_WITHIN_RUNS };
