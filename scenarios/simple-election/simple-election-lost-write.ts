import { fault, lossy, scenario } from 'seedstorm/sim';
import { simpleElectionSystem, usualElection } from 'seedstorm/systems';

export const simpleElectionLostWrite = scenario({
  name: 'simple-election-lost-write',
  title: 'A leader answers once a majority has a write, dies, and its successor has never heard of it.',
  why: 'A vote that looks at terms alone lets a server lead that lacks what a majority has: the step from this election to Raft.',
  expected: ['leader-elected'],
  expectedWithinRuns: 40,
  system: simpleElectionSystem('acknowledged-writes'),
  finding: {
    properties: ['No Acknowledged Write Lost'],
    lesson:
      'A majority that has a write does not protect it as long as voters do not ask whether the candidate has it too (Raft thesis §3.6.1).',
  },
  options: (draws) => ({
    ...usualElection(draws),
    chaosMs: 4_000,
    peerLink: lossy(10, 20),
    faults: [fault('killLeader', [600, 1_200], [500, 1_500])],
  }),
});
