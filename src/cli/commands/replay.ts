import type { CommandModule } from 'yargs';
import { parseSeed } from '../../sim/seeds.js';
import { MODULE_OPTION, once, taken, wholeNumber } from '../arguments.js';
import { EXIT, misuse } from '../exit.js';
import { say, sayAll } from '../output.js';

interface Options {
  readonly scenario: string;
  readonly seed: string;
  readonly from: string;
  readonly until: string | undefined;
  readonly module: string | undefined;
}

const MS_MAX = 1_000_000_000;

/** `replay <scenario>`: a seed again, up to a chosen moment, and how every server stood there. */
export const replayCommand: CommandModule<object, Options> = {
  command: 'replay <scenario>',
  describe: 'live a seed again up to a chosen moment, and look around there',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; `seedstorm scenarios` lists them all' })
      .option('seed', { type: 'string', demandOption: true, requiresArg: true, describe: 'the world to live again' })
      .option('until', { type: 'string', requiresArg: true, describe: 'the moment, in whole milliseconds of simulated time [default: the end]' })
      .option('from', { type: 'string', default: '0', requiresArg: true, describe: 'print no line from before this moment' })
      .option('module', MODULE_OPTION)
      .example('$0 replay leader-failure --seed 42 --until 5000', 'the first five seconds')
      .example('$0 replay figure-8 --seed 7 --from 3100 --until 3400', 'only what led to a moment'),
  handler: async (options) => {
    const seed = taken(parseSeed(once('seed', options.seed)));
    const fromMs = wholeNumber('from', once('from', options.from), 0, MS_MAX);
    const untilMs = options.until === undefined ? MS_MAX : wholeNumber('until', once('until', options.until), 0, MS_MAX);
    if (untilMs < fromMs) throw misuse(`--until ${untilMs} comes before --from ${fromMs}`);

    const { findScenario, tellScenarios } = await import('../scenarios.js');
    const scenario = findScenario(await tellScenarios(options.module), options.scenario);
    const { Window } = await import('../window.js');
    const { traceOf } = await import('../trace.js');
    const { runScenario } = await import('../../sim/run.js');

    const lines: string[] = [];
    const trace = traceOf(scenario, seed, lines);
    const window = new Window(trace, fromMs, untilMs);
    const report = runScenario(scenario, seed, { observers: [window] });
    trace.finish();
    sayAll([...lines, ...window.closingLines()]);

    const { violation } = report;
    say(violation === undefined ? `the whole run passed, digest ${report.digest}` : `the whole run failed at ${violation.atMs} ms: ${violation.property}: ${violation.message}`);
    process.exitCode = violation === undefined ? EXIT.held : EXIT.violated;
  },
};
