import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { nodeId } from '../../core/base/units.js';
import type { RunningCluster } from '../../real/cluster/cluster.js';
import { once, wholeNumber } from '../terminal/arguments.js';
import { EXIT } from '../terminal/exit.js';
import { complain, count, say } from '../terminal/output.js';
import { quoted } from '../terminal/quoted.js';
import { serveWithoutOutput } from '../terminal/streams.js';
import { SYSTEM_FLAGS, withSystemFlags } from '../systems/system-options.js';
import { BASE_PORT, CLUSTER_DIRECTORY, SERVERS_BY_DEFAULT } from '../reach/ports.js';

interface Options {
  readonly servers: string;
  readonly data: string;
  readonly 'base-port': string;
  readonly verbose: boolean;
}

const SERVERS_MAX = 9;
const BASE_PORT_MAX = 65_000;

/** `cluster`: real servers, one process each, on this machine. */
export const clusterCommand: CommandModule<object, Options> = {
  command: 'cluster',
  describe: 'run a whole real cluster on this machine, until Ctrl-C',
  builder: (yargs) =>
    withSystemFlags(yargs)
      .option('servers', {
        type: 'string',
        default: String(SERVERS_BY_DEFAULT),
        requiresArg: true,
        describe: `how many: 1 to ${SERVERS_MAX}`,
      })
      .option('data', {
        type: 'string',
        default: CLUSTER_DIRECTORY,
        requiresArg: true,
        describe: 'holds a data directory for each server; taken up again if it is there',
      })
      .option('base-port', {
        type: 'string',
        default: String(BASE_PORT),
        requiresArg: true,
        describe: 'clients reach server i at this port + i, servers each other at + 100 + i',
      })
      .option('verbose', { type: 'boolean', default: false, describe: 'print every line that a server writes' })
      .example('$0 cluster --servers 3', `clients on ports ${BASE_PORT + 1} to ${BASE_PORT + 3}`)
      .example('$0 cluster --system primary-replica --data ./copies', 'server 1 writes, 2 and 3 copy it')
      .example('$0 cluster --servers 5 --data ./five --base-port 9000', 'another cluster beside it'),
  handler: async (options) => {
    const servers = wholeNumber('servers', once('servers', options.servers), 1, SERVERS_MAX);
    const basePort = wholeNumber('base-port', once('base-port', options['base-port']), 1, BASE_PORT_MAX);
    const directory = once('data', options.data);
    serveWithoutOutput();
    const [{ startCluster }, { formatServerMap }, { chosenSystem }] = await Promise.all([
      import('../../real/cluster/cluster.js'),
      import('../../real/base/addresses.js'),
      import('../systems/systems.js'),
    ]);
    const given = options as unknown as Readonly<Record<string, string | undefined>>;
    const chosen = SYSTEM_FLAGS.flatMap((name) => (given[name] === undefined ? [] : [[name, once(name, given[name])] as const]));
    const nodeArguments = chosen.flatMap(([name, value]) => [`--${name}`, value]);
    // Checked here too, so that a mistake is one line and not one of each server.
    const system = chosenSystem(Object.fromEntries(chosen));
    system.machine(
      1,
      Array.from({ length: servers }, (_, i) => nodeId(i + 1)),
    );
    for (const warning of system.warnings(servers)) complain(`warning: ${warning}`);

    // Asked to stop while the servers start: they are stopped as soon as they are up.
    const stopping = new Promise<'stopped'>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('stopped'));
    });
    let isUp = false;
    const cluster: RunningCluster = await startCluster({
      servers,
      basePort,
      directory,
      nodeArguments,
      keepsFiles: system.keepsFiles,
      onLine: (id, line) => {
        // While they start, servers miss each other; that is no news.
        if (options.verbose || (isUp && / (error|warn) /.test(line))) complain(`s${id} ${line}`);
      },
      onDown: (id) => {
        if (!isUp) return;
        const words = `--id ${id} --cluster-id ${cluster.clusterId} --peers ${formatServerMap(cluster.servers)} --data ${quoted(join(directory, `server-${id}`))}${nodeArguments.map((word) => ` ${quoted(word)}`).join('')}`;
        complain(`server ${id} is down; start it again with: npx seedstorm node ${words}`);
      },
    });
    isUp = true;
    for (const line of greeting(
      cluster,
      system.name,
      system.keepsFiles ? `data in ${directory}, sync ${system.sync ?? 'always'}` : 'data in memory',
    ))
      say(line);

    const why = await Promise.race([stopping, cluster.ended.then(() => 'ended' as const)]);
    isUp = false;
    if (why === 'stopped') say('stopping');
    await cluster.stop();
    say(why === 'stopped' ? 'stopped' : 'no server runs any more');
    process.exitCode = why === 'stopped' ? EXIT.held : EXIT.violated;
  },
};

function greeting(cluster: RunningCluster, system: string, keeping: string): readonly string[] {
  const isUsual =
    cluster.clientAddresses[0]?.endsWith(`:${BASE_PORT + 1}`) === true && cluster.clientAddresses.length === SERVERS_BY_DEFAULT;
  const where = isUsual ? '' : ` --servers ${cluster.clientAddresses.join(',')}`;
  return [
    `${count(cluster.servers.size, 'server')} of ${system}, cluster ${cluster.clusterId}, ${keeping}`,
    ...[...cluster.servers].map(
      ([id, at]) =>
        `  server ${id}  clients ${at.host}:${at.clientPort}  peers ${at.host}:${at.peerPort}  pid ${cluster.pidOf(id) ?? 'none'}`,
    ),
    'try from another terminal',
    `  npx seedstorm set greeting "hello world"${where}`,
    `  npx seedstorm get greeting${where}`,
    `  npx seedstorm status${where}`,
    `  npx seedstorm shell${where}`,
    'Ctrl-C stops all of them',
  ];
}
