import type { CommandModule } from 'yargs';
import { parseSeed } from '../../sim/base/seeds.js';
import { ENV_OPTION, MODULE_OPTION, once, RUN_LIMIT_OPTION, runLimit, setVariables, taken } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { filterGiven, withTraceOptions, type TraceOptions } from '../stories/trace-filter.js';
import { complain, count, sayAll, sayJson } from '../terminal/output.js';

interface Options extends TraceOptions {
  readonly scenario: string;
  readonly seed: string;
  readonly trace: boolean;
  readonly story: boolean;
  readonly moments: boolean;
  readonly module: string | undefined;
  readonly 'run-limit': string;
  readonly env: string | readonly string[] | undefined;
  readonly json: boolean;
}

/** `run <scenario>`: one world, from its first event to its verdict. */
export const runCommand: CommandModule<object, Options> = {
  command: 'run <scenario>',
  describe: 'live one seed of one scenario',
  builder: (yargs) =>
    withTraceOptions(yargs)
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; `seedstorm scenarios` lists them all' })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'the world to grow: 0 to 2^53-1' })
      .option('trace', { type: 'boolean', default: false, describe: 'print the transcript, a line for each event' })
      .option('story', {
        type: 'boolean',
        default: false,
        describe: 'tell the run in short: what clients asked and learned, what went wrong in the world',
      })
      .option('moments', { type: 'boolean', default: false, describe: 'list every moment that was seen, with its count' })
      .option('module', MODULE_OPTION)
      .option('run-limit', RUN_LIMIT_OPTION)
      .option('env', ENV_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .example('$0 run leader-failure --seed 42', 'one run and its verdict')
      .example('$0 run leader-failure --seed 42 --trace | less', 'what happened, line by line')
      .example('$0 run leader-failure --seed 42 --trace --server s2 --kind requestVote,crash', 'only what has to do with it')
      .example('$0 run figure-8 --seed 7 --story | less', 'the same in short')
      .example('$0 run leader-failure --seed 42 --json', 'the digest, the same every time and everywhere'),
  handler: async (options) => {
    if ((options.trace || options.story) && options.json) throw misuse('--trace and --story print lines and --json one object: choose one');
    const filter = filterGiven(options);
    if (filter !== undefined && !options.trace) throw misuse(`--${filter} is nothing without --trace`);
    const seed = taken(parseSeed(once('seed', options.seed)));
    const limitMs = runLimit(options['run-limit']);
    const { repeatWith } = setVariables(options.env);
    const { findScenario, tellScenarios } = await import('../campaign/scenarios.js');
    const told = await tellScenarios(options.module);
    const scenario = findScenario(told, options.scenario);
    const { tellRun } = await import('../../sim/story/shortest-story.js');

    const lines: string[] = [];
    const trace = options.trace ? (await import('../stories/trace.js')).traceOf(scenario, seed, options, lines) : null;
    const { report, lines: story } = tellRun(scenario, seed, trace === null ? [] : [trace.transcript], limitMs);
    trace?.transcript.finish();
    sayAll(lines);
    const nothing = trace?.filter.nothingText() ?? null;
    if (nothing !== null) complain(nothing);

    process.exitCode = report.verdict === 'violation' ? EXIT.violated : EXIT.held;
    if (options.json) {
      sayJson(report);
      return;
    }
    const { runReportLines } = await import('../campaign/report.js');
    sayAll(runReportLines(scenario, report, told.repeatWith + repeatWith, options.moments));
    // What a scenario expects to be found is a lesson: the story belongs to it.
    if (options.story || report.verdict === 'found')
      sayAll([`story   ${count(story.length, 'line')} of ${count(report.events, 'event')}`, ...story]);
  },
};
