import { cp, readFile, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { inspectFiles } from '../../../src/core/storage/inspect.js';
import { servedPrimaryReplica } from '../../../src/real/systems/primary-replica.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import { servedRaft, type Served } from '../../../src/real/systems/served-system.js';
import { servedSimpleElection } from '../../../src/real/systems/simple-election.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import { eventually } from '../helpers.js';
import { serversUnderTest, type ServersUnderTest } from '../real-cluster.js';

const SYSTEMS: readonly (readonly [name: string, system: Served])[] = [
  ['raft', servedRaft() as unknown as Served],
  ['single', servedSingle() as unknown as Served],
  ['primary-replica', servedPrimaryReplica({ primary: nodeId(1) }) as unknown as Served],
  ['quorum', servedQuorum({ writeQuorum: 1, readQuorum: 1 }) as unknown as Served],
  ['simple-election', servedSimpleElection({ heartbeatMs: 50, timeoutMs: 200 }) as unknown as Served],
];

/** Sets keys until each is acknowledged. */
async function setAll(cluster: ServersUnderTest, keys: readonly string[]): Promise<void> {
  const client = cluster.client();
  for (const key of keys)
    await eventually(`an answer to set ${key}`, () =>
      client.set(key, `value of ${key}`).then(
        () => true,
        () => null,
      ),
    );
}

/** The newest file of the log in a directory, and where its records begin. */
async function newestLog(directory: string): Promise<{ readonly path: string; readonly places: readonly number[] }> {
  const name =
    (await readdir(directory))
      .filter((file) => file.startsWith('wal-'))
      .sort()
      .at(-1) ?? '';
  const bytes = await readFile(join(directory, name));
  return { path: join(directory, name), places: [...inspectFiles([{ path: name, bytes }])].map(({ offset }) => offset) };
}

describe.each(SYSTEMS)('a log of %s', (_, system) => {
  test('that lost its last records after a stop in good order is refused; whole it is read', async () => {
    const cluster = await serversUnderTest(1);
    const server = await cluster.start(1, { system });
    await setAll(cluster, ['a', 'b', 'c']);
    await server.stop();

    const again = await cluster.start(1, { system });
    expect(String((await cluster.client().get('c'))?.value)).toBe('value of c');
    await setAll(cluster, ['d']);
    await again.stop();

    const { path, places } = await newestLog(join(cluster.directory, '1'));
    await truncate(path, places.at(-2));
    await expect(cluster.start(1, { system })).rejects.toThrow(
      /missing that was durable .* when the server stopped in good order \(the file has/,
    );
  });
});

test('of three servers one whose log became shorter does not bring an old value back', async () => {
  const cluster = await serversUnderTest(3);
  const [one, two, three] = await cluster.startAll();
  await setAll(cluster, ['k']);
  await three?.stop();
  await eventually('a new value on two of three', () =>
    cluster
      .client()
      .set('k', 'new')
      .then(
        () => true,
        () => null,
      ),
  );
  await Promise.all([one?.stop(), two?.stop()]);
  const { path, places } = await newestLog(join(cluster.directory, '2'));
  // The entry, what came of it, and the record of the stop.
  await truncate(path, places.at(-2));
  await expect(cluster.start(2)).rejects.toThrow(/stopped in good order/);
});

describe('a directory from before there was a mark of a clean stop', () => {
  const fixtures = fileURLToPath(new URL('../../fixtures/without-clean-stop', import.meta.url));

  test.each([
    ['raft-stopped', servedRaft() as unknown as Served],
    ['raft-killed', servedRaft() as unknown as Served],
    ['single-stopped', servedSingle() as unknown as Served],
    ['quorum-stopped', servedQuorum({ writeQuorum: 1, readQuorum: 1 }) as unknown as Served],
  ])('is started on, and has one when it stops: %s', async (name, system) => {
    const cluster = await serversUnderTest(1);
    const directory = join(cluster.directory, '1');
    await cp(join(fixtures, name), directory, { recursive: true });
    const server = await cluster.start(1, { system, clusterId: 1 });
    const client = cluster.client();
    const valueOf = (key: string): Promise<string | null> => client.get(key).then((found) => (found === null ? null : String(found.value)));
    expect([await valueOf('key-a'), await valueOf('key-b'), await valueOf('key-c')]).toEqual(['value-a-2', null, 'value-c-1']);
    expect(await readdir(directory)).not.toContain('clean-stop');
    await server.stop();
    expect(await readdir(directory)).toContain('clean-stop');
  });
});
