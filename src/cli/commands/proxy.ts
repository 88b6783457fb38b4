import type { CommandModule } from 'yargs';
import { CONTROL_HELP } from '../../core/proxy/control.js';
import { once } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { complain, count, say } from '../terminal/output.js';
import { serveWithoutOutput } from '../terminal/streams.js';

interface Options {
  readonly route: readonly string[];
  readonly preset: 'reliable' | 'unreliable';
  readonly 'drop-requests': string | undefined;
  readonly 'drop-replies': string | undefined;
  readonly delay: string | undefined;
  readonly seed: string;
  readonly control: string | undefined;
  readonly verbose: boolean;
}

/** `proxy`: a network between real processes that loses, delays and cuts off, as it is told while it runs. */
export const proxyCommand: CommandModule<object, Options> = {
  command: 'proxy',
  describe: 'stand between real clients and servers, and lose, delay or cut off what they say',
  builder: (yargs) =>
    yargs
      .option('route', {
        type: 'string',
        array: true,
        demandOption: true,
        requiresArg: true,
        describe: 'from:to@listen=target or listen=target, each side host:port or a port; once for each way',
      })
      .option('preset', {
        choices: ['reliable', 'unreliable'] as const,
        default: 'reliable' as const,
        describe: 'lose nothing; or half of all requests and half of all replies, and delay the rest',
      })
      .option('drop-requests', { type: 'string', requiresArg: true, describe: 'of 100 requests so many vanish' })
      .option('drop-replies', { type: 'string', requiresArg: true, describe: 'of 100 replies so many vanish: the work was done' })
      .option('delay', { type: 'string', requiresArg: true, describe: 'hold each message back: milliseconds, or min..max' })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'chooses which are lost: 0 to 2^53-1' })
      .option('control', { type: 'string', requiresArg: true, describe: 'take commands on this port too, host:port or a port' })
      .option('verbose', { type: 'boolean', default: false, describe: 'print what the connections do' })
      .epilogue(
        `While it runs it takes these lines, from standard input and from the control port:\n\n${CONTROL_HELP.map((line) => `  ${line}`).join('\n')}`,
      )
      .example(
        '$0 proxy --route 7001=7101 --preset unreliable',
        'clients connect to 7001; half of what they say is lost, and half of the answers',
      )
      .example('$0 proxy --route c1:s1@7001=7101 --route c2:s1@7002=7101 --control 7900', 'two clients of one server')
      .example("printf 'cut c1\\n' | nc -q 1 127.0.0.1 7900", 'cuts the first of them off; "heal c1" lets it back'),
  handler: async (options) => {
    serveWithoutOutput();
    const [
      { parseSeed },
      { parseRoute },
      { startProxy },
      { controlFrom, openControlPort },
      { parseHostAndPort },
      { lineLog, silentLog },
      { taken },
    ] = await Promise.all([
      import('../../sim/base/seeds.js'),
      import('../../real/proxy/routes.js'),
      import('../../real/proxy/proxy.js'),
      import('../../real/proxy/control.js'),
      import('../../real/base/addresses.js'),
      import('../../real/base/log.js'),
      import('../terminal/arguments.js'),
    ]);
    const seed = taken(parseSeed(once('seed', options.seed)));
    const routes = options.route.map((text, i) => parseRoute(text, i + 1));
    const controlAt = options.control === undefined ? null : once('control', options.control);
    const lines = firstLines(options);
    const log = options.verbose ? lineLog((line) => complain(line.trimEnd()), 'debug') : silentLog;

    const proxy = await startProxy({ routes, seed, log });
    const stopping = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
    });
    try {
      for (const line of lines) {
        const answer = proxy.control(line).at(-1) ?? '';
        if (answer !== 'OK') throw misuse(`"${line}" is no rule: ${answer.replace(/^ERROR /, '')}`);
      }
      const control =
        controlAt === null
          ? null
          : await openControlPort(proxy, parseHostAndPort(/^\d+$/.test(controlAt) ? `127.0.0.1:${controlAt}` : controlAt));
      const input = controlFrom(process.stdin, proxy, (text) => process.stdout.write(text));
      say(`${count(routes.length, 'route')} open; a line "help" lists the commands, Ctrl-C stops`);
      await stopping;
      input.close();
      await control?.close();
    } finally {
      await proxy.close();
    }
    const { connections, passed, dropped } = proxy.counts;
    say(`stopped: ${count(connections, 'connection')}, ${count(passed, 'message')} passed, ${dropped} lost`);
    process.exitCode = EXIT.held;
  },
};

/** The rules of the command line as lines of control. */
function firstLines(options: Options): readonly string[] {
  const delay = options.delay === undefined ? null : once('delay', options.delay).replace('..', ' ');
  return [
    `preset ${options.preset}`,
    ...(options['drop-requests'] === undefined ? [] : [`drop requests ${once('drop-requests', options['drop-requests'])}`]),
    ...(options['drop-replies'] === undefined ? [] : [`drop replies ${once('drop-replies', options['drop-replies'])}`]),
    ...(delay === null ? [] : [`delay ${delay}`]),
  ];
}
