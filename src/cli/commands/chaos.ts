import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { duration, MODULE_OPTION, once, taken } from '../terminal/arguments.js';
import type { ChaosOutcome } from '../chaos/driver.js';
import type { ChaosPlan } from '../chaos/plan.js';
import type { Recording } from '../chaos/worker.js';
import type { AnyScenario } from '../../sim/run/scenario.js';
import { out } from '../terminal/colours.js';
import { EXIT, misuse, unwritable } from '../terminal/exit.js';
import { statusLine } from '../terminal/status-line.js';
import { complain, count, grouped, sayAll, sayJson, span } from '../terminal/output.js';

interface Options {
  readonly scenario: string;
  readonly seed: string;
  readonly for: string;
  readonly network: 'reliable' | 'unreliable' | undefined;
  readonly data: string | undefined;
  readonly history: string | undefined;
  readonly module: string | undefined;
  readonly json: boolean;
}

/** `chaos <scenario>`: the same story as `run`, lived by real processes. */
export const chaosCommand: CommandModule<object, Options> = {
  command: 'chaos <scenario>',
  describe: 'live a scenario of any system in real processes: kill, pause, cut off, and judge what clients saw',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', demandOption: true, describe: 'its name; an unknown one lists them all' })
      .option('seed', { type: 'string', default: '1', requiresArg: true, describe: 'chooses servers, load and blows: 0 to 2^53-1' })
      .option('for', { type: 'string', default: '10s', requiresArg: true, describe: 'how long the storm lasts, such as 5s or 2m' })
      .option('network', {
        choices: ['reliable', 'unreliable'] as const,
        describe: "between clients and servers [default: the scenario's own]",
      })
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: 'keep data, logs and history in this new directory [default: kept only when something is wrong]',
      })
      .option('history', { type: 'string', requiresArg: true, describe: 'write what the clients saw to this file, for "check"' })
      .option('module', MODULE_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .epilogue(
        'Exit codes: 0 all held, or what the scenario expects was found; 1 a property was violated; 2 wrong use; 5 too little was answered, or too much to find an order for.',
      )
      .example('$0 chaos leader-failure', 'leaders are killed for ten seconds')
      .example('$0 chaos partition --seed 7 --for 1m --network unreliable', 'cut apart, while half of what clients say is lost')
      .example('$0 chaos basic --history h.jsonl && seedstorm check h.jsonl --model kv', 'what the clients saw, judged once more'),
  handler: async (options) => {
    const { parseSeed } = await import('../../sim/base/seeds.js');
    const seed = taken(parseSeed(once('seed', options.seed)));
    const forMs = duration('for', once('for', options.for));
    const historyPath = options.history === undefined ? null : once('history', options.history);
    const { findScenario, tellScenarios } = await import('../campaign/scenarios.js');
    const told = await tellScenarios(options.module);
    const scenario = findScenario(told, options.scenario);
    const [{ planOf }, { Interrupted, liveChaos }] = await Promise.all([import('../chaos/plan.js'), import('../chaos/driver.js')]);
    const plan = planOf(scenario, seed, forMs, options.network ?? null);
    const directory = await directoryFor(options.data);
    // Before anything is run: a file that cannot be written is a mistake in the command line.
    if (historyPath !== null) await writeTo(historyPath, '');

    const startedMs = performance.now();
    const stopping = stopSignal();
    const watch = watching(forMs, options.json);
    let outcome: ChaosOutcome;
    try {
      outcome = await liveChaos(plan, directory, { signal: stopping, onStage: watch.onStage });
    } catch (error) {
      watch.end();
      if (!(error instanceof Interrupted)) {
        complain(`what was there when it ended is kept in ${directory}`);
        throw error;
      }
      if (options.data === undefined) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
      complain(`stopped: nothing was judged${options.data === undefined ? '' : `; the data is in ${directory}`}`);
      process.exit(EXIT.interrupted);
    }
    watch.end();
    const wallMs = Math.round(performance.now() - startedMs);
    const isKept = options.data !== undefined || outcome.verdict === 'violation' || outcome.verdict === 'unknown';
    const history = await historyText(outcome);
    if (historyPath !== null) await writeTo(historyPath, history);
    if (isKept) {
      await writeTo(join(directory, 'history.jsonl'), history);
      await writeTo(join(directory, 'servers.log'), outcome.lines.map((line) => `${line}\n`).join(''));
    } else await rm(directory, { recursive: true, force: true, maxRetries: 5 });

    process.exitCode = { pass: EXIT.held, found: EXIT.held, violation: EXIT.violated, unknown: EXIT.undecided }[outcome.verdict];
    const report = reportOf(plan, outcome, { network: options.network ?? null, wallMs, directory: isKept ? directory : null });
    if (options.json) sayJson(report);
    else sayAll(reportLines(report, scenario, told.repeatWith));
  },
};

