import type { CommandModule } from 'yargs';
import type { HistoryFormat } from '../../sim/checkers/formats/history.js';
import { once, wholeNumber } from '../arguments.js';
import { EXIT, misuse } from '../exit.js';
import { say, sayJson } from '../output.js';

interface Options {
  readonly history: string;
  readonly model: string;
  readonly format: string | undefined;
  readonly steps: string | undefined;
  readonly json: boolean;
}

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
      .option('steps', { type: 'string', requiresArg: true, describe: 'give up after so many steps of the search' })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .epilogue('Exit codes: 0 linearizable, 1 not, 2 wrong use, bad input, or not decided within --steps.')
      .example('$0 check history.jsonl --model kv', 'a history in the format of docs/FORMATS.md')
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

    const { CHECK_DEFAULTS, checkLinearizability } = await import('../../sim/checkers/linearizability.js');
    const stepsMax = options.steps === undefined ? CHECK_DEFAULTS.stepsMax : wholeNumber('steps', once('steps', options.steps), 1, Number.MAX_SAFE_INTEGER);
    const startedAt = performance.now();
    const result = checkLinearizability(operations, model, { stepsMax });
    const wallMs = Math.round(performance.now() - startedAt);

    process.exitCode = { passed: EXIT.held, failed: EXIT.violated, unknown: EXIT.misuse }[result.verdict];
    if (options.json) {
      const { key, culprit, steps } = result;
      sayJson({ verdict: WORDS[result.verdict], model: model.name, format, operations: operations.length, key, culprit, steps, wallMs });
    } else {
      const { reportOf } = await import('../../sim/checkers/report.js');
      say(reportOf(result));
    }
  },
};

function formatByName(path: string): HistoryFormat {
  if (/\.(edn|txt)$/.test(path)) return 'edn';
  return path.endsWith('.log') ? 'jepsen-etcd' : 'jsonl';
}

async function textOf(path: string): Promise<string> {
  const { readFileSync } = await import('node:fs');
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw misuse(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
