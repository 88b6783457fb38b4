import { fault, lossy, scenario } from 'seedstorm/sim';
import { simpleElectionSystem, usualElection } from 'seedstorm/systems';

export const simpleElectionTwoVotes = scenario({
  name: 'simple-election-two-votes',
  title: 'A server votes, starts again, and votes for somebody else in the same term.',
  why: 'One vote for each term is what keeps two leaders out of one term, and a vote in memory lasts only as long as its process.',
  expected: ['leader-elected', 'server-restarted'],
  expectedWithinRuns: 20,
  system: simpleElectionSystem('votes'),
  finding: {
    properties: ['One Vote'],
    lesson: 'A vote is a promise to others, so it must be on the disk before it leaves (Raft thesis §3.8).',
  },
  options: (draws) => ({
    ...usualElection(draws),
    peerLink: lossy(5, 60),
    faults: [fault('kill', [400, 600], [10, 20]), fault('killLeader', [600, 1_500], [10, 20])],
  }),
});
