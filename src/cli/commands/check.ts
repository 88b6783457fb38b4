import type { CommandModule } from 'yargs';
import type { HistoryFormat } from '../../sim/checkers/formats/history.js';
import type { SearchProgress } from '../../sim/checkers/linearizability.js';
import { once, wholeNumber } from '../arguments.js';
import { EXIT, misuse } from '../exit.js';
import { count, grouped, say, sayJson, span } from '../output.js';
import type { Searched } from '../searching.js';

interface Options {
  readonly history: string;
  readonly model: string;
  readonly format: string | undefined;
  readonly steps: string | undefined;
  readonly json: boolean;
}

/** Told in the help; the checker's own default, which a test compares. */
const STEPS_BY_DEFAULT = 100_000_000;

/** Short enough for a line of 80 columns. */
const EXAMPLE = [
  '{"clientId":1,"op":"acquire","callUs":1,"returnUs":3,"outcome":"ok"}',
  '{"clientId":2,"op":"acquire","callUs":2,"returnUs":4,"outcome":"refused"}',
].join('\n');

/** What `--json` calls the verdicts: the words of `run` and `explore`. */
const WORDS = { passed: 'pass', failed: 'violation', unknown: 'unknown' } as const;

/** `check <history>`: judges any client history, ours or a stranger's. */
export const checkCommand: CommandModule<object, Options> = {
  command: 'check <history>',
  describe: 'judge a recorded client history: is it linearizable?',
  builder: (yargs) =>
    yargs
      .positional('history', { type: 'string', demandOption: true, describe: 'a file; - is standard input' })
      .option('model', { type: 'string', demandOption: true, requiresArg: true, describe: 'what the clients used: register, kv, lock or text' })
      .option('format', { type: 'string', requiresArg: true, describe: 'jsonl, jepsen-etcd or edn [default: by the name: .jsonl, .log, .edn or .txt]' })
      .option('steps', { type: 'string', requiresArg: true, describe: `give up after so many steps of the search [default: ${STEPS_BY_DEFAULT}, some seconds]` })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .epilogue(`A history is a line for each operation, such as these of a lock:\n\n${EXAMPLE}\n\nAll fields, and the other formats: docs/FORMATS.md, "Histories of clients".\n\n` +
        'Exit codes: 0 linearizable, 1 not, 2 wrong use, bad input, or not decided within --steps, 130 stopped by a signal.')
      .example('$0 check history.jsonl --model kv', 'a history in JSON lines')
      .example('cat history.edn | $0 check - --model register --format edn', 'from standard input')
      .example('$0 check etcd_002.log --model register', 'a Jepsen log of etcd'),
  handler: async (options) => {
    const path = once('history', options.history);
    const name = path === '-' ? 'standard input' : path;
    const [{ FORMATS, readHistory }, { MODELS, modelNamed }, { unknownName }] = await Promise.all([
      import('../../sim/checkers/formats/history.js'), import('../../sim/checkers/models/index.js'), import('../suggest.js'),
    ]);
    const modelName = once('model', options.model);
    const asked = modelNamed(modelName);
    if (asked === null) throw unknownName('model', modelName, MODELS.map(({ name }) => name));
    const formatName = options.format === undefined ? formatByName(path) : once('format', options.format);
    const format = FORMATS.find((name) => name === formatName);
    if (format === undefined) throw unknownName('format', formatName, FORMATS);

    const read = readHistory(format, await textOf(path), asked);
    if (!read.ok) throw misuse(`${name}, line ${read.problem.line}: ${read.problem.problem}`);
    const { operations, model } = read.value;
    if (operations.length === 0) throw misuse(`${name} holds no operation: nothing to judge`);

    const { CHECK_DEFAULTS, searchingLinearizability } = await import('../../sim/checkers/linearizability.js');
    const stepsMax = options.steps === undefined ? CHECK_DEFAULTS.stepsMax : wholeNumber('steps', once('steps', options.steps), 1, Number.MAX_SAFE_INTEGER);
    const startedAt = performance.now();
    const searched = await stoppable(searchingLinearizability(operations, model, { stepsMax }), options.json);
    const wallMs = Math.round(performance.now() - startedAt);

    if ('stoppedAt' in searched) {
      const { steps, decided, keys } = searched.stoppedAt;
      process.exitCode = EXIT.interrupted;
      if (options.json) sayJson({ verdict: 'unknown', interrupted: true, model: model.name, format, operations: operations.length, steps, keys, decided, wallMs });
      else say(`stopped after ${grouped(steps)} steps in ${span(wallMs)}: ${decided} of ${count(keys, 'key')} linearizable, the others not decided`);
      return;
    }
    const { result } = searched;
    process.exitCode = { passed: EXIT.held, failed: EXIT.violated, unknown: EXIT.misuse }[result.verdict];
    if (options.json) {
      const { key, culprit, steps } = result;
      sayJson({ verdict: WORDS[result.verdict], model: model.name, format, operations: operations.length, key, culprit, steps, wallMs });
    } else {
      const { reportOf } = await import('../../sim/checkers/report.js');
      say(reportOf(result));
      if (result.verdict === 'unknown') say(whatThen(result.steps, stepsMax));
    }
  },
};

/** Only the number of steps is the user's to raise; below it, it was the memory that ended the search. */
function whatThen(steps: number, stepsMax: number): string {
  return steps < stepsMax ? 'next    its memory was full before --steps was reached: judge fewer keys or a shorter history' : `next    --steps ${stepsMax * 10} allows ten times as many`;
}

async function stoppable<Result>(search: Generator<SearchProgress, Result>, isQuiet: boolean): Promise<Searched<Result>> {
  const { searchToEnd } = await import('../searching.js');
  const stopping = new AbortController();
  const onStop = (): void => stopping.abort();
  process.once('SIGINT', onStop).once('SIGTERM', onStop);
  try {
    return await searchToEnd(search, isQuiet ? null : process.stderr, stopping.signal);
  } finally {
    process.removeListener('SIGINT', onStop).removeListener('SIGTERM', onStop);
  }
}

function formatByName(path: string): HistoryFormat {
  if (/\.(edn|txt)$/.test(path)) return 'edn';
  return path.endsWith('.log') ? 'jepsen-etcd' : 'jsonl';
}

async function textOf(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return path === '-' ? await allOf(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw misuse(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function allOf(stream: NodeJS.ReadStream): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of stream.setEncoding('utf8')) pieces.push(String(piece));
  return pieces.join('');
}
