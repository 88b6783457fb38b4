import type { CommandModule } from 'yargs';
import type { SearchProgress } from '../../sim/checkers/linearizability.js';
import { once, wholeNumber } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { count, grouped, say, sayJson, span } from '../terminal/output.js';
import type { Searched } from '../campaign/searching.js';

interface Options {
  readonly history: string;
  readonly model: string;
  readonly format: string | undefined;
  readonly steps: string | undefined;
  readonly initial: string | undefined;
  readonly independent: boolean | undefined;
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
      .option('model', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'what the clients used: register, kv, lock or text',
      })
      .option('format', {
        type: 'string',
        requiresArg: true,
        describe: 'jsonl, json, edn or jepsen-etcd [default: what the file looks like]',
      })
      .option('initial', {
        type: 'string',
        requiresArg: true,
        describe: 'what a register or text holds at first, as a value is written in the file [default: nothing]',
      })
      .option('independent', {
        type: 'boolean',
        describe: 'each value is a pair [key value], and each key is judged alone [default: when the file leaves no doubt]',
      })
      .option('steps', {
        type: 'string',
        requiresArg: true,
        describe: `give up after so many steps of the search [default: ${STEPS_BY_DEFAULT}, some seconds]`,
      })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .epilogue(
        `A history is a line for each operation, such as these of a lock:\n\n${EXAMPLE}\n\nAll fields, and the other formats: docs/FORMATS.md, "Histories of clients".\n\n` +
          'Exit codes: 0 linearizable, 1 not, 2 wrong use or bad input, 5 not decided within --steps, 130 stopped by a signal.',
      )
      .example('$0 check history.jsonl --model kv', 'a history in JSON lines')
      .example('cat history.edn | $0 check - --model register --format edn', 'from standard input')
      .example('$0 check jepsen.log --model register', 'a log of Jepsen, other lines and all')
      .example('$0 check history.edn --model register --independent', 'values are [key value]; each key is judged alone')
      .example('$0 check knossos.edn --model register --initial 0', 'the register holds 0 at first'),
  handler: async (options) => {
    const path = once('history', options.history);
    const name = path === '-' ? 'standard input' : path;
    const [{ MODELS, modelNamed }, { unknownName }] = await Promise.all([
      import('../../sim/checkers/models/index.js'),
      import('../terminal/suggest.js'),
    ]);
    const modelName = once('model', options.model);
    const asked = modelNamed(modelName);
    if (asked === null)
      throw unknownName(
        'model',
        modelName,
        MODELS.map(({ name }) => name),
      );
    const formatName = options.format === undefined ? null : once('format', options.format);
    const { readHistoryFile } = await import('../campaign/history-file.js');
    const { format, operations, model, keyed, clock, assumed, passedOver } = await readHistoryFile({
      path,
      name,
      formatName,
      model: asked,
      initial: options.initial === undefined ? null : once('initial', options.initial),
      isIndependent: options.independent ?? null,
    });
    if (operations.length === 0) throw misuse(`${name} holds no operation: nothing to judge${told(passedOver)}`);

    const { CHECK_DEFAULTS, searchingLinearizability } = await import('../../sim/checkers/linearizability.js');
    const stepsMax =
      options.steps === undefined
        ? CHECK_DEFAULTS.stepsMax
        : wholeNumber('steps', once('steps', options.steps), 1, Number.MAX_SAFE_INTEGER);
    const startedAt = performance.now();
    const searched = await stoppable(searchingLinearizability(operations, model, { stepsMax }), options.json);
    const wallMs = Math.round(performance.now() - startedAt);

    if ('stoppedAt' in searched) {
      const { steps, decided, keys } = searched.stoppedAt;
      process.exitCode = EXIT.interrupted;
      if (options.json)
        sayJson({
          verdict: 'unknown',
          interrupted: true,
          model: model.name,
          format,
          operations: operations.length,
          steps,
          keys,
          decided,
          wallMs,
        });
      else
        say(
          `stopped after ${grouped(steps)} steps in ${span(wallMs)}: ${decided} of ${count(keys, 'key')} linearizable, the others not decided`,
        );
      return;
    }
    const { result } = searched;
    if (result.verdict === 'failed' && keyed !== null) {
      const { checkLinearizability } = await import('../../sim/checkers/linearizability.js');
      if (checkLinearizability(keyed(), model, { stepsMax }).verdict !== 'failed')
        throw misuse(
          `${name}: every value is a pair, and the verdict hangs on what that is: say --independent for [key value], each key judged alone, or --no-independent for one value (not linearizable)`,
        );
    }
    process.exitCode = { passed: EXIT.held, failed: EXIT.violated, unknown: EXIT.undecided }[result.verdict];
    if (options.json) {
      const { jsonOf } = await import('../../sim/checkers/value.js');
      const { key, culprit, steps } = result;
      const valueOf = (value: string | null): string | number | null => (value === null ? null : jsonOf(value));
      sayJson({
        verdict: WORDS[result.verdict],
        model: model.name,
        format,
        operations: operations.length,
        key: valueOf(key),
        culprit: culprit && {
          ...culprit,
          key: valueOf(culprit.key),
          value: valueOf(culprit.value),
          expected: valueOf(culprit.expected),
          resultValue: valueOf(culprit.resultValue),
        },
        steps,
        passedOver: Object.fromEntries(passedOver),
        assumed,
        wallMs,
      });
    } else {
      const { reportOf } = await import('../../sim/checkers/report.js');
      say(reportOf(result, clock));
      if (result.verdict !== 'passed') say('');
      say(`read    ${count(operations.length, 'operation')} as ${format}${told(passedOver)}`);
      for (const line of assumed) say(`assumed ${line}`);
      if (result.verdict === 'unknown') say(whatThen(result.steps, stepsMax));
    }
  },
};

/** What of the file has no part in the verdict. */
function told(passedOver: ReadonlyMap<string, number>): string {
  if (passedOver.size === 0) return '';
  return `; not counted: ${[...passedOver].map(([what, times]) => `${what} (${grouped(times)})`).join(', ')}`;
}

/** Only the number of steps is the user's to raise; below it, it was the memory that ended the search. */
function whatThen(steps: number, stepsMax: number): string {
  return steps < stepsMax
    ? 'next    its memory was full before --steps was reached: judge fewer keys or a shorter history'
    : `next    --steps ${stepsMax * 10} allows ten times as many`;
}

async function stoppable<Result>(search: Generator<SearchProgress, Result>, isQuiet: boolean): Promise<Searched<Result>> {
  const { searchToEnd } = await import('../campaign/searching.js');
  const stopping = new AbortController();
  const onStop = (): void => stopping.abort();
  process.once('SIGINT', onStop).once('SIGTERM', onStop);
  try {
    return await searchToEnd(search, isQuiet ? null : process.stderr, stopping.signal);
  } finally {
    process.removeListener('SIGINT', onStop).removeListener('SIGTERM', onStop);
  }
}
