import { connectionId, type NodeId } from '../../../core/base/units.js';
import type { Injector } from '../base/injector.js';
import { LOOKS_MAX, anyUp, hit, leaderOf, leaderOrAnyUp, pauseFor, pickOf, pollFor, serves, shuffled, up } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';
import type { Slowness } from '../../world/process.js';

/** Processes that stand still, are slow, or are stopped by an operator. */

/** What an input may cost a slow process at most, in microseconds: from a busy neighbour to a processor that is taken away. */
const SLOWNESS_US = [200, 1_000, 5_000, 40_000];
/** So many inputs in line are a backlog. */
const BACKLOG = 8;
/** The connection of an operator: nobody's, so that what is answered there reaches nobody. */
const OPERATOR = connectionId(0);
/** Within this an operator has chosen: quick for a person, so that a run has more to tell than silence. */
const OPERATOR_US = 200_000;

export const pause = family({
  name: 'pause',
  sentence: 'A process stands still, as in a long garbage collection, then goes on as if nothing were.',
  models: 'garbage collection, a moved virtual machine',
  group: 'process',
  every: [700, 4_000],
  lasts: [20, 2_000],
  onProcesses: 'pause',
  strike: (injector, strike) => hit(anyUp(injector, strike.who), (server) => pauseFor(injector, server, strike.lastsUs)),
});

export const pauseLeader = family({
  name: 'pauseLeader',
  sentence: 'The leader stands still, longer than an election.',
  models: 'the same',
  group: 'process',
  every: [1_000, 4_000],
  lasts: [100, 2_000],
  needs: ['leadership'],
  onProcesses: 'pauseLeader',
  strike: (injector, strike) =>
    hit(leaderOf(injector), (leader) => {
      injector.coverage.mark('leader-paused');
      pauseFor(injector, leader, strike.lastsUs);
    }),
});

export const slowServer = family({
  name: 'slowServer',
  sentence: 'A process takes long for each input.',
  details:
    'The process works through its inputs, due timers among them, one after the other, and each takes a span drawn evenly: ' +
    'from a quarter of to all of 200, 1 000, 5 000 or 40 000 µs. It reads its clock when it takes an input up, and the ' +
    'effects leave when the span is over. Its disk and the network keep their pace; up to 4 096 inputs wait in line. At the ' +
    'end of the strike all that waits comes at once; if the process dies, its next life is quick.',
  models: 'a starved processor, swapping, a busy neighbour',
  group: 'process',
  every: [500, 3_000],
  lasts: [100, 3_000],
  strike: (injector, strike) => hit(leaderOrAnyUp(injector, strike), (server) => slow(injector, server, strike)),
});

export const gracefulStop = family({
  name: 'gracefulStop',
  sentence: 'A process is told to stop, finishes what its disk has to do, and is started again.',
  details:
    'The process is told to stop: from then on it takes no message and no request, and no timer fires; its disk finishes ' +
    "what was asked of it, and what the node asks for in turn; when all of that was reported, the disk performs the node's " +
    'closing steps, by which the log vouches for its last flush, and the process ends. Nothing written is lost by it. It ' +
    "starts again after the strike\'s span.",
  models: 'SIGTERM, a drained node',
  group: 'process',
  every: [700, 5_000],
  lasts: [10, 1_000],
  strike: (injector, strike) =>
    hit(leaderOrAnyUp(injector, strike), (server) => {
      const { world } = injector.cluster;
      if (server === leaderOf(injector)) injector.coverage.mark('leader-stopped-gracefully');
      world.stop(server, () => injector.later(strike.lastsUs, () => injector.restart(server)));
    }),
});

export const takeOver = family({
  name: 'takeOver',
  sentence:
    'The process of the leader ends, and an operator makes another server take its place before it comes back. Only where operators decide that.',
  details:
    'In a system in which operators decide who leads: the process of the leader ends, and within 200 ms, or its span if ' +
    'that is shorter, an operator tells one of the others that serve to take its place; at the end of the span the old ' +
    'leader starts again. Elsewhere it does nothing.',
  models: 'a promotion by hand after a failure',
  group: 'process',
  every: [1_500, 6_000],
  lasts: [100, 1_500],
  needs: ['leadership', 'takeOver'],
  strike: (injector, strike) =>
    hit(leaderOf(injector), (leader) => {
      const { hosted, world } = injector.cluster;
      if (hosted.takeOver === undefined) return;
      injector.crash(leader, true, strike.lastsUs);
      injector.later(Math.floor(strike.how * Math.min(strike.lastsUs, OPERATOR_US)), () =>
        hit(
          pickOf(
            up(injector).filter((server) => serves(injector, server)),
            strike.who,
          ),
          (server) => {
            injector.coverage.mark('operator-chose-another');
            world.askTakeOver(server, leader, hosted.takeOver, OPERATOR);
          },
        ),
      );
    }),
});

export const rollingRestart = family({
  name: 'rollingRestart',
  sentence: 'One server after the other is stopped gracefully and comes back with the other options of the run.',
  details:
    "The servers, in drawn order, are stopped gracefully one by one and start again after the strike\'s span with the other options " +
    "of the run (`laterNode`; without them with the same); when one serves again, or a second later, the next one's turn " +
    'has come. The next roll goes back to the first options. One roll at a time; a server that is down in its turn has the ' +
    'other options when it comes back.',
  models: 'a change of configuration, an upgrade',
  group: 'process',
  every: [1_000, 4_000],
  lasts: [10, 500],
  strike: (injector, strike) => {
    if (injector.isRolling) return;
    injector.isRolling = true;
    roll(injector, shuffled(injector.cluster.servers, strike.who), strike);
  },
});

function slow(injector: Injector, server: NodeId, strike: Strike): void {
  const { world } = injector.cluster;
  const process = world.process(server);
  if (process.slowness !== null) return;
  const usMax = SLOWNESS_US[Math.floor(strike.how * SLOWNESS_US.length)] ?? 0;
  const slowness: Slowness = { usMin: Math.floor(usMax / 4), usMax };
  injector.coverage.mark(server === leaderOf(injector) ? 'leader-slow' : 'server-slow');
  world.slow(server, slowness);
  injector.later(strike.lastsUs, () => {
    // It may have died since, and its next life is quick by itself.
    if (process.slowness !== slowness) return;
    if (process.held.length >= BACKLOG) injector.coverage.mark('slow-server-fell-behind');
    world.slow(server, null);
  });
}

/** Stops the first of these servers and starts it with the other options; when it serves again, or a second later, the next one. */
function roll(injector: Injector, servers: readonly NodeId[], strike: Strike): void {
  const { cluster } = injector;
  const { world } = cluster;
  const [server, ...others] = servers;
  if (server === undefined) {
    injector.isRolling = false;
    injector.coverage.mark('rolling-restart-done');
    return;
  }
  const next = (): void => {
    if (cluster.isMixed) injector.coverage.mark('options-mixed');
    roll(injector, others, strike);
  };
  const start = (): void => {
    injector.restart(server);
    pollFor(
      injector,
      LOOKS_MAX,
      () => {
        if (!serves(injector, server)) return false;
        next();
        return true;
      },
      { givesUp: next },
    );
  };
  const change = (): void => {
    cluster.switchOptions(server);
    injector.later(strike.lastsUs, start);
  };
  const process = world.process(server);
  if (process.isUp) world.stop(server, change);
  else change();
}
