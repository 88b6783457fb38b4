import { connectionId, type NodeId } from '../core/base/units.js';
import { LOOKS_MAX, anyUp, bit, leaderOf, pickOf, shuffled, strike, up, watchFor, type Blow, type Shape } from './aim.js';
import type { PROCESS_HARMS } from './harms-process.js';
import type { Slowness } from './process.js';
import type { Striker } from './striker.js';

/** How much likelier a server is to be struck while writes are pending on its disk. */
const WRITING_WEIGHT = 10;
/** Sum of the weights of all servers over all looks by which somebody has been struck: at rest half a second of three servers. */
const ODDS_MAX = 3_000;
/** A server dies at most at its so many-th disk operation, send, or disk operation of a life. Few, so that it comes to that. */
const DISK_OPERATIONS_MAX = 6;
const SENDS_MAX = 12;
const RECOVERY_OPERATIONS_MAX = 5;
const RECOVERY_DEATHS_MAX = 4;
/** In a crash loop a life, and the time until the next, last at most so long. */
const LOOP_LIFE_US_MAX = 200_000;
const LOOP_DOWN_US_MAX = 60_000;
/** Deaths from which on a loop is one. */
const LOOP_DEATHS = 3;
/** What an input may cost a slow process at most, in microseconds: from a busy neighbour to a processor that is taken away. */
const SLOWNESS_US = [200, 1_000, 5_000, 40_000];
/** So many inputs in line are a backlog. */
const BACKLOG = 8;
/** Of the deaths of which either may be, this share is a process that is killed; the others are a power loss. */
const KILL_SHARE = 0.5;
/** The connection of an operator: nobody's, so that what is answered there reaches nobody. */
const OPERATOR = connectionId(0);
/** Within this an operator has chosen: quick for a person, so that a run has more to tell than silence. */
const OPERATOR_US = 200_000;
/** The golden section: multiples of it modulo 1 are spread evenly. */
const GOLDEN = 0.618_033_988_75;

/** What the families do that strike processes. A blow that finds nothing to strike passes. */
export const PROCESS_SHAPES: Readonly<Record<(typeof PROCESS_HARMS)[number], Shape>> = {
  crashLikelierWhileWriting: (striker, blow) => {
    let oddsLeft = blow.how * ODDS_MAX;
    // Each look has odds of its own, whether or not anything happened since the last one.
    watchFor(striker, LOOKS_MAX, () => {
      const victim = turned(up(striker), blow.who).find((server) => {
        oddsLeft -= striker.cluster.world.disk(server).hasPendingWrites ? WRITING_WEIGHT : 1;
        return oddsLeft < 0;
      });
      return strike(victim, (server) => {
        striker.coverage.mark('crash-by-weighted-odds');
        striker.crash(server, false, blow.lastsUs);
      });
    }, { everyTime: true });
  },

  crashAtDisk: (striker, blow) =>
    strike(leaderOrAny(striker, blow), (server) => {
      trap(striker, server, 'disk', oneTo(DISK_OPERATIONS_MAX, blow.other), blow.how, (done, of) => {
        if (done < 0) striker.coverage.mark('died-handing-over-disk-work');
        else if (done === of) striker.coverage.mark('died-with-disk-work-unreported');
        else if (done > 0) striker.coverage.mark('died-between-disk-steps');
        striker.crash(server, killed(blow.sides[0]), blow.lastsUs);
      });
    }),

  crashAtSend: (striker, blow) =>
    strike(leaderOrAny(striker, blow), (server) => {
      trap(striker, server, 'send', oneTo(SENDS_MAX, blow.other), 0, (sent) => {
        striker.coverage.mark(sent > 0 ? 'died-between-sends-of-a-step' : 'died-before-the-sends-of-a-step');
        striker.crash(server, killed(blow.sides[0]), blow.lastsUs);
      });
    }),

  crashInRecovery: (striker, blow) =>
    strike(leaderOrAny(striker, blow), (server) => dieInRecovery(striker, server, blow, oneTo(RECOVERY_DEATHS_MAX, blow.other))),

  crashLoop: (striker, blow) => strike(leaderOrAny(striker, blow), (server) => loop(striker, server, blow)),

  powerCutOfSome: (striker, blow) => {
    const those = up(striker).filter((_, i) => bit(blow.sides, i));
    if (those.length > 1 && those.length < striker.cluster.servers.length) striker.coverage.mark('some-lost-power-together');
    those.forEach((server, i) => striker.crash(server, false, Math.floor(further(blow.how, i) * blow.lastsUs)));
  },

  slowServer: (striker, blow) => strike(leaderOrAny(striker, blow), (server) => slow(striker, server, blow)),

  gracefulStop: (striker, blow) =>
    strike(leaderOrAny(striker, blow), (server) => {
      const { world } = striker.cluster;
      if (server === leaderOf(striker)) striker.coverage.mark('leader-stopped-gracefully');
      world.lives.stop(world.process(server), () => striker.later(blow.lastsUs, () => striker.restart(server)));
    }),

  takeOver: (striker, blow) =>
    strike(leaderOf(striker), (leader) => {
      const { hosted, world } = striker.cluster;
      if (hosted.takeOver === undefined) return;
      striker.crash(leader, true, blow.lastsUs);
      striker.later(Math.floor(blow.how * Math.min(blow.lastsUs, OPERATOR_US)), () =>
        strike(pickOf(up(striker).filter((server) => serves(striker, server)), blow.who), (server) => {
          striker.coverage.mark('operator-chose-another');
          world.harm(`an operator tells s${server} to take the place of s${leader}`);
          world.request(server, hosted.takeOver, OPERATOR);
        }),
      );
    }),

  rollingRestart: (striker, blow) => {
    if (striker.isRolling) return;
    striker.isRolling = true;
    roll(striker, shuffled(striker.cluster.servers, blow.who), blow);
  },
};

