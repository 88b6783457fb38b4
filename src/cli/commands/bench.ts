import type { CommandModule } from 'yargs';
import { once, taken, wholeNumber } from '../arguments.js';
import { parseSeed } from '../../sim/seeds.js';
import { sayJson } from '../output.js';

interface Options {
  readonly what: 'sim' | 'checker';
  readonly profile: 'core' | 'full' | 'codec' | 'idle';
  readonly servers: string;
  readonly seed: string;
  readonly json: boolean;
}

const SERVERS_MAX = 9;

/** `bench <what>`: measures, and prints one JSON object in any case. */
export const benchCommand: CommandModule<object, Options> = {
  command: 'bench <what>',
  describe: 'measure, and print JSON',
  builder: (yargs) =>
    yargs
      .positional('what', { choices: ['sim', 'checker'] as const, demandOption: true })
      .option('profile', { choices: ['core', 'full', 'codec', 'idle'] as const, default: 'core' as const, describe: 'sim: how much of the world takes part' })
      .option('servers', { type: 'string', default: '5', requiresArg: true, describe: `sim: 1 to ${SERVERS_MAX}` })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'sim: the world to measure' })
      .option('json', { type: 'boolean', default: false, describe: 'one line, not indented' })
      .example('$0 bench sim --profile core --servers 5', 'events per second, beside a bare event loop')
      .example('$0 bench checker --json', 'the linearizability checker'),
  handler: async (options) => {
    const servers = wholeNumber('servers', once('servers', options.servers), 1, SERVERS_MAX);
    const seed = taken(parseSeed(once('seed', options.seed)));
    const result: object = options.what === 'sim'
      ? (await import('../../../bench/sim.js')).benchSim({ profile: options.profile, servers, seed })
      : (await import('../../../bench/checker.js')).benchChecker();
    if (options.json) sayJson(result);
    else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  },
};
