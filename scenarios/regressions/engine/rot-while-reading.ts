import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const rotWhileReading = regression({
  name: 'rot-while-reading',
  system: raftSystem,
  title: 'A bit of the log rots while a recovery reads it, after it was found whole and before it is read for writing it anew.',
  seeds: [179, 222, 235],
  property: 'Starts Again',
  wrong:
    'Recovery writes the last flush once more, lest the cache show what no disk has, and read it once more for that: the bytes that it had judged ' +
    'were not those that it wrote. A bit that rotted in between was written back as if it belonged there, with a file behind it that vouched for ' +
    'it, and the next life refused to start. Seen by swarm (seed 860975).',
  fix: 'The bytes that are written are judged once more; if they are not what was read before, all is read again (core/storage/recovery.ts).',
  options: {
    ...NARROW,
    chaosMs: 2_500,
    disk: { ...NARROW.disk, operationUsMin: 10_000, operationUsMax: 30_000 },
    faults: [fault('kill', [100, 300], [5, 20]), fault('latentRot', [50, 200], [5_000, 5_000])],
  },
});
