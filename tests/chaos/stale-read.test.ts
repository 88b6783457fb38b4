import { expect, onTestFinished, test } from 'vitest';
import { staleRead } from '../../scenarios/primary-replica/stale-read.js';
import { judged } from '../../src/cli/chaos/driver.js';
import { StormNetwork } from '../../src/cli/chaos/network.js';
import { planOf } from '../../src/cli/chaos/plan.js';
import { nodeId } from '../../src/core/base/units.js';
import { servedPrimaryReplica } from '../../src/real/systems/primary-replica.js';
import type { Served } from '../../src/real/systems/served-system.js';
import type { Operation } from '../../src/sim/checkers/history.js';
import { eventually } from '../real/helpers.js';
import { ask, serversUnderTest } from '../real/real-cluster.js';

// In a storm it takes luck to meet a stale read, and a busy machine may have none. Here the network is cut, and it takes none.
test('a replica that is cut off answers with what was there before an acknowledged write, and a storm of stale-read finds that', async () => {
  const { servers, start } = await serversUnderTest(2);
  const network = await StormNetwork.open(servers, 1, 1);
  onTestFinished(() => network.close());
  const system = servedPrimaryReplica({}) as unknown as Served;
  for (const [id, addresses] of network.maps) await start(id, { system, servers: addresses });
  const portOf = (id: number): number => servers.get(nodeId(id))?.clientPort ?? 0;
  const nowUs = (): number => Math.round(performance.now() * 1_000);

  expect(await ask(portOf(1), 'SET k before\n')).toEqual(['OK']);
  await eventually('the replica knows', async () => (await ask(portOf(2), 'GET k\n'))[0] === 'VALUE before' || null);
  network.cut({}, [{ from: 's1', to: 's2', isOneWay: false }]);

  const base = { key: 'k', version: null, expected: null, outcome: 'ok', resultVersion: null } as const;
  const writeUs = nowUs();
  expect(await ask(portOf(1), 'SET k after\n')).toEqual(['OK']);
  const write: Operation = { ...base, clientId: 1, op: 'set', value: 'after', resultValue: null, callUs: writeUs, returnUs: nowUs() };
  const readUs = nowUs();
  expect(await ask(portOf(2), 'GET k\n')).toEqual(['VALUE before']);
  const read: Operation = { ...base, clientId: 2, op: 'get', value: null, resultValue: 'before', callUs: readUs, returnUs: nowUs() };

  const recording = { operations: [write, read], staleReads: [], failedWrites: [] };
  expect(judged(planOf(staleRead, 1, 1_000, null), null, recording, [])).toMatchObject({ verdict: 'found' });
});