/** The leader in half of the blows, if there is one; else any server that is up. */
function leaderOrAny(striker: Striker, blow: Blow): NodeId | undefined {
  return (bit(blow.sides, 1) ? leaderOf(striker) : undefined) ?? anyUp(striker, blow.who);
}

/** Lets the n-th effect of its kind from now on be met by `spring`, while the nemesis is at work. */
function trap(striker: Striker, server: NodeId, at: 'send' | 'disk', n: number, share: number, spring: (done: number, of: number) => void): void {
  const { world } = striker.cluster;
  const met = (done: number, of: number): void => {
    if (!striker.isAtWork) return;
    world.harm(`trap of s${server}: ${at === 'send' ? `${done} of ${of} sends of a step have left` : done < 0 ? 'disk work is handed over' : `${done} of ${of} disk steps are done`}`);
    spring(done, of);
  };
  world.lives.arm(world.process(server), { at, left: n, share, spring: met });
}

/** Ends a life, and the next ones in their first disk operations, so many times; then lets the server come back. */
function dieInRecovery(striker: Striker, server: NodeId, blow: Blow, deathsLeft: number, deaths = 0): void {
  const { world } = striker.cluster;
  striker.end(server, killed(further(blow.sides[0] ?? 0, deaths)));
  striker.later(Math.floor(further(blow.how, deaths) * blow.lastsUs), () => {
    // Whoever else started it meanwhile has it now.
    if (world.process(server).isUp || !striker.budget.mayStart(server)) return;
    if (deathsLeft > 0) {
      trap(striker, server, 'disk', oneTo(RECOVERY_OPERATIONS_MAX, further(blow.sides[2] ?? 0, deaths)), further(blow.sides[3] ?? 0, deaths), () => {
        if (!serves(striker, server)) striker.coverage.mark(deaths === 0 ? 'died-in-recovery' : 'died-in-recovery-again');
        dieInRecovery(striker, server, blow, deathsLeft - 1, deaths + 1);
      });
    }
    striker.restart(server);
  });
}

function loop(striker: Striker, server: NodeId, blow: Blow): void {
  const { world } = striker.cluster;
  const endUs = world.nowUs + blow.lastsUs;
  const die = (deaths: number): void => {
    if (deaths === LOOP_DEATHS) striker.coverage.mark('crash-loop');
    striker.end(server, killed(further(blow.sides[0] ?? 0, deaths)));
    striker.later(Math.floor(further(blow.other, deaths) * LOOP_DOWN_US_MAX), () => {
      striker.restart(server);
      striker.later(Math.floor(further(blow.how, deaths) * LOOP_LIFE_US_MAX), () => {
        if (world.nowUs < endUs) die(deaths + 1);
      });
    });
  };
  die(1);
}

function slow(striker: Striker, server: NodeId, blow: Blow): void {
  const { world } = striker.cluster;
  const process = world.process(server);
  if (process.slowness !== null) return;
  const usMax = SLOWNESS_US[Math.floor(blow.how * SLOWNESS_US.length)] ?? 0;
  const slowness: Slowness = { usMin: Math.floor(usMax / 4), usMax };
  striker.coverage.mark(server === leaderOf(striker) ? 'leader-slow' : 'server-slow');
  world.lives.slow(process, slowness);
  striker.later(blow.lastsUs, () => {
    // It may have died since, and its next life is quick by itself.
    if (process.slowness !== slowness) return;
    if (process.held.length >= BACKLOG) striker.coverage.mark('slow-server-fell-behind');
    world.lives.slow(process, null);
  });
}

/** Stops the first of these servers and starts it with the other options; when it serves again, or a second later, the next one. */
function roll(striker: Striker, servers: readonly NodeId[], blow: Blow): void {
  const { cluster } = striker;
  const { world } = cluster;
  const [server, ...others] = servers;
  if (server === undefined) {
    striker.isRolling = false;
    striker.coverage.mark('rolling-restart-done');
    return;
  }
  const next = (): void => {
    if (cluster.isMixed) striker.coverage.mark('options-mixed');
    roll(striker, others, blow);
  };
  const start = (): void => {
    striker.restart(server);
    watchFor(striker, LOOKS_MAX, () => {
      if (!serves(striker, server)) return false;
      next();
      return true;
    }, { givesUp: next });
  };
  const change = (): void => {
    cluster.switchOptions(server);
    striker.later(blow.lastsUs, start);
  };
  const process = world.process(server);
  if (process.isUp) world.lives.stop(process, change);
  else change();
}

/** Whether a server is up and done with its recovery. */
function serves({ cluster }: Striker, server: NodeId): boolean {
  const process = cluster.world.process(server);
  return process.isUp && cluster.hosted.isServing(process.state);
}

const killed = (draw: number | undefined): boolean => (draw ?? 0) < KILL_SHARE;

/** A whole number from 1 to `max`, as a draw in [0, 1) says. */
const oneTo = (max: number, draw: number): number => 1 + Math.floor(draw * max);

/** One more number in [0, 1) out of a draw, for what a blow does for the i-th time. */
function further(draw: number, i: number): number {
  const sum = draw + i * GOLDEN;
  return sum - Math.floor(sum);
}

/** The list begun somewhere else, as a draw says, so that who comes first is not always first. */
function turned<Item>(items: readonly Item[], draw: number): readonly Item[] {
  const first = Math.floor(draw * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
