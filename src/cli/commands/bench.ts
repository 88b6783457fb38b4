import type { CommandModule } from 'yargs';
import type { EngineResult } from '../../../bench/engine.js';
import { parseSeed } from '../../sim/base/seeds.js';
import { duration, once, taken, wholeNumber } from '../terminal/arguments.js';
import { misuse } from '../terminal/exit.js';
import { complain, say, sayJson } from '../terminal/output.js';

const WHAT = ['sim', 'faults', 'explore', 'checker', 'engine'] as const;

interface Options {
  readonly what: (typeof WHAT)[number];
  readonly profile: 'core' | 'full' | 'codec' | 'idle';
  readonly servers: string;
  readonly seed: string;
  readonly system: string | undefined;
  readonly for: string | undefined;
  readonly clients: string | undefined;
  readonly data: string | undefined;
  readonly peers: string | undefined;
  readonly markdown: boolean | undefined;
  readonly bars: boolean | undefined;
  readonly runs: string | undefined;
  readonly rounds: string | undefined;
  readonly json: boolean;
}

const SERVERS_MAX = 9;
const CLIENTS_MAX = 1_000;
const DATA_BY_DEFAULT = '.seedstorm';

/** `bench <what>`: measures, and prints one JSON object in any case but `--markdown`. */
export const benchCommand: CommandModule<object, Options> = {
  command: 'bench <what>',
  describe: 'measure, and print JSON',
  builder: (yargs) =>
    yargs
      .positional('what', { choices: WHAT, demandOption: true })
      .option('profile', {
        choices: ['core', 'full', 'codec', 'idle'] as const,
        default: 'core' as const,
        describe: 'sim: how much of the world takes part',
      })
      .option('servers', { type: 'string', default: '5', requiresArg: true, describe: `sim: 1 to ${SERVERS_MAX}` })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'sim: the world to measure' })
      .option('bars', { type: 'boolean', describe: 'sim: all profiles that have a bar, each bar beside what was measured; some minutes' })
      .option('runs', {
        type: 'string',
        requiresArg: true,
        describe: 'explore: seeds of swarm in each campaign, 2 or more [default: 2000]',
      })
      .option('rounds', {
        type: 'string',
        requiresArg: true,
        describe: 'explore: how often all is measured; medians are printed [default: 3]',
      })
      .option('system', {
        type: 'string',
        requiresArg: true,
        describe: 'engine: single, primary-replica, quorum, simple-election, raft or all [default: all]',
      })
      .option('for', { type: 'string', requiresArg: true, describe: 'engine: how long each row is measured [default: 5s]' })
      .option('clients', {
        type: 'string',
        requiresArg: true,
        describe: `engine: connections to each server, 1 to ${CLIENTS_MAX} [default: 64]`,
      })
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: `engine: the directory, and so the disk, that servers write to [default: ${DATA_BY_DEFAULT}]`,
      })
      .option('peers', {
        type: 'string',
        requiresArg: true,
        describe: 'engine: programs of others to measure beside, in turns: etcd,redis or none [default: those that are installed]',
      })
      .option('markdown', { type: 'boolean', describe: 'engine: the table of the README instead of JSON' })
      .option('json', { type: 'boolean', default: false, describe: 'one line, not indented' })
      .example('$0 bench sim --profile core --servers 5', 'events per second, beside a bare event loop')
      .example('$0 bench explore --runs 600', 'a campaign with one job and with two, beside two processes that share nothing')
      .example('$0 bench faults', 'what fault families cost that never strike')
      .example('$0 bench engine --system raft --for 10s', 'real servers of one system on this machine, beside the figures of its documents')
      .example('$0 bench checker --json', 'the linearizability checker'),
  handler: async (options) => {
    refuseForeign(options);
    if (options.what === 'engine') return benchEngineAs(options);
    if (options.what === 'explore') return benchExploreAs(options);
    const servers = wholeNumber('servers', once('servers', options.servers), 1, SERVERS_MAX);
    const seed = taken(parseSeed(once('seed', options.seed)));
    print(await measured(options, servers, seed), options.json);
  },
};

