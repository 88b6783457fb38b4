import { isIPv6 } from 'node:net';
import type { CommandModule } from 'yargs';
import type { ServerOptions } from '../../real/server/settings.js';
import { duration, once, sizeInBytes, wholeNumber } from '../terminal/arguments.js';
import { configured, needed, variableOf, type Values } from '../terminal/configuration.js';
import { misuse } from '../terminal/exit.js';
import { serveWithoutOutput } from '../terminal/streams.js';
import { SYSTEM_FLAGS, withSystemFlags } from '../systems/system-options.js';

type Options = Readonly<Record<string, unknown>>;

const CLUSTER_ID_MAX = 4_294_967_295;
const PORT_MAX = 65_535;
const CONNECTIONS_MAX = 1_000_000;
/** Less could not hold one request of the largest kind. */
const CLIENT_BYTES_MIN = 16_777_216;
/** The longest span that a timer takes. */
const IDLE_MS_MAX = 2_147_483_647;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

const FLAGS = {
  id: 'which of the peers this is: 1 to 65535',
  peers: 'every server: id=host:peerPort:clientPort,…',
  data: 'its data directory; of one server for ever. Not needed with --store memory',
  listen: 'the address that its ports are bound to, such as 0.0.0.0 in a container [default: its host in --peers]',
  'http-port': 'a port for HTTP and JSON on its host [default: none]',
  'http-hosts': 'names by which HTTP clients may reach it, besides those in --peers: name,… [default: none]',
  'client-connections': 'connections of clients at once; a further one takes the place of the one silent for longest [default: 4096]',
  'client-memory':
    'bytes that all clients together may make it hold, such as 256MiB; beyond it whoever holds most is closed [default: 256MiB]',
  'client-idle': 'time without a request after which a connection is closed, such as 10m; never: keep it [default: 10m]',
  'cluster-id': 'servers of other clusters are refused [default: 1]',
  'log-level': `the least important line that is still written: ${LOG_LEVELS.join(', ')} [default: info]`,
} as const;

/** `node`: one real server, in this process, until it is told to stop. */
export const nodeCommand: CommandModule<object, Options> = {
  command: 'node',
  describe: 'run one real server',
  builder: (yargs) => {
    const own = Object.entries(FLAGS).map(([name, describe]) => [name, { type: 'string' as const, requiresArg: true, describe }]);
    return withSystemFlags(yargs.options(Object.fromEntries(own)))
      .option('new', {
        type: 'boolean',
        describe:
          'found this server: only at its very first start, with no data yet. Without it an empty directory is refused, since its disk may be lost',
      })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'a JSON file with any of these options by name; flags come first, then SEEDSTORM_… variables, then the file',
      })
      .example(
        '$0 node --id 1 --peers 1=10.0.0.1:7201:7101,2=10.0.0.2:7201:7101,3=10.0.0.3:7201:7101 --data /var/lib/seedstorm --new',
        'one of three machines, for the first time; later without --new',
      )
      .example('$0 node --id 1 --peers 1=localhost:7201:7101 --data ./one --new', 'a cluster of one')
      .example(
        '$0 node --system single --sync 100ms --id 1 --peers 1=localhost:7201:6379 --data ./single --new --http-port 8080',
        'one server without peers, also for curl',
      )
      .example('$0 node --system single --store memory --id 1 --peers 1=localhost:7201:6379', 'the same as a cache: nothing is kept')
      .example(
        '$0 node --system primary-replica --primary 2 --id 1 --peers 1=localhost:7201:7101,2=localhost:7202:7102 --data ./one --new',
        'a replica of server 2',
      )
      .example(
        '$0 node --config cluster.json --id 1 --listen 0.0.0.0',
        'in a container: bound to every address, announced at the one in --peers',
      )
      .example('SEEDSTORM_ID=2 $0 node --config cluster.json', 'what all servers share in a file, the rest in the environment');
  },
  handler: async (options) => {
    serveWithoutOutput();
    const [{ parseNodeId, parseServerMap }, { standardErrorLog }, { runServerProcess }, { chosenSystem }] = await Promise.all([
      import('../../real/base/addresses.js'),
      import('../../real/base/standard-error.js'),
      import('../../real/server/process.js'),
      import('../systems/systems.js'),
    ]);
    const names = [...Object.keys(FLAGS), 'new', ...SYSTEM_FLAGS];
    const file = options['config'] === undefined ? null : once('config', options['config'] as string);
    const values = configured(names, flagsOf(options, names), process.env, file);

    const id = parseNodeId(needed(values, 'id'));
    const servers = parseServerMap(needed(values, 'peers'));
    if (!servers.has(id)) throw misuse(`--id ${id} is not in --peers`);
    const system = chosenSystem(values);
    const kept = system.keepsFiles ? { dataDirectory: needed(values, 'data') } : {};
    const clusterId = wholeNumber('cluster-id', values['cluster-id'] ?? '1', 1, CLUSTER_ID_MAX);
    const http = values['http-port'];
    const httpHosts = hostNames(values['http-hosts']);
    if (http === undefined && httpHosts.length > 0) throw misuse('--http-hosts is nothing without --http-port');
    const hosted = {
      ...clientBounds(values),
      ...(values['listen'] === undefined ? {} : { listenHost: bindHost(values['listen']) }),
      ...(http === undefined ? {} : { httpPort: wholeNumber('http-port', http, 1, PORT_MAX), httpHosts }),
    };
    const isNew = yesOrNo('new', values['new'] ?? 'false');
    if (isNew && !system.keepsFiles) throw misuse('--new is nothing for --store memory: no data is kept that could be missed');
    const log = standardErrorLog(levelOf(values));
    process.exitCode = await runServerProcess({
      id,
      clusterId,
      servers,
      ...kept,
      past: isNew ? 'none' : 'some',
      system,
      options: hosted,
      log,
    });
  },
};

function flagsOf(options: Options, names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, textOf(name, options[name])]));
}

const textOf = (name: string, given: unknown): string | undefined =>
  given === undefined ? undefined : typeof given === 'boolean' ? String(given) : once(name, given as string);

/** What clients may take of this server. */
function clientBounds(values: Values): ServerOptions {
  const { 'client-connections': connections, 'client-memory': memory, 'client-idle': idle } = values;
  return {
    ...(connections === undefined ? {} : { clientConnectionsMax: wholeNumber('client-connections', connections, 1, CONNECTIONS_MAX) }),
    ...(memory === undefined ? {} : { clientBytesMax: sizeInBytes('client-memory', memory, CLIENT_BYTES_MIN) }),
    ...(idle === undefined ? {} : { clientIdleMsMax: idle === 'never' ? 0 : Math.min(duration('client-idle', idle), IDLE_MS_MAX) }),
  };
}

/** One address or name without a port: the ports stand in --peers and --http-port. */
function bindHost(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (!isIPv6(host) && !/^[^\s:/@[\]]+$/.test(host))
    throw misuse(`--listen takes an address without a port, such as 0.0.0.0, not "${text}"`);
  return host;
}

/** Names only: a port would never be compared. */
function hostNames(text: string | undefined): readonly string[] {
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^[^\s:/@[\]]+$/.test(name));
  if (wrong !== undefined) throw misuse(`--http-hosts takes names without a port, name,…, not "${wrong}"`);
  return names;
}

function yesOrNo(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false')
    throw misuse(`${variableOf(name)} and "${name}" in a --config file take true or false, not "${text}"`);
  return text === 'true';
}

function levelOf(values: Values): (typeof LOG_LEVELS)[number] {
  const text = values['log-level'] ?? 'info';
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw misuse(`--log-level takes one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
  return level;
}
