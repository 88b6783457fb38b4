import type { CommandModule } from 'yargs';
import { once, wholeNumber } from '../arguments.js';
import { complain } from '../output.js';

interface Options {
  readonly id: string;
  readonly peers: string;
  readonly data: string;
  readonly 'cluster-id': string;
  readonly 'log-level': 'error' | 'warn' | 'info' | 'debug';
}

const CLUSTER_ID_MAX = 4_294_967_295;

/** `node`: one real server, in this process, until it is told to stop. */
export const nodeCommand: CommandModule<object, Options> = {
  command: 'node',
  describe: 'run one real server',
  builder: (yargs) =>
    yargs
      .option('id', { type: 'string', demandOption: true, requiresArg: true, describe: 'which of the peers this is: 1 to 65535' })
      .option('peers', { type: 'string', demandOption: true, requiresArg: true, describe: 'every server: id=host:peerPort:clientPort,…' })
      .option('data', { type: 'string', demandOption: true, requiresArg: true, describe: 'its data directory; of one server for ever' })
      .option('cluster-id', { type: 'string', default: '1', requiresArg: true, describe: 'servers of other clusters are refused' })
      .option('log-level', { choices: ['error', 'warn', 'info', 'debug'] as const, default: 'info' as const, describe: 'the least important line that is still written' })
      .example('$0 node --id 1 --peers 1=10.0.0.1:7201:7101,2=10.0.0.2:7201:7101,3=10.0.0.3:7201:7101 --data /var/lib/seedstorm', 'one of three machines')
      .example('$0 node --id 1 --peers 1=localhost:7201:7101 --data ./one', 'a cluster of one'),
  handler: async (options) => {
    const clusterId = wholeNumber('cluster-id', once('cluster-id', options['cluster-id']), 1, CLUSTER_ID_MAX);
    const [{ parseNodeId, parseServerMap }, { lineLog }, { runServerProcess }, { misuse }] = await Promise.all([
      import('../../real/addresses.js'), import('../../real/log.js'), import('../../real/process.js'), import('../exit.js'),
    ]);
    const id = parseNodeId(once('id', options.id));
    const servers = parseServerMap(once('peers', options.peers));
    if (!servers.has(id)) throw misuse(`--id ${id} is not in --peers`);
    const dataDirectory = once('data', options.data);
    const log = lineLog((line) => complain(line.trimEnd()), options['log-level']);
    process.exitCode = await runServerProcess({ id, clusterId, servers, dataDirectory, log });
  },
};
