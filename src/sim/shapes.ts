import { NOBODY, type NodeId } from '../core/base/units.js';
import { between as directionsBetween } from './cuts.js';
import type { HarmName } from './harms.js';
import type { Nemesis } from './nemesis.js';
import { rotCoveredByte } from './rot.js';

/** One strike: how long it lasts, and what was drawn for its choices, numbers in [0, 1). */
export interface Blow {
  readonly lastsUs: number;
  readonly who: number;
  readonly other: number;
  /** Bits for choosing sides, taken from these in turn. */
  readonly sides: readonly number[];
  readonly how: number;
}

type Shape = (nemesis: Nemesis, blow: Blow) => void;

/** How often, and at most how many times, a shape looks for the moment it waits for. */
const LOOK_EVERY_US = 500;
const LOOKS_MAX = 2_000;
/** A new leader lives at most so long: about as long as its first entry takes to a majority. */
const NEW_LEADER_LIVES_US = 20_000;

/** What each family does. A blow that finds nothing to strike passes. */
export const SHAPES: Readonly<Record<HarmName, Shape>> = {
  crash: (nemesis, blow) => strike(anyUp(nemesis, blow.who), (server) => nemesis.crash(server, false, blow.lastsUs)),
  crashLeader: (nemesis, blow) => strike(leaderOf(nemesis), (server) => nemesis.crash(server, false, blow.lastsUs)),
  kill: (nemesis, blow) => strike(anyUp(nemesis, blow.who), (server) => nemesis.crash(server, true, blow.lastsUs)),
  killLeader: (nemesis, blow) => strike(leaderOf(nemesis), (server) => nemesis.crash(server, true, blow.lastsUs)),

  crashWhileWriting: (nemesis, blow) =>
    watchFor(nemesis, LOOKS_MAX, () => {
      const writing = up(nemesis).filter((server) => nemesis.cluster.world.disk(server).hasPendingWrites);
      return strike(pickOf(writing, blow.who), (server) => nemesis.crash(server, false, blow.lastsUs));
    }),

  crashDuringElection: (nemesis, blow) =>
    watchFor(nemesis, LOOKS_MAX, () => {
      const candidate = up(nemesis).find((server) => nemesis.cluster.view(server)?.raft.role === 'candidate');
      if (candidate === undefined) return false;
      const term = nemesis.cluster.view(candidate)?.raft.currentTerm;
      const voters = up(nemesis).filter((server) => {
        const raft = nemesis.cluster.view(server)?.raft;
        return raft?.currentTerm === term && raft?.votedFor === candidate && nemesis.cluster.world.disk(server).hasPendingWrites;
      });
      return strike(pickOf(voters, blow.who), (server) => nemesis.crash(server, false, blow.lastsUs));
    }),

  killNewLeader: (nemesis, blow) =>
    watchFor(nemesis, LOOKS_MAX, () =>
      strike(leaderWithoutCommit(nemesis), (server) => {
        nemesis.later(Math.floor(blow.how * NEW_LEADER_LIVES_US), () => nemesis.crash(server, true, blow.lastsUs));
      }),
    ),

  powerCut: (nemesis, blow) => {
    nemesis.coverage.mark('power-cut-of-all');
    for (const server of up(nemesis)) nemesis.crash(server, false, blow.lastsUs);
  },

  partition: (nemesis, blow) => {
    const { servers, clients } = nemesis.cluster;
    const everyone = [...servers, ...clients];
    const left = everyone.filter((_, i) => bit(blow.sides, i));
    const right = everyone.filter((_, i) => !bit(blow.sides, i));
    if (left.length === 0 || right.length === 0) return;
    nemesis.coverage.mark('partitioned');
    nemesis.later(blow.lastsUs, nemesis.cuts.cut(directionsBetween(left, right)));
  },

  oneWayCut: (nemesis, blow) => {
    const { servers } = nemesis.cluster;
    const from = pickOf(servers, blow.who);
    const to = pickOf(servers.filter((server) => server !== from), blow.other);
    if (from === undefined || to === undefined) return;
    nemesis.later(blow.lastsUs, nemesis.cuts.cut([[from, to]]));
  },

  isolateLeader: (nemesis, blow) =>
    strike(leaderOf(nemesis), (leader) => {
      nemesis.coverage.mark('leader-isolated');
      nemesis.later(blow.lastsUs, nemesis.cuts.cut(directionsBetween([leader], nemesis.cluster.servers)));
    }),

  isolateServer: (nemesis, blow) => {
    const { servers, clients } = nemesis.cluster;
    const server = pickOf(servers, blow.who);
    if (server !== undefined) nemesis.later(blow.lastsUs, nemesis.cuts.cut(directionsBetween([server], [...servers, ...clients])));
  },

  pause: (nemesis, blow) => strike(anyUp(nemesis, blow.who), (server) => pause(nemesis, server, blow.lastsUs)),
  pauseLeader: (nemesis, blow) =>
    strike(leaderOf(nemesis), (leader) => {
      nemesis.coverage.mark('leader-paused');
      pause(nemesis, leader, blow.lastsUs);
    }),

  rot: (nemesis, blow) => {
    if (nemesis.rotLeft <= 0) return;
    strike(anyUp(nemesis, blow.who), (server) => {
      if (nemesis.rotten.has(server)) return;
      const { world } = nemesis.cluster;
      const where = rotCoveredByte(world.disk(server), blow.other, blow.how);
      if (where === null) return;
      nemesis.rotten.add(server);
      nemesis.coverage.mark('durable-bytes-rotted');
      world.harm(`rot on s${server}: ${where}`);
      nemesis.crash(server, false, blow.lastsUs);
    });
  },

  clockJump: (nemesis, blow) => {
    const server = pickOf(nemesis.cluster.servers, blow.who);
    // A jump of up to the blow's length: an election timeout that is suddenly over.
    if (server !== undefined) nemesis.cluster.world.jumpClock(server, Math.floor(blow.how * blow.lastsUs));
  },

  clockRate: (nemesis, blow) => {
    const server = pickOf(nemesis.cluster.servers, blow.who);
    const { clockRatePpmMax } = nemesis.cluster.options;
    const ratePpm = Math.floor(blow.how * (2 * clockRatePpmMax + 1)) - clockRatePpmMax;
    if (server !== undefined) nemesis.cluster.world.setClockRate(server, ratePpm);
  },
};

