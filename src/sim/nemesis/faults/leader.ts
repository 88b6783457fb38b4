import type { NodeId } from '../../../core/base/units.js';
import { between } from '../base/link-cuts.js';
import type { Injector } from '../base/injector.js';
import { LOOKS_MAX, bit, hit, leaderOf, leaderWithoutCommit, looksWithin, pollFor, up } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/** Faults that wait for a moment in the life of a leader. */

/** A new leader is left alone at most so long: about as long as its first entry takes to a majority. */
const GRACE_US = 20_000;

export const killNewLeader = family({
  name: 'killNewLeader',
  sentence: 'The process of a leader that has committed nothing in its term yet, when its first entry may be on some servers only.',
  models: 'a crash under the load of taking over',
  group: 'leader',
  every: [150, 300],
  lasts: [50, 700],
  needs: ['leadership.hasCommitted'],
  onProcesses: 'killLeader',
  strike: (injector, strike) =>
    pollFor(injector, LOOKS_MAX, () =>
      hit(leaderWithoutCommit(injector), (server) => {
        injector.later(Math.floor(strike.how * GRACE_US), () => injector.crash(server, true, strike.lastsUs));
      }),
    ),
});

export const isolateNewLeader = family({
  name: 'isolateNewLeader',
  sentence: 'A leader that has committed nothing in its term yet hears no other server and is heard by none.',
  models: 'the load of an election that breaks a link',
  group: 'leader',
  every: [500, 4_000],
  lasts: [200, 2_000],
  needs: ['leadership.hasCommitted'],
  strike: (injector, strike) =>
    pollFor(injector, LOOKS_MAX, () =>
      hit(leaderWithoutCommit(injector), (leader) => {
        injector.later(Math.floor(strike.how * GRACE_US), () => {
          injector.coverage.mark('new-leader-isolated');
          injector.later(strike.lastsUs, injector.cuts.cut(between([leader], injector.cluster.servers)));
        });
      }),
    ),
});

export const killEachNewLeader = family({
  name: 'killEachNewLeader',
  sentence: 'For a while each leader dies soon after its election.',
  details:
    'As long as the strike lasts the process of each leader ends within 20 ms of its being seen, the present one first; it ' +
    'starts again after a part of that span.',
  models: 'a poisonous request that follows the leader',
  group: 'leader',
  every: [3_000, 9_000],
  lasts: [500, 3_000],
  needs: ['leadership'],
  strike: (injector, strike) => {
    let killedTerm = 0;
    pollFor(injector, looksWithin(strike.lastsUs), () => {
      const leader = leaderOf(injector);
      const term =
        leader === undefined ? 0 : (injector.cluster.hosted.leadership?.leads(injector.cluster.world.process(leader).state) ?? 0);
      if (leader === undefined || term <= killedTerm) return false;
      if (killedTerm > 0) injector.coverage.mark('next-leader-killed-too');
      killedTerm = term;
      injector.later(Math.floor(strike.how * GRACE_US), () => injector.crash(leader, true, Math.floor(strike.other * strike.lastsUs)));
      return false;
    });
  },
});

export const crashMostAdvanced = family({
  name: 'crashMostAdvanced',
  sentence: 'The server whose log is the most up to date loses power.',
  models: 'the worst single loss',
  group: 'leader',
  every: [1_000, 5_000],
  lasts: [10, 1_500],
  needs: ['leadership.logEnd'],
  strike: (injector, strike) => {
    const server = mostAdvanced(injector);
    if (server === undefined) return;
    injector.coverage.mark('most-advanced-server-crashed');
    injector.crash(server, false, strike.lastsUs);
  },
});

export const clientsWithDeposedLeader = family({
  name: 'clientsWithDeposedLeader',
  sentence: 'The leader and some clients are cut off from everybody else, together.',
  models: 'a rack behind a dead uplink',
  group: 'leader',
  every: [1_500, 6_000],
  lasts: [300, 2_500],
  needs: ['leadership'],
  strike: (injector, strike) =>
    hit(leaderOf(injector), (leader) => {
      const { servers, clients } = injector.cluster;
      const together = clients.filter((_, i) => i === 0 || bit(strike.sides, i));
      const elsewhere = clients.filter((client) => !together.includes(client));
      injector.coverage.mark('clients-cut-off-with-leader');
      injector.later(
        strike.lastsUs,
        injector.cuts.cut(between([leader, ...together], [...servers.filter((server) => server !== leader), ...elsewhere])),
      );
    }),
});

export const pauseLeaderPastLease = family({
  name: 'pauseLeaderPastLease',
  sentence: 'The leader stands still until another one has committed in a later term, and wakes right then.',
  details:
    'The leader stands still until another has committed in a later term, and wakes up to 20 ms after that was seen, or ' +
    'when the strike ends.',
  models: 'a long pause that ends at the worst moment',
  group: 'leader',
  every: [1_500, 6_000],
  lasts: [1_000, 3_000],
  lastsMeans: 'at most',
  needs: ['leadership.hasCommitted'],
  strike: (injector, strike) => hit(leaderOf(injector), (leader) => pauseUntilSucceeded(injector, strike, leader)),
});

function pauseUntilSucceeded(injector: Injector, strike: Strike, leader: NodeId): void {
  const { world } = injector.cluster;
  let isAsleep = true;
  const wake = (): void => {
    if (isAsleep) world.resume(leader);
    isAsleep = false;
  };
  world.pause(leader);
  injector.later(strike.lastsUs, wake);
  pollFor(injector, looksWithin(strike.lastsUs), () => {
    const successor = leaderOf(injector);
    if (successor === leader || successor === undefined || successor === leaderWithoutCommit(injector)) return false;
    injector.coverage.mark('leader-slept-past-its-lease');
    injector.later(Math.floor(strike.how * GRACE_US), wake);
    return true;
  });
}

/** By the rule of votes: the later last term, then the longer log (thesis §3.6.1). */
function mostAdvanced(injector: Injector): NodeId | undefined {
  let best: NodeId | undefined;
  let bestTerm = -1;
  let bestIndex = -1;
  for (const server of up(injector)) {
    const state = injector.cluster.serving(server);
    const end = state === null ? null : (injector.cluster.hosted.leadership?.logEnd?.(state) ?? null);
    if (end === null || end.term < bestTerm || (end.term === bestTerm && end.index <= bestIndex)) continue;
    [best, bestTerm, bestIndex] = [server, end.term, end.index];
  }
  return best;
}
