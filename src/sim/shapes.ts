import { LOOKS_MAX, anyUp, bit, leaderOf, leaderWithoutCommit, pause, pickOf, strike, up, watchFor, type Shape } from './aim.js';
import { between as directionsBetween } from './cuts.js';
import { BUDGET_SHAPES } from './shapes-budget.js';
import { DISK_SHAPES, tellDamage } from './disk-shapes.js';
import type { HarmName } from './harms.js';
import { rotCoveredByte } from './rot.js';
import { CLOCK_SHAPES } from './shapes-clock.js';
import { LEADER_SHAPES } from './shapes-leader.js';
import { NETWORK_SHAPES } from './shapes-network.js';
import { PROCESS_SHAPES } from './shapes-process.js';

/** A new leader lives at most so long: about as long as its first entry takes to a majority. */
const NEW_LEADER_LIVES_US = 20_000;

/** What each family does. A blow that finds nothing to strike passes. */
export const SHAPES: Readonly<Record<HarmName, Shape>> = {
  crash: (striker, blow) => strike(anyUp(striker, blow.who), (server) => striker.crash(server, false, blow.lastsUs)),
  crashLeader: (striker, blow) => strike(leaderOf(striker), (server) => striker.crash(server, false, blow.lastsUs)),
  kill: (striker, blow) => strike(anyUp(striker, blow.who), (server) => striker.crash(server, true, blow.lastsUs)),
  killLeader: (striker, blow) => strike(leaderOf(striker), (server) => striker.crash(server, true, blow.lastsUs)),

  crashWhileWriting: (striker, blow) =>
    watchFor(striker, LOOKS_MAX, () => {
      const writing = up(striker).filter((server) => striker.cluster.world.disk(server).hasPendingWrites);
      return strike(pickOf(writing, blow.who), (server) => striker.crash(server, false, blow.lastsUs));
    }),

  crashDuringElection: (striker, blow) =>
    watchFor(striker, LOOKS_MAX, () => {
      const candidate = up(striker).find((server) => striker.cluster.view(server)?.raft.role === 'candidate');
      if (candidate === undefined) return false;
      const term = striker.cluster.view(candidate)?.raft.currentTerm;
      const voters = up(striker).filter((server) => {
        const raft = striker.cluster.view(server)?.raft;
        return raft?.currentTerm === term && raft?.votedFor === candidate && striker.cluster.world.disk(server).hasPendingWrites;
      });
      return strike(pickOf(voters, blow.who), (server) => striker.crash(server, false, blow.lastsUs));
    }),

  killNewLeader: (striker, blow) =>
    watchFor(striker, LOOKS_MAX, () =>
      strike(leaderWithoutCommit(striker), (server) => {
        striker.later(Math.floor(blow.how * NEW_LEADER_LIVES_US), () => striker.crash(server, true, blow.lastsUs));
      }),
    ),

  powerCut: (striker, blow) => {
    striker.coverage.mark('power-cut-of-all');
    for (const server of up(striker)) striker.crash(server, false, blow.lastsUs);
  },

  partition: (striker, blow) => {
    const { servers, clients } = striker.cluster;
    const everyone = [...servers, ...clients];
    const left = everyone.filter((_, i) => bit(blow.sides, i));
    const right = everyone.filter((_, i) => !bit(blow.sides, i));
    if (left.length === 0 || right.length === 0) return;
    striker.coverage.mark('partitioned');
    striker.later(blow.lastsUs, striker.cuts.cut(directionsBetween(left, right)));
  },

  oneWayCut: (striker, blow) => {
    const { servers } = striker.cluster;
    const from = pickOf(servers, blow.who);
    const to = pickOf(servers.filter((server) => server !== from), blow.other);
    if (from === undefined || to === undefined) return;
    striker.later(blow.lastsUs, striker.cuts.cut([[from, to]]));
  },

  isolateLeader: (striker, blow) =>
    strike(leaderOf(striker), (leader) => {
      striker.coverage.mark('leader-isolated');
      striker.later(blow.lastsUs, striker.cuts.cut(directionsBetween([leader], striker.cluster.servers)));
    }),

  isolateServer: (striker, blow) => {
    const { servers, clients } = striker.cluster;
    const server = pickOf(servers, blow.who);
    if (server !== undefined) striker.later(blow.lastsUs, striker.cuts.cut(directionsBetween([server], [...servers, ...clients])));
  },

  pause: (striker, blow) => strike(anyUp(striker, blow.who), (server) => pause(striker, server, blow.lastsUs)),
  pauseLeader: (striker, blow) =>
    strike(leaderOf(striker), (leader) => {
      striker.coverage.mark('leader-paused');
      pause(striker, leader, blow.lastsUs);
    }),

  rot: (striker, blow) => {
    strike(anyUp(striker, blow.who), (server) => {
      const hasStruck = striker.damage(server, (disk) => rotCoveredByte(disk, blow.other, blow.how));
      if (!hasStruck) return;
      striker.coverage.mark('durable-bytes-rotted');
      tellDamage(striker, server);
      striker.crash(server, false, blow.lastsUs);
    });
  },

  ...CLOCK_SHAPES,
  ...DISK_SHAPES,
  ...BUDGET_SHAPES,
  ...NETWORK_SHAPES,
  ...LEADER_SHAPES,
  ...PROCESS_SHAPES,
};
