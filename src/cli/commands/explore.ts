import type { CommandModule } from 'yargs';
import type { ExploreOptions } from '../../sim/campaign/campaign.js';
import { parseSeedRange, parseShard } from '../../sim/base/seeds.js';
import { oneInOf, runsPlanned } from '../../sim/campaign/tasks.js';
import {
  duration,
  ENV_OPTION,
  jobsByDefault,
  MODULE_OPTION,
  once,
  RUN_LIMIT_OPTION,
  runLimit,
  setVariables,
  taken,
  wholeNumber,
} from '../terminal/arguments.js';
import { misuse } from '../terminal/exit.js';
import { sayAll, sayJson } from '../terminal/output.js';

interface Options {
  readonly scenario: readonly string[] | undefined;
  readonly seeds: string | undefined;
  readonly for: string | undefined;
  readonly 'until-quiet': string | undefined;
  readonly jobs: string | undefined;
  readonly shard: string;
  readonly rerun: string;
  readonly failures: string;
  readonly missing: boolean;
  readonly moments: boolean;
  readonly module: string | undefined;
  readonly 'run-limit': string;
  readonly env: string | readonly string[] | undefined;
  readonly json: boolean;
}

const SEEDS_BY_DEFAULT = '1..100';
const JOBS_MAX = 256;
const QUIET_MAX = 1_000_000;
const FAILURES_MAX = 1_000_000;

/** `explore`: many seeds over many scenarios. */
export const exploreCommand: CommandModule<object, Options> = {
  command: 'explore [scenario..]',
  describe: 'run seeds over scenarios and judge every run',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', array: true, describe: 'names; all scenarios when none is given' })
      .option('seeds', { type: 'string', requiresArg: true, describe: `A..B, both inclusive [default: ${SEEDS_BY_DEFAULT}]` })
      .option('for', { type: 'string', requiresArg: true, describe: 'go on for so long, such as 60s or 10m, from the first seed on' })
      .option('until-quiet', {
        type: 'string',
        requiresArg: true,
        describe: 'go on until so many seeds in a row brought no new moment and no new state of the cluster',
      })
      .option('jobs', {
        type: 'string',
        requiresArg: true,
        describe: 'runs at a time, each in a process of its own [default: the number of processors]',
      })
      .option('shard', { type: 'string', requiresArg: true, default: '1/1', describe: 'i/n: only this part of the seeds' })
      .option('rerun', {
        type: 'string',
        requiresArg: true,
        default: '5',
        describe: 'percent of the runs to run again in another process, and compare; each failing seed is',
      })
      .option('failures', { type: 'string', requiresArg: true, default: '10', describe: 'stop after so many failed runs' })
      .option('moments', { type: 'boolean', default: false, describe: 'list every moment that was seen, with its count' })
      .option('missing', { type: 'boolean', default: false, describe: 'list each expected moment that was not seen yet' })
      .option('module', MODULE_OPTION)
      .option('run-limit', RUN_LIMIT_OPTION)
      .option('env', ENV_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .example('$0 explore --for 60s', 'all scenarios, as many seeds as a minute allows')
      .example('$0 explore swarm --until-quiet 5', 'as many seeds as it takes until five in a row show nothing new')
      .example('$0 explore figure-8 swarm --seeds 1..500', 'two scenarios with 500 seeds each')
      .example('$0 explore --seeds 1..10000 --shard 2/4 --json', 'the second quarter of a campaign, for a script')
      .example('$0 explore --module ./my-scenarios.js --seeds 1..200', 'scenarios of your own'),
  handler: async (options) => {
    const checked = readOptions(options);
    const { names: environment, repeatWith } = setVariables(options.env);
    const { chooseScenarios, tellScenarios } = await import('../campaign/scenarios.js');
    const told = await tellScenarios(options.module);
    const scenarios = chooseScenarios(told, options.scenario ?? []).map(({ name }) => name);
    const { campaign } = await import('../campaign/campaign.js');
    const { exploreReportLines, exploreReportJson } = await import('../campaign/report.js');
    const { EXIT_CODES } = await import('../../sim/campaign/campaign.js');

    const asked = { ...checked, module: told.module, scenarios, environment, repeatWith: told.repeatWith + repeatWith, onProgress: null };
    if (runsPlanned(asked) === 0)
      throw misuse(`no seed falls to shard ${asked.shard.index}/${asked.shard.count}: seeds ${asked.firstSeed}..${asked.lastSeed}`);
    const report = await campaign(asked, options.json);
    process.exitCode = EXIT_CODES[report.verdict];
    if (options.json) sayJson(exploreReportJson(asked, report));
    else sayAll(exploreReportLines(asked, report, options));
  },
};

type Checked = Omit<ExploreOptions, 'module' | 'scenarios' | 'environment' | 'repeatWith' | 'onProgress'>;

function readOptions(options: Options): Checked {
  const forMs = options.for === undefined ? null : duration('for', once('for', options.for));
  const jobs = options.jobs === undefined ? jobsByDefault() : wholeNumber('jobs', once('jobs', options.jobs), 1, JOBS_MAX);
  const percent = wholeNumber('rerun', once('rerun', options.rerun), 0, 100);
  const untilQuiet =
    options['until-quiet'] === undefined
      ? undefined
      : wholeNumber('until-quiet', once('until-quiet', options['until-quiet']), 1, QUIET_MAX);
  const isBounded = options.seeds !== undefined || (forMs === null && untilQuiet === undefined);
  const range = taken(parseSeedRange(options.seeds === undefined ? SEEDS_BY_DEFAULT : once('seeds', options.seeds)));
  if (isBounded && range.last - range.first >= Number.MAX_SAFE_INTEGER - 1) throw misuse('that is every seed there is: name fewer');
  return {
    firstSeed: range.first,
    lastSeed: isBounded ? range.last : null,
    forMs,
    ...(untilQuiet === undefined ? {} : { untilQuiet }),
    jobs,
    shard: taken(parseShard(once('shard', options.shard))),
    recheckOneIn: oneInOf(percent),
    runLimitMs: runLimit(options['run-limit']),
    hasOwnProcesses: true,
    failuresMax: wholeNumber('failures', once('failures', options.failures), 1, FAILURES_MAX),
  };
}
