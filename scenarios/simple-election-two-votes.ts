import { harm } from '../src/sim/harms.js';
import type { Scenario } from '../src/sim/scenario.js';
import { simpleElectionSystem } from '../src/sim/system-simple-election.js';
import { lossy } from '../src/sim/usual.js';
import { usualElection } from '../src/sim/usual-election.js';

export const simpleElectionTwoVotes: Scenario = {
  name: 'simple-election-two-votes',
  title: 'A server votes, starts again, and votes for somebody else in the same term.',
  why: 'One vote for each term is what keeps two leaders out of one term, and a vote in memory lasts only as long as its process.',
  expected: ['leader-elected', 'server-restarted'],
  expectedWithinRuns: 20,
  system: simpleElectionSystem('votes') as NonNullable<Scenario['system']>,
  finding: {
    properties: ['One Vote'],
    lesson: 'A vote is a promise to others, so it must be on the disk before it leaves (Raft thesis §3.8).',
  },
  options: (draws) => ({
    ...usualElection(draws),
    peerLink: lossy(5, 60),
    harms: [harm('kill', [400, 600], [10, 20]), harm('killLeader', [600, 1_500], [10, 20])],
  }),
};
