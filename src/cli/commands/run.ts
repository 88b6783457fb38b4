import type { CommandModule } from 'yargs';
import { parseSeed } from '../../sim/seeds.js';
import { once, taken } from '../arguments.js';
import { EXIT } from '../exit.js';
import { say, sayJson } from '../output.js';

interface Options {
  readonly scenario: string;
  readonly seed: string;
  readonly trace: boolean;
  readonly json: boolean;
}

/** `run <scenario>`: one world, from its first event to its verdict. */
export const runCommand: CommandModule<object, Options> = {
  command: 'run <scenario>',
  describe: 'live one seed of one scenario',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; an unknown one lists them all' })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'the world to grow: 0 to 2^53-1' })
      .option('trace', { type: 'boolean', default: false, describe: 'print the transcript, a line for each event' })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .conflicts('trace', 'json')
      .example('$0 run leader-failure --seed 42', 'one run and its verdict')
      .example('$0 run leader-failure --seed 42 --trace | less', 'what happened, line by line')
      .example('$0 run leader-failure --seed 42 --json', 'the digest, the same every time and everywhere'),
  handler: async (options) => {
    const seed = taken(parseSeed(once('seed', options.seed)));
    const { findScenario } = await import('../scenarios.js');
    const scenario = await findScenario(options.scenario);
    const { runScenario } = await import('../../sim/run.js');

    const trace = options.trace ? (await import('../trace.js')).traceOf(scenario, seed, say) : null;
    const report = runScenario(scenario, seed, { observers: trace === null ? [] : [trace] });
    trace?.finish();

    process.exitCode = report.verdict === 'pass' ? EXIT.held : EXIT.violated;
    if (options.json) {
      sayJson(report);
      return;
    }
    const { runReportLines } = await import('../report.js');
    for (const line of runReportLines(scenario, report)) say(line);
  },
};
