import type { NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { further, hit, leaderOrAnyUp, serves } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/** Servers that die between two effects of a step, or again and again. */

/** Of the deaths of which either may be, this share is a process that is killed; the others are a power loss. */
const KILL_SHARE = 0.5;
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

export const crashAtDisk = family({
  name: 'crashAtDisk',
  sentence: 'One server dies at a disk operation it asks for soon: at the handing over, or between two of its steps.',
  details:
    'The server dies at the n-th disk operation that it asks for, n = 1 to 6: as it is handed over, before its first step, ' +
    'between any two of its steps (an append done, its sync not begun), or when all are done and the server has not heard ' +
    'of it. Half of the deaths are a power loss.',
  models: 'a crash in the middle of a system call',
  group: 'crash',
  every: [300, 2_000],
  lasts: [5, 1_000],
  needs: ['files'],
  strike: (injector, strike) =>
    hit(leaderOrAnyUp(injector, strike), (server) => {
      trap(injector, server, 'disk', oneTo(DISK_OPERATIONS_MAX, strike.other), strike.how, (done, of) => {
        if (done < 0) injector.coverage.mark('died-handing-over-disk-work');
        else if (done === of) injector.coverage.mark('died-with-disk-work-unreported');
        else if (done > 0) injector.coverage.mark('died-between-disk-steps');
        injector.crash(server, killed(strike.sides[0]), strike.lastsUs);
      });
    }),
});

export const crashAtSend = family({
  name: 'crashAtSend',
  sentence: 'One server dies just before a message or an answer leaves, when others of the same step may have left.',
  details:
    'The server dies just before its n-th message or answer leaves, n = 1 to 12; effects are carried out in list order, so ' +
    'those of the same step before it are done and those behind it never are. Half of the deaths are a power loss.',
  models: 'a crash half-way through a broadcast',
  group: 'crash',
  every: [300, 2_000],
  lasts: [5, 1_000],
  strike: (injector, strike) =>
    hit(leaderOrAnyUp(injector, strike), (server) => {
      trap(injector, server, 'send', oneTo(SENDS_MAX, strike.other), 0, (sent) => {
        injector.coverage.mark(sent > 0 ? 'died-between-sends-of-a-step' : 'died-before-the-sends-of-a-step');
        injector.crash(server, killed(strike.sides[0]), strike.lastsUs);
      });
    }),
});

export const crashInRecovery = family({
  name: 'crashInRecovery',
  sentence: 'One server dies, and again in the disk operations of its next lives.',
  details:
    'A server dies, and dies again in its next one to four lives, each at its n-th disk operation since the start, n = 1 to ' +
    '5, at a place as with `crashAtDisk`: in its recovery, or in the first that it writes after it. Half of the deaths are ' +
    'a power loss. Then it stays.',
  models: 'a machine that fails while it boots',
  group: 'crash',
  every: [600, 3_000],
  lasts: [5, 600],
  lastsMeans: 'at most, until each start',
  strike: (injector, strike) =>
    hit(leaderOrAnyUp(injector, strike), (server) => dieInRecovery(injector, server, strike, oneTo(RECOVERY_DEATHS_MAX, strike.other))),
});

export const crashLoop = family({
  name: 'crashLoop',
  sentence: 'One server dies again and again, soon after each start.',
  details:
    'As long as the strike lasts one server dies again and again, half of the deaths a power loss: each life lasts up to ' +
    '200 ms, the time until the next up to 60 ms. At the end it stays up.',
  models: 'a supervisor that restarts what cannot live',
  group: 'crash',
  every: [2_000, 6_000],
  lasts: [500, 2_000],
  strike: (injector, strike) => hit(leaderOrAnyUp(injector, strike), (server) => loop(injector, server, strike)),
});

/** Lets the n-th effect of its kind from now on be met by `spring`, while the nemesis is at work. */
function trap(
  injector: Injector,
  server: NodeId,
  at: 'send' | 'disk',
  n: number,
  share: number,
  spring: (done: number, of: number) => void,
): void {
  injector.cluster.world.arm(server, {
    at,
    left: n,
    share,
    spring,
    isWanted: () => injector.isAtWork,
  });
}

/** Ends a life, and the next ones in their first disk operations, so many times; then lets the server come back. */
function dieInRecovery(injector: Injector, server: NodeId, strike: Strike, deathsLeft: number, deaths = 0): void {
  const { world } = injector.cluster;
  injector.end(server, killed(further(strike.sides[0] ?? 0, deaths)));
  injector.later(Math.floor(further(strike.how, deaths) * strike.lastsUs), () => {
    // Whoever else started it meanwhile has it now.
    if (world.process(server).isUp || !injector.budget.mayStart(server)) return;
    if (deathsLeft > 0) {
      trap(
        injector,
        server,
        'disk',
        oneTo(RECOVERY_OPERATIONS_MAX, further(strike.sides[2] ?? 0, deaths)),
        further(strike.sides[3] ?? 0, deaths),
        () => {
          if (!serves(injector, server)) injector.coverage.mark(deaths === 0 ? 'died-in-recovery' : 'died-in-recovery-again');
          dieInRecovery(injector, server, strike, deathsLeft - 1, deaths + 1);
        },
      );
    }
    injector.restart(server);
  });
}

function loop(injector: Injector, server: NodeId, strike: Strike): void {
  const { world } = injector.cluster;
  const endUs = world.nowUs + strike.lastsUs;
  const die = (deaths: number): void => {
    if (deaths === LOOP_DEATHS) injector.coverage.mark('crash-loop');
    injector.end(server, killed(further(strike.sides[0] ?? 0, deaths)));
    injector.later(Math.floor(further(strike.other, deaths) * LOOP_DOWN_US_MAX), () => {
      injector.restart(server);
      injector.later(Math.floor(further(strike.how, deaths) * LOOP_LIFE_US_MAX), () => {
        if (world.nowUs < endUs) die(deaths + 1);
      });
    });
  };
  die(1);
}

const killed = (draw: number | undefined): boolean => (draw ?? 0) < KILL_SHARE;

/** A whole number from 1 to `max`, as a draw in [0, 1) says. */
const oneTo = (max: number, draw: number): number => 1 + Math.floor(draw * max);
