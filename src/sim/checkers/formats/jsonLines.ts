/** HISTORY AS JSON LINES: docs/FORMATS.md, "Histories of clients", has the fields, and a test reads the examples there. */
import { fail, ok, type Result } from '../../../core/base/result.js';
import type { Operation, OperationName, OperationOutcome } from '../history.js';
import { unknownLine } from '../../nearest.js';
import type { HistoryProblem, SourcedOperation } from './sourced.js';

const OPS: readonly string[] = ['get', 'put', 'set', 'delete', 'append', 'read', 'write', 'cas', 'acquire', 'release'];
const OUTCOMES: readonly string[] = ['ok', 'noKey', 'versionConflict', 'refused', 'unknown', 'failed'];
const FIELDS: readonly string[] = [
  'clientId', 'key', 'op', 'value', 'version', 'expected', 'callUs', 'returnUs', 'outcome', 'resultValue', 'resultVersion',
];

/** Reads the format above. */
export function jsonLinesHistory(source: string): Result<SourcedOperation[], HistoryProblem> {
  const operations: SourcedOperation[] = [];
  const lines = source.split('\n');
  for (let n = 0; n < lines.length; n++) {
    const text = lines[n]!.trim();
    if (text === '') continue;
    const read = operationOf(text);
    if (!read.ok) return fail({ line: n + 1, problem: read.problem });
    if (read.value !== null) operations.push({ operation: read.value, line: n + 1 });
  }
  return ok(operations);
}

/** One operation as a line of the format above, without the line's end. */
export function jsonLineOf(operation: Operation): string {
  const record = operation as unknown as Readonly<Record<string, unknown>>;
  return JSON.stringify(Object.fromEntries(FIELDS.filter((field) => record[field] !== null).map((field) => [field, record[field]])));
}

type Fields = Readonly<Record<string, unknown>>;

/** The operation of one line, or null when the line does not count. */
function operationOf(text: string): Result<Operation | null, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return fail('this is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return fail('this is not a JSON object');
  const fields = parsed as Fields;
  const problem = problemOf(fields);
  if (problem !== null) return fail(problem);
  if (fields['outcome'] === 'failed') return ok(null);
  return ok({
    clientId: fields['clientId'] as number,
    key: (fields['key'] ?? '') as string,
    op: fields['op'] as OperationName,
    value: valueOf(fields['value']),
    version: (fields['version'] ?? null) as number | null,
    expected: valueOf(fields['expected']),
    outcome: fields['outcome'] as OperationOutcome,
    resultValue: valueOf(fields['resultValue']),
    resultVersion: (fields['resultVersion'] ?? null) as number | null,
    callUs: fields['callUs'] as number,
    returnUs: (fields['returnUs'] ?? null) as number | null,
  });
}

function problemOf(fields: Fields): string | null {
  for (const name of Object.keys(fields)) if (!FIELDS.includes(name)) return unknownLine('field', name, FIELDS);
  const { op, outcome, key, returnUs } = fields;
  for (const name of ['clientId', 'callUs']) if (!Number.isSafeInteger(fields[name])) return `"${name}" must be a whole number`;
  for (const name of ['version', 'resultVersion']) {
    const version = fields[name] ?? 0;
    if (!Number.isSafeInteger(version) || (version as number) < 0) return `"${name}" must be a whole number, 0 or more`;
  }
  for (const name of ['value', 'expected', 'resultValue']) {
    const value = fields[name] ?? '';
    if (typeof value !== 'string' && typeof value !== 'number') return `"${name}" must be a text or a number`;
  }
  if ((key ?? '') !== '' && typeof key !== 'string') return '"key" must be a text';
  if (typeof op !== 'string' || !OPS.includes(op)) return `"op" must be one of ${OPS.join(', ')}`;
  if (typeof outcome !== 'string' || !OUTCOMES.includes(outcome)) return `"outcome" must be one of ${OUTCOMES.join(', ')}`;
  if (outcome === 'failed') return null;
  if (outcome === 'unknown') return (returnUs ?? null) === null ? null : 'an unknown outcome has no "returnUs"';
  if (!Number.isSafeInteger(returnUs)) return '"returnUs" must be a whole number';
  return (returnUs as number) < (fields['callUs'] as number) ? 'it returned before it was called' : null;
}

function valueOf(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value);
}
