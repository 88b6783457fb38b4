import { expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { parseServerMap } from '../../../src/real/base/addresses.js';
import { readyLine } from '../../../src/real/server/ready-line.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import type { ServerSettings } from '../../../src/real/server/settings.js';

const SETTINGS: ServerSettings = {
  id: nodeId(2),
  clusterId: 9,
  servers: parseServerMap('1=192.0.2.1:7201:7101,2=192.0.2.2:7202:7102'),
  dataDirectory: './two',
  past: 'some',
};
const single = (keeping: Parameters<typeof servedSingle>[0]) => servedSingle(keeping) as unknown as Served;

test.each<[string, Partial<ServerSettings>]>([
  ['ready: raft, server 2 of 2 of cluster 9, clients 192.0.2.2:7102, peers 192.0.2.2:7202, HTTP none, data in ./two, sync always', {}],
  [
    'ready: single, server 2 of 2 of cluster 9, clients [::]:7102, peers [::]:7202, HTTP [::]:8080, announced as 192.0.2.2, data in ./two, sync 100ms',
    {
      system: single({ sync: 100 }),
      options: { httpPort: 8080, listenHost: '::' },
    },
  ],
  [
    'ready: single, server 2 of 2 of cluster 9, clients 192.0.2.2:7102, peers 192.0.2.2:7202, HTTP none, data in memory',
    { system: single({ store: 'memory' }) },
  ],
])('%s', (line, changed) => {
  expect(readyLine({ ...SETTINGS, ...changed })).toBe(line);
});
