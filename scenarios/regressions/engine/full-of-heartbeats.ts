import { LAN } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const fullOfHeartbeats = regression({
  name: 'full-of-heartbeats',
  system: raftSystem,
  title: 'One message at a time to a follower whose round trip is longer than the heartbeat interval.',
  seeds: [1, 2, 3],
  property: 'Liveness',
  wrong:
    'A window counted all messages on their way to a follower, heartbeats too. With a small window and a round trip longer than ' +
    'the heartbeat interval there was always a heartbeat under way, so the window was always full, entries never went out, and ' +
    'nothing was ever committed. Seen by swarm, seed 5178.',
  fix: 'The window counts up to the last message with entries; heartbeats behind it take no room (core/raft/sending.ts).',
  options: {
    ...NARROW,
    servers: 2,
    chaosMs: 20,
    peerLink: { ...LAN, delayUsMin: 30_000, delayUsMax: 40_000 },
    node: { ...NARROW.node, raft: { ...NARROW.node.raft, inflightMessagesMax: 1 } },
  },
});
