import type { NodeId } from '../../src/core/base/units.js';
import { Cluster, type OnOutcome } from '../../src/sim/cluster/cluster.js';
import type { RunOptions } from '../../src/sim/options/run-options.js';
import { raftSystem } from '../../src/sim/systems/raft/system.js';
import { viewOf } from '../../src/sim/systems/raft/hosted.js';
import type { ServerView } from '../../src/sim/systems/raft/oracles/oracle.js';
import type { Observer } from '../../src/sim/world/observer.js';
import type { Hosted } from '../../src/sim/cluster/hosted.js';

/** A cluster of the raft system, for tests of what may be done to any. */
export function raftCluster(options: RunOptions, seed: number, observer: Observer, onOutcome: OnOutcome): Cluster {
  const cluster = new Cluster(options, seed, observer, onOutcome, raftSystem as Hosted);
  cluster.boot();
  return cluster;
}

/** What a server's state is now; null while it is down or recovers. */
export function viewIn(cluster: Cluster, server: NodeId): ServerView | null {
  const { isUp, state } = cluster.world.process(server);
  return isUp ? viewOf(state) : null;
}