async function measured(options: Options, servers: number, seed: number): Promise<object> {
  if (options.what === 'faults') return (await import('../../../bench/faults.js')).benchFaults();
  if (options.what === 'checker') return (await import('../../../bench/checker.js')).benchChecker();
  if (options.bars === true) return (await import('../../../bench/bars.js')).benchBars({ seed });
  return (await import('../../../bench/sim.js')).benchSim({ profile: options.profile, servers, seed });
}

async function benchExploreAs(options: Options): Promise<void> {
  const { benchExplore, EXPLORE_ROUNDS, EXPLORE_RUNS } = await import('../../../bench/explore.js');
  const runs = wholeNumber('runs', once('runs', options.runs ?? String(EXPLORE_RUNS)), 2, 1_000_000);
  const rounds = wholeNumber('rounds', once('rounds', options.rounds ?? String(EXPLORE_ROUNDS)), 1, 100);
  print(await benchExplore(runs, rounds), options.json);
}

/** Options that mean something to one benchmark only. */
const BELONGS_TO = {
  system: 'engine',
  for: 'engine',
  clients: 'engine',
  data: 'engine',
  peers: 'engine',
  markdown: 'engine',
  bars: 'sim',
  runs: 'explore',
  rounds: 'explore',
} as const satisfies Partial<Record<keyof Options, Options['what']>>;

function refuseForeign(options: Options): void {
  for (const [name, what] of Object.entries(BELONGS_TO)) {
    if (what === options.what || options[name as keyof typeof BELONGS_TO] === undefined) continue;
    throw misuse(`--${name} is nothing for bench ${options.what}; it belongs to bench ${what}`);
  }
}

/** Rows go to standard error as they come: the whole takes minutes. */
async function benchEngineAs(options: Options): Promise<void> {
  const { BENCH_SYSTEMS, PEERS, benchEngine, markdownOf, programOf } = await import('../../../bench/engine.js');
  const system = once('system', options.system ?? 'all');
  const systems = BENCH_SYSTEMS.filter((name) => system === 'all' || system === name);
  if (systems.length === 0) throw misuse(`--system takes ${BENCH_SYSTEMS.join(', ')} or all, not "${system}"`);
  const measureMs = duration('for', once('for', options.for ?? '5s'));
  const connections = wholeNumber('clients', once('clients', options.clients ?? '64'), 1, CLIENTS_MAX);
  const peers = peersIn(once('peers', options.peers ?? PEERS.join(',')), PEERS);
  const parent = once('data', options.data ?? DATA_BY_DEFAULT);
  if (options.markdown === true && options.json) throw misuse('choose one of --markdown and --json');

  // An end by signal would leave the servers' data behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT_BY_SIGNAL));
  const result: EngineResult = await benchEngine({
    systems,
    measureMs,
    connections,
    parent,
    peers,
    onRow: ({ system: name, what, ours, settings }) => {
      const figure = 'medianMs' in ours ? `${ours.medianMs} ms` : `${ours.perSecond}/s, p50 ${ours.p50Us} µs`;
      complain(`${name}: ${what}: ${figure} (${settings})`);
    },
    onPeerRow: ({ system: name, peer, version, what, ours, theirs, ratio, settings }) =>
      complain(
        `${name} beside ${peer} ${version}: ${what}: ${ours.perSecond}/s against ${theirs.perSecond}/s, ratio ${ratio.perSecond}, of p99 ${ratio.p99} (${settings})`,
      ),
    onMissing: (peer) => complain(`not measured beside ${peer}: ${programOf(peer)} is not installed; install it to see those rows`),
  });
  if (options.markdown === true) say(markdownOf(result));
  else print(result, options.json);
}

function peersIn<Name extends string>(words: string, known: readonly Name[]): readonly Name[] {
  if (words === 'none') return [];
  const wanted = words.split(',');
  const foreign = wanted.find((word) => !known.some((name) => name === word));
  if (foreign !== undefined) throw misuse(`--peers takes ${known.join(', ')} with commas between them, or none, not "${words}"`);
  return known.filter((name) => wanted.includes(name));
}

/** What shells end with after Ctrl-C. */
const EXIT_BY_SIGNAL = 130;

function print(result: object, isOneLine: boolean): void {
  if (isOneLine) sayJson(result);
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
