import type { CommandModule } from 'yargs';
import type { ShellRole } from '../../core/wire/text/shell-languages.js';
import { once, wholeNumber } from '../terminal/arguments.js';
import { patienceFor } from '../reach/patience.js';
import { SERVERS_OPTION, serversOf, TIMEOUT_OPTION } from '../reach/reach.js';

interface Options {
  readonly port: string;
  readonly host: string;
}

interface ClusterOptions {
  readonly servers: string | undefined;
  readonly timeout: string | undefined;
}

/** `shell`: a shell over a cluster that runs elsewhere. */
export const shellCommand: CommandModule<object, ClusterOptions> = {
  command: 'shell',
  describe: 'a shell over the servers of a cluster, of any system',
  builder: (yargs) =>
    yargs
      .option('servers', SERVERS_OPTION)
      .option('timeout', { ...TIMEOUT_OPTION, describe: 'how long each command goes on trying [default: 10s; 2s where nobody listens]' })
      .epilogue(
        'HELP lists the commands; Ctrl-C takes back the command under way, Ctrl-D or EXIT ends the shell. What is typed on a terminal is remembered in ~/.seedstorm_history, or where $SEEDSTORM_HISTORY says; empty: nowhere.',
      )
      .example('$0 shell', 'then: SET a 1')
      .example('$0 shell --servers localhost:7101,localhost:7102', 'of servers by their addresses')
      .example("printf 'SET a 1\\nGET a\\n' | $0 shell", 'lines from a pipe'),
  handler: async (options) => {
    const patience = { ...patienceFor(options.timeout), servers: serversOf(options.servers) };
    const { runClusterShell } = await import('../shell/cluster-shell.js');
    await runClusterShell(patience);
  },
};

/** `primary`: a shell over a key-value store that others may copy. */
export const primaryCommand = replicationCommand('primary', 8_080, 'a shell over a store whose writes go to its replicas');

/** `replica`: a shell over a copy of it. */
export const replicaCommand = replicationCommand('replica', 8_081, 'a shell over a copy of a primary, once it has joined one');

function replicationCommand(role: ShellRole, port: number, describe: string): CommandModule<object, Options> {
  return {
    command: role,
    describe,
    builder: (yargs) =>
      yargs
        .option('port', { type: 'string', default: String(port), requiresArg: true, describe: 'where the others reach it' })
        .option('host', {
          type: 'string',
          default: '127.0.0.1',
          requiresArg: true,
          describe: 'the address to listen at; 0.0.0.0 for every one of this machine',
        })
        .epilogue('Everything is in memory and ends with the shell. HELP lists the commands; Ctrl-D or EXIT ends it.')
        .example(`$0 ${role} --port ${port}`, role === 'primary' ? 'then: PUT a 1' : 'then: JOIN localhost:8080'),
    handler: async (options) => {
      const address = { host: once('host', options.host), port: wholeNumber('port', once('port', options.port), 1, 65_535) };
      const { runReplicationShell } = await import('../shell/replication-shell.js');
      await runReplicationShell(role, address);
    },
  };
}
