import { createReadStream } from 'node:fs';
import { FORMATS, HistoryReading, type History, type HistoryFormat } from '../../sim/checkers/formats/history.js';
import type { FileModel } from '../../sim/checkers/specification.js';
import { misuse, unreadable } from '../terminal/exit.js';
import { unknownName } from '../terminal/suggest.js';

/** Read at a time, so that a file of any size needs the memory of its operations and no more. */
const PIECE_BYTES = 1024 * 1024;

export interface Asked {
  /** `-`: standard input. */
  readonly path: string;
  /** What to call it. */
  readonly name: string;
  /** Null: what it looks like. */
  readonly formatName: string | null;
  readonly model: FileModel;
  /** What the object holds at first, as a value is written in the file's format; null: what the model says. */
  readonly initial: string | null;
  /** Whether values are pairs of key and value; null: when the file leaves no doubt. */
  readonly isIndependent: boolean | null;
}

/**
 * Reads a history piece by piece, and holds it against its model.
 *
 * @throws {UserError} With the line and what is wrong there.
 */
export async function readHistoryFile(asked: Asked): Promise<History & { readonly format: HistoryFormat }> {
  const { path, name, formatName, model, initial, isIndependent } = asked;
  const named = formatName === null ? null : (FORMATS.find((format) => format === formatName) ?? null);
  if (formatName !== null && named === null) throw unknownName('format', formatName, FORMATS);
  if (initial !== null && model.holding === undefined)
    throw misuse(`--initial: a ${model.name} holds no value at first; register and text may`);

  let format = named;
  let reading = format === null ? null : new HistoryReading(format, model, isIndependent);
  const refuse = (line: number, problem: string) => misuse(`${name}, line ${line}: ${problem}`);
  try {
    for await (const piece of path === '-' ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES })) {
      if (reading === null)
        reading = new HistoryReading((format = looksLike(path, String(piece.subarray(0, LOOK_BYTES)))), model, isIndependent);
      const problem = reading.push(piece as Buffer);
      if (problem !== null) throw refuse(problem.line, problem.problem);
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error ? unreadable(path, error) : error;
  }
  format ??= looksLike(path, '');
  reading ??= new HistoryReading(format, model, isIndependent);
  const read = reading.finish();
  if (!read.ok) throw refuse(read.problem.line, read.problem.problem);
  if (initial === null) return { ...read.value, format };
  return { ...read.value, format, model: holding(read.value, initial) };
}

function holding({ model, valueNamed }: History, initial: string): FileModel {
  let value: string | null;
  try {
    value = valueNamed(initial);
  } catch (error) {
    throw misuse(`--initial ${initial}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return value === null ? model : (model.holding?.(value) ?? model);
}

const LOOK_BYTES = 65_536;

/** The format by the name of the file, and where that says nothing by how it begins. */
function looksLike(path: string, begin: string): HistoryFormat {
  const text = begin.trimStart();
  if (path.endsWith('.log')) return 'jepsen-etcd';
  if (path.endsWith('.edn')) return 'edn';
  const isJson = /^\[?\s*\{\s*"/.test(text) || /\.jsonl?$/.test(path);
  if (isJson) return text.startsWith('[') || /"(?:process|f)"\s*:/.test(text.split('\n', 1)[0] ?? '') ? 'json' : 'jsonl';
  if (/^(?:[[({#;]|$)/.test(text)) return text === '' ? 'jsonl' : 'edn';
  return 'jepsen-etcd';
}
