import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const damageOnADirtyPage = regression({
  name: 'damage-on-a-dirty-page',
  system: raftSystem,
  title: 'A bit of the medium rots below bytes that are being written anew, and the process starts again on the same machine.',
  seeds: [10, 12],
  property: 'Starts Again',
  wrong:
    'Not the engine, but the simulated disk was wrong. A bit of the medium rotted below bytes that recovery was writing anew (their ' +
    'sync was still under way), and readers were shown it at once, in what is only in memory until it is written back. The sync put ' +
    'good bytes over it, so the budget counted the disk as whole again, while the page cache went on showing damage that was nowhere. ' +
    'The next life on that cache refused to start, and a majority was missing that nothing had taken. Seen by swarm (seed 830790), as Liveness.',
  fix: 'What is still to be written back is never read again: such damage does not reach the page cache (sim/disk/file.ts).',
  options: {
    ...NARROW,
    chaosMs: 1_500,
    disk: { ...NARROW.disk, syncUsMin: 40_000, syncUsMax: 60_000 },
    faults: [fault('kill', [100, 200], [5, 20]), fault('latentRot', [100, 500], [5_000, 5_000])],
  },
});