/** @returns Whether there was somebody to strike. */
function strike(server: NodeId | undefined, blow: (server: NodeId) => void): boolean {
  if (server === undefined) return false;
  blow(server);
  return true;
}

function pause(nemesis: Nemesis, server: NodeId, lastsUs: number): void {
  nemesis.cluster.world.pause(server);
  nemesis.later(lastsUs, () => nemesis.cluster.world.resume(server));
}

/** Looks again and again until `act` has found its moment or the patience is over. */
function watchFor(nemesis: Nemesis, looksLeft: number, act: () => boolean): void {
  if (act() || looksLeft === 0) return;
  nemesis.later(LOOK_EVERY_US, () => watchFor(nemesis, looksLeft - 1, act));
}

function up(nemesis: Nemesis): readonly NodeId[] {
  return nemesis.cluster.servers.filter((server) => nemesis.cluster.world.process(server).isUp);
}

function anyUp(nemesis: Nemesis, draw: number): NodeId | undefined {
  return pickOf(up(nemesis), draw);
}

function leaderOf(nemesis: Nemesis): NodeId | undefined {
  const leader = nemesis.cluster.leader();
  return leader === NOBODY ? undefined : leader;
}

function leaderWithoutCommit(nemesis: Nemesis): NodeId | undefined {
  const leader = leaderOf(nemesis);
  const raft = leader === undefined ? undefined : nemesis.cluster.view(leader)?.raft;
  return raft !== undefined && raft.log.termAt(raft.commitIndex) < raft.currentTerm ? leader : undefined;
}

function pickOf<Item>(items: readonly Item[], draw: number): Item | undefined {
  return items[Math.floor(draw * items.length)];
}

/** The side of the i-th: a bit of one of the draws, 32 of which are good in each. */
function bit(draws: readonly number[], i: number): boolean {
  const bits = Math.floor((draws[i % draws.length] ?? 0) * 4_294_967_296);
  return ((bits >>> Math.floor(i / draws.length)) & 1) === 1;
}