interface Facts {
  readonly network: 'reliable' | 'unreliable' | null;
  readonly wallMs: number;
  readonly directory: string | null;
}

type Report = ReturnType<typeof reportOf>;

function reportOf(
  plan: ChaosPlan,
  { verdict, violation, recording, deeds, passed, dropped }: ChaosOutcome,
  { network, wallMs, directory }: Facts,
) {
  const { operations } = recording;
  return {
    verdict,
    scenario: plan.scenario,
    system: plan.system.words,
    seed: plan.seed,
    network: network ?? 'scenario',
    servers: plan.servers,
    clients: plan.workload.clients,
    stormMs: plan.forMs,
    operations: operations.length,
    unknownOutcomes: operations.filter(({ outcome }) => outcome === 'unknown').length,
    /** Blows by what was done. */
    blows: Object.fromEntries([...deeds].sort(([a], [b]) => (a < b ? -1 : 1))),
    /** Faults of the scenario that real processes were spared. */
    left: plan.left,
    messages: { passed, dropped },
    directory,
    wallMs,
    ...(violation === null ? {} : { violation }),
  };
}

function reportLines(report: Report, { title, finding }: AnyScenario, repeatWith: string): readonly string[] {
  const { verdict, scenario, seed, violation, blows, left, messages, directory } = report;
  const without = left.length === 0 ? '' : `, without ${left.join(', ')} (in the simulator only)`;
  const name = `${scenario} seed ${seed}, in real processes${without}`;
  const head = {
    pass: `${out.green('passed')}  ${name}: ${title}`,
    found: `${out.green('found ')}  ${name}: ${violation?.property ?? ''}, as expected`,
    violation: `${out.red('failed')}  ${name}: ${violation?.property ?? ''}`,
    unknown: `${out.yellow('unknown')} ${name}: too little was answered, or too much to find an order for`,
  }[verdict];
  const done = Object.entries(blows)
    .map(([deed, n]) => `${deed} ${n}`)
    .join(', ');
  return [
    head,
    ...(violation === undefined ? [] : [`        ${violation.message}`]),
    `ran     ${count(report.servers, 'server')}, ${count(report.clients, 'client')}, ${count(report.operations, 'operation')} (${grouped(report.unknownOutcomes)} of unknown outcome), ` +
      `${count(messages.passed, 'message')} passed, ${grouped(messages.dropped)} lost, ${span(report.wallMs)} in all`,
    `blows   ${done === '' ? 'none' : done}`,
    ...(finding === undefined
      ? []
      : [verdict === 'found' ? `lesson  ${finding.lesson}` : `lesson  not shown by this run: ${finding.properties.join(' or ')}`]),
    ...(directory === null ? [] : [`kept    ${directory}`]),
    ...(verdict === 'violation'
      ? [
          `again   npx seedstorm chaos ${scenario} --seed ${seed} --for ${report.stormMs}ms${repeatWith}${report.network === 'scenario' ? '' : ` --network ${report.network}`}`,
        ]
      : []),
  ];
}

async function historyText({ recording }: ChaosOutcome): Promise<string> {
  const { jsonLineOf } = await import('../../sim/checkers/formats/json-lines.js');
  return recording.operations.map((operation) => `${jsonLineOf(operation)}\n`).join('');
}

/** Aborted by Ctrl-C or SIGTERM; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

/** How often the line with the progress is drawn anew. */
const REDRAW_MS = 250;

/** Progress on a terminal: what is being done, for how long, and how much clients have done. */
function watching(forMs: number, isQuiet: boolean) {
  const line = statusLine(isQuiet ? null : process.stderr);
  let now = { stage: '', sinceMs: performance.now(), recording: null as Recording | null };
  const draw = (): void => {
    const ms = performance.now() - now.sinceMs;
    const long = now.stage === 'storm' ? `${span(Math.min(ms, forMs))} of ${span(forMs)}` : span(ms);
    line.show(`${now.stage}: ${long} · ${count(now.recording?.operations.length ?? 0, 'operation')}`);
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    onStage: (stage: string, recording: Recording): void => {
      now = { stage, sinceMs: performance.now(), recording };
      draw();
    },
    end: (): void => {
      clearInterval(timer);
      line.end();
    },
  };
}

/** A directory of this storm alone: the wished one, which must be new, or one of the system's for temporary things. */
async function directoryFor(wished: string | undefined): Promise<string> {
  if (wished === undefined) return mkdtemp(join(tmpdir(), 'seedstorm-chaos-'));
  const path = once('data', wished);
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    throw misuse(
      `--data ${path} cannot be made: ${error instanceof Error && 'code' in error && error.code === 'EEXIST' ? 'it is there already' : String(error)}`,
    );
  }
}

async function writeTo(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}
