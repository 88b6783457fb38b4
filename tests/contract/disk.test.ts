import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory } from '../../src/real/disk/disk.js';
import { operationId } from '../../src/core/base/units.js';
import { SimDisk } from '../../src/sim/disk/disk.js';
import { RandomStreams } from '../../src/sim/base/random-streams.js';
import { describeDisk } from './disk-contract.js';

describeDisk('the real disk', async () => {
  const path = await mkdtemp(join(tmpdir(), 'seedstorm-disk-'));
  const directory = await DataDirectory.open(path, { mayCreate: true });
  return {
    perform: (steps) => directory.perform(steps),
    crash: null,
    close: async () => {
      await directory.close();
      await rm(path, { recursive: true });
    },
  };
});

describeDisk('the simulated disk', async () => {
  const options = { operationUsMin: 10, operationUsMax: 200, syncUsMin: 100, syncUsMax: 5_000 };
  const disk = new SimDisk('s1', options, new RandomStreams(1));
  disk.isStrict = false;
  let operations = 0;
  let nowUs = 0;
  return {
    perform: async (steps) => {
      const work = disk.begin(operationId(++operations), steps, nowUs);
      // Let another operation begin before this one ends, as on the real disk.
      await Promise.resolve();
      while (work.outcome === null) {
        nowUs = Math.max(nowUs, work.dueUs);
        disk.advance(work, nowUs);
      }
      return work.outcome;
    },
    crash: () => Promise.resolve(void disk.losePower()),
    close: () => Promise.resolve(),
  };
});
