import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory } from '../../src/real/files.js';
import { describeDisk } from './disk-contract.js';

describeDisk('the real disk', async () => {
  const path = await mkdtemp(join(tmpdir(), 'seedstorm-disk-'));
  const directory = await DataDirectory.open(path);
  return {
    perform: (steps) => directory.perform(steps),
    crash: null,
    close: async () => {
      await directory.close();
      await rm(path, { recursive: true });
    },
  };
});
