import type { Coverage } from '../coverage/coverage.js';
import { BY_REPAIR } from '../world/world-event.js';
import { advance, healNetwork, type Stage } from './phases.js';

const US_PER_MS = 1_000;
/** How long a cluster beyond its budget is left to itself: what was under way ends first, then come many election timeouts. */
const SETTLING_MS = 2_000;
const STANDSTILL_MS = 4_000;

/** Whether damage has gone further than the cluster can serve with: less than a majority of its disks is whole. */
export function isBeyondBudget({ cluster, nemesis }: Stage): boolean {
  return cluster.options.promise === 'beyond: may be unavailable' && !nemesis.budget.isServiceable;
}

/**
 * The phase between the chaos and the healing of a run beyond its budget. First nothing strikes any more, the network
 * is well, and all who may start do, with their damage: they may serve or not, every oracle watches. Then the damage is
 * switched off, as if each disk had been repaired to the byte, and whoever had stopped for it starts again. What comes
 * then is asked of any other run: refusing was worth it only if nothing was lost by it.
 */
export function standStillAndRepair(stage: Stage, coverage: Coverage): void {
  const { cluster, nemesis } = stage;
  const { servers, options, world } = cluster;
  world.because(BY_REPAIR, () => {
    healNetwork(cluster);
    for (const server of servers) {
      world.calmDisk(server, options.disk);
      world.relieve(server);
      nemesis.restart(server);
    }
  });
  live(stage, SETTLING_MS);
  const before = stage.history.answers;
  live(stage, STANDSTILL_MS);
  coverage.mark(stage.history.answers === before ? 'cluster-unavailable-beyond-budget' : 'cluster-served-beyond-budget');

  coverage.mark('cluster-repaired');
  world.because(BY_REPAIR, () => {
    for (const server of servers) world.repairDisk(server);
    for (const server of servers) nemesis.restart(server);
  });
}

function live({ cluster }: Stage, spanMs: number): void {
  const endUs = cluster.world.nowUs + spanMs * US_PER_MS;
  while (cluster.world.nowUs < endUs) advance(cluster, Math.min(endUs, cluster.world.nowUs + 20_000));
}
