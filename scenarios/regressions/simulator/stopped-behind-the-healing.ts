import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const stoppedBehindTheHealing = regression({
  name: 'stopped-behind-the-healing',
  system: raftSystem,
  title: 'A disk fails while its server stands still, and the server reads of it when all is said to be well.',
  seeds: [25, 43, 52],
  property: 'Liveness',
  wrong:
    'Not the engine, but the end of the chaos was wrong. A server was paused while its disk failed a sync. The healing let it go on, it read ' +
    'of the error, and it stopped, as it must. Whoever would have started it again was called off with the rest of the faults, so a member of ' +
    'the core was down for good that the run counted on, and no client was served. Seen by swarm (seed 840146).',
  fix: 'Who stops at a disk error from before the healing is started again, once (sim/run/phases.ts).',
  options: {
    ...NARROW,
    servers: 1,
    chaosMs: 2_000,
    faults: [fault('diskSyncError', [20, 200], [10, 50]), fault('pause', [50, 300], [200, 900])],
  },
});
