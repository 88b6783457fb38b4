import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { formatHostAndPort } from '../../../src/real/base/addresses.js';
import { freePorts } from '../../../src/real/base/ports.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { servedPrimaryReplica } from '../../../src/real/systems/primary-replica.js';
import { eventually } from '../../real/helpers.js';
import { serversUnderTest } from '../../real/real-cluster.js';
import { seedstorm } from '../run-cli.js';

test(
  'a replica that holds nothing is not promoted; one that has a snapshot becomes the primary and takes writes; being asked again it is the primary still',
  { timeout: 60_000 },
  async () => {
    const { start, servers, client } = await serversUnderTest(2);
    const system = servedPrimaryReplica({ primary: nodeId(1), store: 'memory' }) as unknown as Served;
    const first = servedPrimaryReplica({ primary: nodeId(1), store: 'memory' }) as unknown as Served;
    await start(2, { system });
    const { host = '', peerPort = 0 } = servers.get(nodeId(2)) ?? {};
    const replica = formatHostAndPort({ host, port: peerPort });
    expect(await seedstorm(['promote', replica])).toEqual({
      exitCode: 1,
      signal: null,
      stdout: '',
      stderr: 'not promoted: it has received no snapshot yet, so all would be lost\n',
    });
    await start(1, { system: first });
    const told = await eventually('a snapshot at the replica', async () => {
      const ended = await seedstorm(['promote', replica]);
      return ended.exitCode === 0 ? ended : null;
    });
    expect(told).toMatchObject({ stdout: `ok, ${replica} is the primary\n`, stderr: '' });
    expect(await client().set('a', '1')).toBeGreaterThan(0);
    expect(await seedstorm(['promote', replica])).toMatchObject({ exitCode: 0 });
  },
);

test('who is no such server is one line and exit code 1', { timeout: 60_000 }, async () => {
  const [closed = 0] = await freePorts(1);
  expect(await seedstorm(['promote', `127.0.0.1:${closed}`])).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^not promoted: connect ECONNREFUSED.*\n$/) as string,
  });
  const silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  expect(await seedstorm(['promote', `127.0.0.1:${port}`, '--timeout', '300ms'])).toMatchObject({
    exitCode: 1,
    stderr: 'not promoted: no answer in time: is this the peer port of a server of primary-replica?\n',
  });
  silent.close();
});
