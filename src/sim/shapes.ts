import { NOBODY, type NodeId } from '../core/base/units.js';
import { between as directionsBetween } from './cuts.js';
import { DISK_SHAPES } from './disk-shapes.js';
import type { HarmName } from './harms.js';
import { rotCoveredByte } from './rot.js';
import type { Striker } from './striker.js';

/** One strike: how long it lasts, and what was drawn for its choices, numbers in [0, 1). */
export interface Blow {
  readonly lastsUs: number;
  readonly who: number;
  readonly other: number;
  /** Bits for choosing sides, taken from these in turn. */
  readonly sides: readonly number[];
  readonly how: number;
}

type Shape = (striker: Striker, blow: Blow) => void;

/** How often, and at most how many times, a shape looks for the moment it waits for. */
const LOOK_EVERY_US = 500;
const LOOKS_MAX = 2_000;
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
    if (striker.rotLeft <= 0) return;
    strike(anyUp(striker, blow.who), (server) => {
      if (striker.rotten.has(server)) return;
      const { world } = striker.cluster;
      const where = rotCoveredByte(world.disk(server), blow.other, blow.how);
      if (where === null) return;
      striker.rotten.add(server);
      striker.coverage.mark('durable-bytes-rotted');
      world.harm(`rot on s${server}: ${where}`);
      striker.crash(server, false, blow.lastsUs);
    });
  },

  clockJump: (striker, blow) => {
    const server = pickOf(striker.cluster.servers, blow.who);
    // A jump of up to the blow's length: an election timeout that is suddenly over.
    if (server !== undefined) striker.cluster.world.jumpClock(server, Math.floor(blow.how * blow.lastsUs));
  },

  clockRate: (striker, blow) => {
    const server = pickOf(striker.cluster.servers, blow.who);
    const { clockRatePpmMax } = striker.cluster.options;
    const ratePpm = Math.floor(blow.how * (2 * clockRatePpmMax + 1)) - clockRatePpmMax;
    if (server !== undefined) striker.cluster.world.setClockRate(server, ratePpm);
  },

  ...DISK_SHAPES,
};

/** @returns Whether there was somebody to strike. */
function strike(server: NodeId | undefined, blow: (server: NodeId) => void): boolean {
  if (server === undefined) return false;
  blow(server);
  return true;
}

function pause(striker: Striker, server: NodeId, lastsUs: number): void {
  striker.cluster.world.pause(server);
  striker.later(lastsUs, () => striker.cluster.world.resume(server));
}

/** Looks again and again until `act` has found its moment or the patience is over. */
function watchFor(striker: Striker, looksLeft: number, act: () => boolean): void {
  if (act() || looksLeft === 0) return;
  striker.later(LOOK_EVERY_US, () => watchFor(striker, looksLeft - 1, act));
}

function up(striker: Striker): readonly NodeId[] {
  return striker.cluster.servers.filter((server) => striker.cluster.world.process(server).isUp);
}

function anyUp(striker: Striker, draw: number): NodeId | undefined {
  return pickOf(up(striker), draw);
}

function leaderOf(striker: Striker): NodeId | undefined {
  const leader = striker.cluster.leader();
  return leader === NOBODY ? undefined : leader;
}

function leaderWithoutCommit(striker: Striker): NodeId | undefined {
  const leader = leaderOf(striker);
  const raft = leader === undefined ? undefined : striker.cluster.view(leader)?.raft;
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
