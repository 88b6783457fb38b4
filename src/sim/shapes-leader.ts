import type { NodeId } from '../core/base/units.js';
import { LOOKS_MAX, bit, leaderOf, leaderWithoutCommit, looksWithin, strike, up, watchFor, type Blow, type Shape } from './aim.js';
import { between } from './cuts.js';
import type { LEADER_HARMS } from './harms-network.js';
import type { Striker } from './striker.js';

/** A new leader is left alone at most so long: about as long as its first entry takes to a majority. */
const GRACE_US = 20_000;

/** What the families do that wait for a leader. A blow that finds nothing to strike passes. */
export const LEADER_SHAPES: Readonly<Record<(typeof LEADER_HARMS)[number], Shape>> = {
  isolateNewLeader: (striker, blow) =>
    watchFor(striker, LOOKS_MAX, () =>
      strike(leaderWithoutCommit(striker), (leader) => {
        striker.later(Math.floor(blow.how * GRACE_US), () => {
          striker.coverage.mark('new-leader-isolated');
          striker.later(blow.lastsUs, striker.cuts.cut(between([leader], striker.cluster.servers)));
        });
      }),
    ),

  killEachNewLeader: (striker, blow) => {
    let killedTerm = 0;
    watchFor(striker, looksWithin(blow.lastsUs), () => {
      const leader = leaderOf(striker);
      const term = leader === undefined ? 0 : (striker.cluster.view(leader)?.raft.currentTerm ?? 0);
      if (leader === undefined || term <= killedTerm) return false;
      if (killedTerm > 0) striker.coverage.mark('next-leader-killed-too');
      killedTerm = term;
      striker.later(Math.floor(blow.how * GRACE_US), () => striker.crash(leader, true, Math.floor(blow.other * blow.lastsUs)));
      return false;
    });
  },

  crashMostAdvanced: (striker, blow) => {
    const server = mostAdvanced(striker);
    if (server === undefined) return;
    striker.coverage.mark('most-advanced-server-crashed');
    striker.crash(server, false, blow.lastsUs);
  },

  clientsWithDeposedLeader: (striker, blow) =>
    strike(leaderOf(striker), (leader) => {
      const { servers, clients } = striker.cluster;
      const together = clients.filter((_, i) => i === 0 || bit(blow.sides, i));
      const elsewhere = clients.filter((client) => !together.includes(client));
      striker.coverage.mark('clients-cut-off-with-leader');
      striker.later(blow.lastsUs, striker.cuts.cut(between([leader, ...together], [...servers.filter((server) => server !== leader), ...elsewhere])));
    }),

  pauseLeaderPastLease: (striker, blow) => strike(leaderOf(striker), (leader) => pauseUntilSucceeded(striker, blow, leader)),
};

function pauseUntilSucceeded(striker: Striker, blow: Blow, leader: NodeId): void {
  const { world } = striker.cluster;
  let isAsleep = true;
  const wake = (): void => {
    if (isAsleep) world.resume(leader);
    isAsleep = false;
  };
  world.pause(leader);
  striker.later(blow.lastsUs, wake);
  watchFor(striker, looksWithin(blow.lastsUs), () => {
    const successor = leaderOf(striker);
    if (successor === leader || successor === undefined || successor === leaderWithoutCommit(striker)) return false;
    striker.coverage.mark('leader-slept-past-its-lease');
    striker.later(Math.floor(blow.how * GRACE_US), wake);
    return true;
  });
}

/** By the rule of votes: the later last term, then the longer log (thesis §3.6.1). */
function mostAdvanced(striker: Striker): NodeId | undefined {
  let best: NodeId | undefined;
  let bestTerm = -1;
  let bestIndex = -1;
  for (const server of up(striker)) {
    const log = striker.cluster.view(server)?.raft.log;
    if (log === undefined || log.lastTerm < bestTerm || (log.lastTerm === bestTerm && log.lastIndex <= bestIndex)) continue;
    [best, bestTerm, bestIndex] = [server, log.lastTerm, log.lastIndex];
  }
  return best;
}
