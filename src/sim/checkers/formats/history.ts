import { fail, ok, type Result } from '../../../core/base/result.js';
import type { Operation } from '../history.js';
import type { Model } from '../model.js';
import { kv } from '../models/kv.js';
import { text } from '../models/text.js';
import { ednHistory } from './edn.js';
import { jepsenEtcdHistory } from './jepsenEtcd.js';
import { jsonLinesHistory } from './jsonLines.js';
import type { HistoryProblem, SourcedOperation } from './sourced.js';

export type { HistoryProblem };

/** How a history may be written down. */
export const FORMATS = ['jsonl', 'jepsen-etcd', 'edn'] as const;
export type HistoryFormat = (typeof FORMATS)[number];

export interface History {
  readonly operations: readonly Operation[];
  /** The model asked for; for key-value events in EDN, whose keys hold texts without versions, `text` instead of `kv`. */
  readonly model: Model;
}

/** Reads a history in any format, and holds each of its operations against the model. */
export function readHistory(format: HistoryFormat, source: string, model: Model): Result<History, HistoryProblem> {
  const read = READERS[format](source);
  if (!read.ok) return read;
  const meant = format === 'edn' && model === kv ? text : model;
  for (const { operation, line } of read.value) {
    const problem = meant.problemOf(operation);
    if (problem !== null) return fail({ line, problem });
  }
  return ok({ operations: read.value.map(({ operation }) => operation), model: meant });
}

const READERS: Readonly<Record<HistoryFormat, (source: string) => Result<SourcedOperation[], HistoryProblem>>> = {
  jsonl: jsonLinesHistory,
  'jepsen-etcd': jepsenEtcdHistory,
  edn: ednHistory,
};
