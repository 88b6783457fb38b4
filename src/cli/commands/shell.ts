import type { CommandModule } from 'yargs';
import type { ShellRole } from '../../core/wire/shell.js';
import { once, wholeNumber } from '../arguments.js';

interface Options {
  readonly port: string;
  readonly host: string;
}

/** `primary`: a shell over a key-value store that others may copy. */
export const primaryCommand = shellCommand('primary', 8_080, 'a shell over a store whose writes go to its replicas');

/** `replica`: a shell over a copy of it. */
export const replicaCommand = shellCommand('replica', 8_081, 'a shell over a copy of a primary, once it has joined one');

function shellCommand(role: ShellRole, port: number, describe: string): CommandModule<object, Options> {
  return {
    command: role,
    describe,
    builder: (yargs) =>
      yargs
        .option('port', { type: 'string', default: String(port), requiresArg: true, describe: 'where the others reach it' })
        .option('host', { type: 'string', default: '127.0.0.1', requiresArg: true, describe: 'the address to listen at; 0.0.0.0 for every one of this machine' })
        .epilogue('Everything is in memory and ends with the shell. HELP lists the commands; Ctrl-D or EXIT ends it.')
        .example(`$0 ${role} --port ${port}`, role === 'primary' ? 'then: PUT a 1' : 'then: JOIN localhost:8080'),
    handler: async (options) => {
      const address = { host: once('host', options.host), port: wholeNumber('port', once('port', options.port), 1, 65_535) };
      const { runShell } = await import('../shell.js');
      await runShell(role, address);
    },
  };
}
