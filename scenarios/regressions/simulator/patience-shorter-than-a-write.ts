import { ratio } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

const { raft } = NARROW.node;

export const patienceShorterThanAWrite = regression({
  name: 'patience-shorter-than-a-write',
  system: raftSystem,
  title: 'A write takes longer than the patience of a client without a session, which gives each one up after one attempt.',
  seeds: [1, 2, 3],
  property: 'Liveness',
  wrong:
    'Not the engine, but the measure was wrong. Six clients ask for more than slow disks and windows of one entry can give, so each write takes longer than an ' +
    'attempt may. Those with a session repeat theirs and are served; without one a set must not be repeated, and a put is answered in words that may tell of its ' +
    'first attempt. Both are "maybe", and only "done" counted as served. Seen by swarm (seed 943487).',
  fix:
    'A server that could not finish a write says so with a cause of its own. A call is served if the store answered it, whatever can be concluded; one that must be ' +
    'given up after an attempt counts if the store answered somebody meanwhile (sim/clients/key-value-load.ts).',
  options: {
    ...NARROW,
    chaosMs: 200,
    disk: { operationUsMin: 1_000, operationUsMax: 5_000, syncUsMin: 20_000, syncUsMax: 40_000 },
    workload: {
      ...NARROW.workload,
      clients: 6,
      sessionlessRatio: ratio(1, 2),
      thinkMsMin: 0,
      thinkMsMax: 5,
      getWeight: 0,
      setWeight: 1,
      putWeight: 3,
      attemptTimeoutMs: 150,
    },
    node: { ...NARROW.node, raft: { ...raft, inflightMessagesMax: 1, entriesPerMessageMax: 1 } },
  },
});
