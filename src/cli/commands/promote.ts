import { connect } from 'node:net';
import type { CommandModule } from 'yargs';
import { parseHostAndPort, type HostAndPort } from '../../real/base/addresses.js';
import { lineOf } from '../../real/base/errors.js';
import { duration, once } from '../terminal/arguments.js';
import { EXIT } from '../terminal/exit.js';
import { complain, say } from '../terminal/output.js';
import { shown } from '../terminal/shown.js';

interface Options {
  readonly replica: string;
  readonly timeout: string;
}

/** More bytes than any answer of a server has. */
const ANSWER_BYTES_MAX = 65_536;

/** `promote <replica>`: an operator's act, for servers of primary-replica. */
export const promoteCommand: CommandModule<object, Options> = {
  command: 'promote <replica>',
  describe: 'make a replica the primary, once the old primary is gone (system primary-replica)',
  builder: (yargs) =>
    yargs
      .positional('replica', { type: 'string', demandOption: true, describe: 'its peer port, host:port, or the port of a "replica" shell' })
      .option('timeout', { type: 'string', default: '10s', requiresArg: true, describe: 'how long to wait for the answer' })
      .epilogue(
        'Writes that the old primary had not sent to this replica are lost. Exit codes: 0 it is the primary now; 1 it refused, or did not answer; 2 wrong use.',
      )
      .example('$0 promote 127.0.0.1:7202', 'server 2 of "cluster --system primary-replica"')
      .example('$0 promote localhost:8081', 'the replica of "replica --port 8081"'),
  handler: async (options) => {
    const at = parseHostAndPort(once('replica', options.replica));
    const answer = await answerTo('PROMOTE', at, duration('timeout', once('timeout', options.timeout)));
    const isPrimary = answer.startsWith('PRIMARY');
    process.exitCode = isPrimary ? EXIT.held : EXIT.violated;
    if (isPrimary) say(`ok, ${options.replica} is the primary`);
    else complain(`not promoted: ${shown(answer.replace(/^REFUSE join=\d+ /, ''))}`);
  },
};

/** The first line that comes back, or why none did. */
function answerTo(line: string, at: HostAndPort, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(at);
    let text = '';
    const end = (answer: string): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => end('no answer in time: is this the peer port of a server of primary-replica?'), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${line}\n`));
    socket.on('data', (piece: string) => {
      text += piece;
      const [first] = text.split('\n');
      if (text.includes('\n')) end(first?.trim() ?? '');
      else if (text.length > ANSWER_BYTES_MAX) end('an answer that is no line');
    });
    socket.on('error', (error) => end(lineOf(error)));
    socket.on('close', () => end('the connection was closed without an answer: is this the peer port of a server of primary-replica?'));
  });
}
