import type { NodeId } from '../../../core/base/units.js';
import { LOOKS_MAX, hit, pickOf, pollFor, up } from '../base/targets.js';
import { family } from './family.js';

/** Servers that lose power while writes are pending on their disks. */

/** How much likelier a server is to be struck while writes are pending on its disk. */
const WRITING_WEIGHT = 10;
/** Sum of the weights of all servers over all looks by which somebody has been struck: at rest half a second of three servers. */
const ODDS_MAX = 3_000;

export const crashWhileWriting = family({
  name: 'crashWhileWriting',
  sentence: 'A server that has writes pending on its disk at that moment loses power, as with crash.',
  models: 'the worst moment of a power cut',
  group: 'crash',
  every: [500, 3_000],
  lasts: [10, 1_500],
  needs: ['files'],
  onProcesses: 'kill',
  strike: (injector, strike) =>
    pollFor(injector, LOOKS_MAX, () => {
      const writing = up(injector).filter((server) => injector.cluster.world.disk(server).hasPendingWrites);
      return hit(pickOf(writing, strike.who), (server) => injector.crash(server, false, strike.lastsUs));
    }),
});

export const crashDuringElection = family({
  name: 'crashDuringElection',
  sentence: 'A server that voted a moment ago loses power, before the vote may have reached its disk.',
  models: 'the same for votes',
  group: 'crash',
  every: [1_000, 3_000],
  lasts: [10, 300],
  needs: ['leadership.stands', 'leadership.votedFor', 'files'],
  onProcesses: 'kill',
  strike: (injector, strike) =>
    pollFor(injector, LOOKS_MAX, () => {
      const { cluster } = injector;
      const { leadership } = cluster.hosted;
      const termOf = (server: NodeId): number | null => {
        const state = cluster.serving(server);
        return state === null ? null : (leadership?.stands?.(state) ?? null);
      };
      const candidate = up(injector).find((server) => termOf(server) !== null);
      if (candidate === undefined) return false;
      const term = termOf(candidate) ?? 0;
      const voters = up(injector).filter((server) => {
        const state = cluster.serving(server);
        return state !== null && leadership?.votedFor?.(state, term) === candidate && cluster.world.disk(server).hasPendingWrites;
      });
      return hit(pickOf(voters, strike.who), (server) => injector.crash(server, false, strike.lastsUs));
    }),
});

export const crashLikelierWhileWriting = family({
  name: 'crashLikelierWhileWriting',
  sentence: 'Some server loses power before long; at each moment one with pending writes is ten times as likely to be it.',
  details:
    'Within half a second or so some server loses power; at each moment the odds of one with writes pending on its disk are ' +
    'ten times those of another.',
  models: 'power that goes under load',
  group: 'crash',
  every: [500, 4_000],
  lasts: [10, 1_000],
  strike: (injector, strike) => {
    let oddsLeft = strike.how * ODDS_MAX;
    // Each look has odds of its own, whether or not anything happened since the last one.
    pollFor(
      injector,
      LOOKS_MAX,
      () => {
        const victim = turned(up(injector), strike.who).find((server) => {
          oddsLeft -= injector.cluster.world.disk(server).hasPendingWrites ? WRITING_WEIGHT : 1;
          return oddsLeft < 0;
        });
        return hit(victim, (server) => {
          injector.coverage.mark('crash-by-weighted-odds');
          injector.crash(server, false, strike.lastsUs);
        });
      },
      { everyTime: true },
    );
  },
});

/** The list begun somewhere else, as a draw says, so that who comes first is not always first. */
function turned<Item>(items: readonly Item[], draw: number): readonly Item[] {
  const first = Math.floor(draw * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
