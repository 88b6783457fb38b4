import { readHistory, type History, type HistoryFormat } from '../../../../src/sim/checkers/formats/history.js';
import { HistoryReading, type HistoryProblem } from '../../../../src/sim/checkers/formats/history.js';
import { checkLinearizability } from '../../../../src/sim/checkers/linearizability.js';
import type { FileModel } from '../../../../src/sim/checkers/specification.js';

export function historyOf(
  format: HistoryFormat,
  source: string | Uint8Array,
  model: FileModel,
  isIndependent: boolean | null = null,
): History {
  const reading = new HistoryReading(format, model, isIndependent);
  reading.push(Buffer.from(source));
  const read = reading.finish();
  if (!read.ok) throw new Error(`line ${read.problem.line}: ${read.problem.problem}`);
  return read.value;
}

export function verdictOf(
  format: HistoryFormat,
  source: string | Uint8Array,
  model: FileModel,
  isIndependent: boolean | null = null,
): string {
  const { operations, model: meant } = historyOf(format, source, model, isIndependent);
  return checkLinearizability(operations, meant).verdict;
}

export function problemOf(format: HistoryFormat, source: string | Uint8Array, model: FileModel): HistoryProblem | null {
  const read = readHistory(format, source, model);
  return read.ok ? null : read.problem;
}

/** One client writes a value and reads one, each as it is spelled in the file. */
export const WROTE_AND_READ: Readonly<Record<HistoryFormat, (written: string, found: string) => string>> = {
  jsonl: (written, found) =>
    `{"clientId":1,"op":"write","value":${written},"callUs":1,"returnUs":2,"outcome":"ok"}\n` +
    `{"clientId":1,"op":"read","resultValue":${found},"callUs":3,"returnUs":4,"outcome":"ok"}\n`,
  json: (written, found) =>
    `[{"process":1,"type":"invoke","f":"write","value":${written}},{"process":1,"type":"ok","f":"write","value":${written}},` +
    `{"process":1,"type":"invoke","f":"read","value":null},{"process":1,"type":"ok","f":"read","value":${found}}]`,
  edn: (written, found) =>
    `{:process 1, :type :invoke, :f :write, :value ${written}}{:process 1, :type :ok, :f :write, :value ${written}}\n` +
    `{:process 1, :type :invoke, :f :read, :value nil}{:process 1, :type :ok, :f :read, :value ${found}}`,
  'jepsen-etcd': (written, found) =>
    `1\t:invoke\t:write\t${written}\n1\t:ok\t:write\t${written}\n1\t:invoke\t:read\tnil\n1\t:ok\t:read\t${found}\n`,
};
