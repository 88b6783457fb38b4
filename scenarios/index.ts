import { type AnyScenario, type CommonPromise, type Moment, WORLD_MOMENTS } from 'seedstorm/sim';
import { badWeather } from './network/bad-weather.js';
import { basic } from './raft/basic.js';
import { beyondBudget } from './disk/beyond-budget.js';
import { beyondClockBound } from './clock/beyond-clock-bound.js';
import { brokenConnections } from './network/broken-connections.js';
import { clockLease } from './clock/clock-lease.js';
import { clockSkew } from './clock/clock-skew.js';
import { clockSteps } from './clock/clock-steps.js';
import { clogged } from './network/clogged.js';
import { concurrent } from './raft/concurrent.js';
import { crashAtEffect } from './process/crash-at-effect.js';
import { crashLoop } from './process/crash-loop.js';
import { crowded } from './raft/crowded.js';
import { figure8 } from './raft/figure-8.js';
import { fullDisk } from './disk/full-disk.js';
import { lastCopy } from './disk/last-copy.js';
import { leaderFailure } from './raft/leader-failure.js';
import { lockRaft } from './lock/lock-raft.js';
import { lockSingle } from './lock/lock-single.js';
import { lostDisk } from './disk/lost-disk.js';
import { lyingDisk } from './disk/lying-disk.js';
import { naiveJoin } from './primary-replica/naive-join.js';
import { naiveLostPut } from './primary-replica/naive-lost-put.js';
import { naiveLostWrite } from './primary-replica/naive-lost-write.js';
import { naiveOrder } from './primary-replica/naive-order.js';
import { manyPartitions } from './network/many-partitions.js';
import { networkSwarm } from './network/network-swarm.js';
import { oddPartitions } from './network/odd-partitions.js';
import { partition } from './network/partition.js';
import { pausedLeader } from './process/paused-leader.js';
import { persistConcurrent } from './process/persist-concurrent.js';
import { persistPartition } from './process/persist-partition.js';
import { persist } from './process/persist.js';
import { powerCut } from './disk/power-cut.js';
import { primaryReplica } from './primary-replica/primary-replica.js';
import { processSwarm } from './process/process-swarm.js';
import { rollingRestart } from './process/rolling-restart.js';
import { sickDisk } from './disk/sick-disk.js';
import { slowServer } from './process/slow-server.js';
import { replicaReads } from './primary-replica/replica-reads.js';
import { staleRead } from './primary-replica/stale-read.js';
import { staleReads } from './raft/stale-reads.js';
import { single } from './single/single.js';
import { singleImpatient } from './single/single-impatient.js';
import { singleLog } from './single/single-log.js';
import { singleUnsynced } from './single/single-unsynced.js';
import { promotedReplica } from './primary-replica/promoted-replica.js';
import { quorum } from './quorum/quorum.js';
import { quorumFive } from './quorum/quorum-five.js';
import { quorumStale } from './quorum/quorum-stale.js';
import { quorumWriteAll } from './quorum/quorum-write-all.js';
import { simpleElectionLostWrite } from './simple-election/simple-election-lost-write.js';
import { simpleElectionTwoVotes } from './simple-election/simple-election-two-votes.js';
import { swarm } from './raft/swarm.js';
import { tornTail } from './disk/torn-tail.js';
import { unluckyLeaders } from './raft/unlucky-leaders.js';
import { unreliable } from './network/unreliable.js';

/** All scenarios, in the order in which a campaign runs them. */
export const scenarios: readonly AnyScenario[] = [
  basic,
  leaderFailure,
  partition,
  unreliable,
  powerCut,
  tornTail,
  pausedLeader,
  figure8,
  clockSkew,
  clockSteps,
  crowded,
  sickDisk,
  fullDisk,
  lyingDisk,
  lostDisk,
  lastCopy,
  beyondBudget,
  swarm,
  concurrent,
  persist,
  persistConcurrent,
  manyPartitions,
  persistPartition,
  badWeather,
  clogged,
  brokenConnections,
  oddPartitions,
  unluckyLeaders,
  networkSwarm,
  staleReads,
  crashAtEffect,
  crashLoop,
  slowServer,
  rollingRestart,
  processSwarm,
  clockLease,
  beyondClockBound,
  primaryReplica,
  replicaReads,
  staleRead,
  promotedReplica,
  naiveJoin,
  naiveOrder,
  naiveLostPut,
  naiveLostWrite,
  single,
  singleLog,
  singleImpatient,
  singleUnsynced,
  lockSingle,
  lockRaft,
  quorum,
  quorumFive,
  quorumWriteAll,
  quorumStale,
  simpleElectionLostWrite,
  simpleElectionTwoVotes,
];

export { regressions } from './regressions/index.js';

/** This module's address, for `explore`: workers load the scenarios from it. */
export const SCENARIOS_MODULE = new URL(import.meta.url);

/** What all scenarios together must show. */
export const promised: CommonPromise = {
  moments: [
    ...new Set([...WORLD_MOMENTS, ...scenarios.flatMap(({ system }) => system.moments ?? [])].filter(isPromised).map(({ name }) => name)),
  ],
  withinRuns: 1_000,
};

function isPromised({ isRare }: Moment): boolean {
  return isRare !== true;
}
