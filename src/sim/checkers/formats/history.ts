import { fail, ok, type Result } from '../../../core/base/result.js';
import type { FileModel } from '../specification.js';
import { kv } from '../models/kv.js';
import { text } from '../models/text.js';
import { EdnHistory } from './edn.js';
import { JepsenLog } from './jepsen-etcd.js';
import { JsonEvents } from './json-events.js';
import { JsonLines } from './json-lines.js';
import { Malformed } from './scanner.js';
import type { HistoryProblem, HistoryReader, ReadHistory, ReadOptions } from './sourced.js';

export type { HistoryProblem, ReadHistory };

/** How a history may be written down. */
export const FORMATS = ['jsonl', 'json', 'edn', 'jepsen-etcd'] as const;
export type HistoryFormat = (typeof FORMATS)[number];

export interface History extends ReadHistory {
  /** The model asked for; for key-value events in EDN, whose keys hold texts without versions, `text` instead of `kv`. */
  readonly model: FileModel;
}

const READERS: Readonly<Record<HistoryFormat, new (options: ReadOptions) => HistoryReader>> = {
  jsonl: JsonLines,
  json: JsonEvents,
  edn: EdnHistory,
  'jepsen-etcd': JepsenLog,
};

/** Reads a history in any format, piece by piece, and holds each of its operations against the model. */
export class HistoryReading {
  readonly #reader: HistoryReader;
  readonly #model: FileModel;
  #problem: HistoryProblem | null = null;

  constructor(format: HistoryFormat, asked: FileModel, isIndependent: boolean | null = null) {
    this.#model = (format === 'edn' || format === 'json') && asked === kv ? text : asked;
    this.#reader = new READERS[format]({ isIndependent, numbersAreTexts: this.#model === text ? true : null });
  }

  /** What is wrong with the file as far as it was read; null: nothing, and more may come. */
  push(chunk: Uint8Array): HistoryProblem | null {
    this.#problem ??= this.#trying(() => this.#reader.push(chunk));
    return this.#problem;
  }

  finish(): Result<History, HistoryProblem> {
    let read: ReadHistory | null = null;
    this.#problem ??= this.#trying(() => void (read = this.#reader.finish()));
    if (this.#problem !== null) return fail(this.#problem);
    const { operations, ...rest } = read!;
    const model = this.#model;
    for (const operation of operations) {
      const problem = model.problemOf(operation);
      if (problem !== null) return fail({ line: operation.line, problem });
    }
    return ok({ operations, ...rest, model });
  }

  #trying(act: () => void): HistoryProblem | null {
    try {
      act();
      return null;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { line: error.line, problem: error.message };
    }
  }
}

/** Reads a history that is at hand as one text. */
export function readHistory(format: HistoryFormat, source: string | Uint8Array, model: FileModel): Result<History, HistoryProblem> {
  const reading = new HistoryReading(format, model);
  reading.push(typeof source === 'string' ? Buffer.from(source) : source);
  return reading.finish();
}
