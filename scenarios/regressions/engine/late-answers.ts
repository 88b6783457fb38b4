import { LAN } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const lateAnswers = regression({
  name: 'late-answers',
  system: raftSystem,
  title: 'Every answer comes later than a client waits for one.',
  seeds: [1, 2, 3],
  property: 'Liveness',
  wrong:
    'A client took an answer to its newest attempt only. Where servers were slower than an attempt lasts, each answer came ' +
    'when the next attempt was under way and was thrown away, and each repeated command made the servers slower still: a cluster once ' +
    'overloaded never recovered. Seen by figure-8 with a window of one message and links of 30 ms.',
  fix:
    'An answer to an earlier attempt at the same command settles the call, since a session gives every attempt the same one ' +
    'result; and an attempt waits longer with each round in vain (core/client/client.ts).',
  options: {
    ...NARROW,
    servers: 1,
    chaosMs: 20,
    clientLink: { ...LAN, delayUsMin: 51_000, delayUsMax: 60_000 },
    workload: { ...NARROW.workload, attemptTimeoutMs: 100 },
  },
});
