import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const busyLeader = regression({
  name: 'busy-leader',
  system: raftSystem,
  title: 'A leader with too many reads says so, and those whom it sends away ask the dead before they come back.',
  seeds: [8, 14, 27],
  property: 'Liveness',
  wrong:
    'A client that was told "too many reads wait" by the leader went on to the next server, as after any refusal. Where most of the others are ' +
    'down that costs the patience of an attempt for each of them, which grows; others are served meanwhile, and a client could starve for ' +
    'longer than any call lasts. Seen by swarm (seed 745).',
  fix: 'The leader, if a client was told who leads, is asked again after a pause, for a second or two (core/client/client.ts).',
  options: {
    ...NARROW,
    servers: 7,
    chaosMs: 300,
    convergenceMs: 8_000,
    faults: [],
    node: { ...NARROW.node, raft: { ...NARROW.node.raft, pendingReadsMax: 1 } },
    workload: {
      ...NARROW.workload,
      clients: 8,
      getWeight: 1,
      setWeight: 0,
      putWeight: 0,
      deleteWeight: 0,
      attemptTimeoutMs: 400,
      timeLimitMs: 4_000,
      thinkMsMin: 0,
      thinkMsMax: 5,
    },
  },
});
