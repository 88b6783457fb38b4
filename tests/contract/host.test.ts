import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeId, type ConnectionId, type NodeId } from '../../src/core/base/units.js';
import type { HostAndPort } from '../../src/real/base/addresses.js';
import { monotonicNow } from '../../src/real/base/clock.js';
import { drawSeed } from '../../src/real/base/entropy.js';
import { DataDirectory } from '../../src/real/disk/disk.js';
import { Host } from '../../src/real/host/host.js';
import { silentLog } from '../../src/real/base/log.js';
import { PeerNetwork } from '../../src/real/network/peers.js';
import { freePorts } from '../../src/real/base/ports.js';
import { TRUE_CLOCK } from '../../src/sim/base/node-clock.js';
import type { LinkOptions } from '../../src/sim/network/network.js';
import { RATIO_NEVER } from '../../src/sim/base/random-streams.js';
import { World } from '../../src/sim/world/world.js';
import { describeHosts, type HostsUnderTest } from './host-contract.js';

const UNTIL_MS_MAX = 60_000;

describeHosts('the simulated world', (count, machine, codecs) => {
  const links: LinkOptions = {
    delayUsMin: 500,
    delayUsMax: 5_000,
    lossRatio: RATIO_NEVER,
    duplicateRatio: RATIO_NEVER,
    reorders: true,
    queueMax: 1_000,
  };
  const world = new World({ seed: 1, options: { serverLinks: links, clientLinks: links, codecs: true, freezes: true, inboxMax: 100 } });
  const ids = Array.from({ length: count }, (_, i) => nodeId(i + 1));
  const answers = new Map(ids.map((id) => [id, [] as { connection: ConnectionId; response: unknown }[]]));
  for (const id of ids) {
    world.addProcess({
      id,
      name: `s${id}`,
      kind: 'server',
      machine: machine(),
      members: ids,
      clock: TRUE_CLOCK,
      codecs,
      disk: { operationUsMin: 10, operationUsMax: 100, syncUsMin: 100, syncUsMax: 3_000 },
      onRespond: (connection, response) => answers.get(id)?.push({ connection, response }),
    });
  }
  const pass = (ms: number) => {
    const violation = world.runUntil(world.nowUs + ms * 1_000);
    if (violation !== null) throw new Error(`${violation.property}: ${violation.message}`);
    return Promise.resolve();
  };
  return Promise.resolve({
    // Far above the numbers of processes: an application's own connections.
    request: (id, connection, request) => void world.request(id, request, (connection + 10_000) as ConnectionId),
    answers: (id) =>
      (answers.get(id) ?? []).map(({ connection, response }) => ({ connection: (connection - 10_000) as ConnectionId, response })),
    state: (id) => world.process(id).state,
    until: async (what, isSo) => {
      for (let ms = 0; !isSo(); ms += 25) {
        if (ms > UNTIL_MS_MAX) throw new Error(`waited in vain: ${what}`);
        await pass(25);
      }
    },
    pass,
    crash: (id) => Promise.resolve(world.crash(id, { keepsPageCache: false })),
    restart: (id) => Promise.resolve(world.restart(id)),
    close: () => Promise.resolve(),
  } satisfies HostsUnderTest);
});

describeHosts('the real world', async (count, machine, codecs) => {
  const root = await mkdtemp(join(tmpdir(), 'seedstorm-host-'));
  const ports = await freePorts(count);
  const ids = Array.from({ length: count }, (_, i) => nodeId(i + 1));
  const addresses = new Map<NodeId, HostAndPort>(ids.map((id, i) => [id, { host: '127.0.0.1', port: ports[i] ?? 0 }]));
  const answers = new Map(ids.map((id) => [id, [] as { connection: ConnectionId; response: unknown }[]]));
  const lives = new Map<NodeId, { host: Host<never, never, never, never>; end(): Promise<void> }>();

  const boot = async (id: NodeId): Promise<void> => {
    const directory = await DataDirectory.open(join(root, `${id}`), { mayCreate: true });
    const peers = new PeerNetwork<never>({
      self: id,
      clusterId: 'contract',
      address: addresses.get(id) ?? { host: '127.0.0.1', port: 0 },
      peers: new Map([...addresses].filter(([peer]) => peer !== id)),
      codec: codecs.message,
      deliver: (from, message) => host.message(from, message),
      log: silentLog,
    });
    const host = new Host<never, never, never, never>(machine(), {
      now: monotonicNow,
      seed: drawSeed(),
      log: silentLog,
      onStop: () => undefined,
      send: (to, message) => peers.send(to, message),
      respond: (connection, response) => void answers.get(id)?.push({ connection, response }),
      perform: (steps) => directory.perform(steps),
    });
    await peers.open();
    peers.connect();
    lives.set(id, {
      host,
      end: async () => {
        host.end();
        await Promise.all([peers.close(), directory.close()]);
      },
    });
    host.start(id, ids, 'unknown');
  };
  for (const id of ids) await boot(id);

  const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return {
    request: (id, connection, request) => lives.get(id)?.host.request(connection, request as never),
    answers: (id) => answers.get(id) ?? [],
    state: (id) => lives.get(id)?.host.state,
    until: async (what, isSo) => {
      const end = performance.now() + UNTIL_MS_MAX;
      while (!isSo()) {
        if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
        await pass(25);
      }
    },
    pass,
    crash: async (id) => lives.get(id)?.end(),
    restart: boot,
    close: async () => {
      for (const life of lives.values()) await life.end();
      await rm(root, { recursive: true, force: true });
    },
  } satisfies HostsUnderTest;
});
