import type { CommandModule } from 'yargs';
import { parseSeed } from '../../sim/seeds.js';
import { MODULE_OPTION, once, taken } from '../arguments.js';
import { EXIT, misuse } from '../exit.js';
import { sayAll, sayJson } from '../output.js';

interface Options {
  readonly scenario: string;
  readonly seed: string;
  readonly trace: boolean;
  readonly story: boolean;
  readonly module: string | undefined;
  readonly json: boolean;
}

/** `run <scenario>`: one world, from its first event to its verdict. */
export const runCommand: CommandModule<object, Options> = {
  command: 'run <scenario>',
  describe: 'live one seed of one scenario',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; `seedstorm scenarios` lists them all' })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'the world to grow: 0 to 2^53-1' })
      .option('trace', { type: 'boolean', default: false, describe: 'print the transcript, a line for each event' })
      .option('story', { type: 'boolean', default: false, describe: 'tell the run in short: what clients asked and learned, what went wrong in the world' })
      .option('module', MODULE_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .example('$0 run leader-failure --seed 42', 'one run and its verdict')
      .example('$0 run leader-failure --seed 42 --trace | less', 'what happened, line by line')
      .example('$0 run figure-8 --seed 7 --story | less', 'the same in short')
      .example('$0 run leader-failure --seed 42 --json', 'the digest, the same every time and everywhere'),
  handler: async (options) => {
    if ((options.trace || options.story) && options.json) throw misuse('--trace and --story print lines and --json one object: choose one');
    const seed = taken(parseSeed(once('seed', options.seed)));
    const { findScenario, tellScenarios } = await import('../scenarios.js');
    const told = await tellScenarios(options.module);
    const scenario = findScenario(told, options.scenario);
    const { tellRun } = await import('../../sim/shortest.js');

    const lines: string[] = [];
    const trace = options.trace ? (await import('../trace.js')).traceOf(scenario, seed, lines) : null;
    const { report, lines: story } = tellRun(scenario, seed, trace === null ? [] : [trace]);
    trace?.finish();
    sayAll(lines);

    process.exitCode = report.verdict === 'violation' ? EXIT.violated : EXIT.held;
    if (options.json) {
      sayJson(report);
      return;
    }
    const { runReportLines } = await import('../report.js');
    sayAll(runReportLines(scenario, report, told.repeatWith));
    // What a scenario expects to be found is a lesson: the story belongs to it.
    if (options.story || report.verdict === 'found') sayAll(['story', ...story]);
  },
};
