import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

const RATE_PPM = 200_000;

export const forgottenPreVote = regression({
  name: 'forgotten-pre-vote',
  system: raftSystem,
  title: 'A leader with a quick clock restarts at once and stands again while its last heartbeat still counts.',
  seeds: [3, 9, 15, 18, 26],
  property: 'Pre-Vote Kept',
  wrong:
    'Whoever hears a leader helps nobody to depose it, but the leader itself may come back for its office. That exception stood in ' +
    'the answer to a pre-vote and not in the answer to the request that follows: the voter said that it would vote, and then kept ' +
    'silent. A term was spent for nothing, and everyone waited for another timeout.',
  fix: 'The same exception stands in both answers (core/raft/election.ts).',
  options: {
    ...NARROW,
    servers: 2,
    chaosMs: 1_000,
    clocks: [
      { offsetUs: 0, ratePpm: RATE_PPM },
      { offsetUs: 0, ratePpm: -RATE_PPM },
    ],
    clockRatePpmMax: RATE_PPM,
    faults: [fault('killLeader', [400, 600], [1, 5])],
  },
});
