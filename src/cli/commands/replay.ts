import type { CommandModule } from 'yargs';
import { parseSeed } from '../../sim/base/seeds.js';
import { ENV_OPTION, MODULE_OPTION, once, RUN_LIMIT_OPTION, runLimit, setVariables, taken, wholeNumber } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { withTraceOptions, type TraceOptions } from '../stories/trace-filter.js';
import { complain, say, sayAll } from '../terminal/output.js';
import { violationText } from '../../sim/checkers/violation.js';

interface Options extends TraceOptions {
  readonly scenario: string;
  readonly seed: string;
  readonly from: string;
  readonly until: string | undefined;
  readonly module: string | undefined;
  readonly 'run-limit': string;
  readonly env: string | readonly string[] | undefined;
}

const MS_MAX = 1_000_000_000;

/** `replay <scenario>`: a seed again, up to a chosen moment, and how every server stood there. */
export const replayCommand: CommandModule<object, Options> = {
  command: 'replay <scenario>',
  describe: 'live a seed again up to a chosen moment, and look around there',
  builder: (yargs) =>
    withTraceOptions(yargs)
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; `seedstorm scenarios` lists them all' })
      .option('seed', { type: 'string', demandOption: true, requiresArg: true, describe: 'the world to live again' })
      .option('until', {
        type: 'string',
        requiresArg: true,
        describe: 'the moment, in whole milliseconds of simulated time [default: the end]',
      })
      .option('from', { type: 'string', default: '0', requiresArg: true, describe: 'print no line from before this moment' })
      .option('module', MODULE_OPTION)
      .option('run-limit', RUN_LIMIT_OPTION)
      .option('env', ENV_OPTION)
      .example('$0 replay leader-failure --seed 42 --until 5000', 'the first five seconds')
      .example('$0 replay figure-8 --seed 7 --from 3100 --until 3400', 'only what led to a moment')
      .example('$0 replay figure-8 --seed 7 --until 3400 --client c1 --key k0', 'one client and one key'),
  handler: async (options) => {
    const seed = taken(parseSeed(once('seed', options.seed)));
    const fromMs = wholeNumber('from', once('from', options.from), 0, MS_MAX);
    const untilMs = options.until === undefined ? MS_MAX : wholeNumber('until', once('until', options.until), 0, MS_MAX);
    if (untilMs < fromMs) throw misuse(`--until ${untilMs} comes before --from ${fromMs}`);

    const limitMs = runLimit(options['run-limit']);
    setVariables(options.env);
    const { findScenario, tellScenarios } = await import('../campaign/scenarios.js');
    const scenario = findScenario(await tellScenarios(options.module), options.scenario);
    const { Window } = await import('../stories/window.js');
    const { traceOf } = await import('../stories/trace.js');
    const { thrownLines } = await import('../campaign/report.js');
    const { runWithin } = await import('../../sim/run/limited-run.js');
    const { optionsOf } = await import('../../sim/run/run.js');

    const lines: string[] = [];
    const { transcript, filter } = traceOf(scenario, seed, options, lines);
    const window = new Window(transcript, fromMs, untilMs, scenario.system, optionsOf(scenario, seed).servers);
    const report = runWithin(limitMs, scenario, seed, { observers: [window] });
    transcript.finish();
    sayAll([...lines, ...window.closingLines()]);
    const nothing = filter.nothingText();
    if (nothing !== null) complain(nothing);

    const { violation } = report;
    say(violation === undefined ? `the whole run passed, digest ${report.digest}` : `the whole run failed: ${violationText(violation)}`);
    sayAll(thrownLines(violation));
    process.exitCode = violation === undefined ? EXIT.held : EXIT.violated;
  },
};
