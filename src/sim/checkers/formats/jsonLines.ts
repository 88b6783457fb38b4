/**
 * HISTORY AS JSON LINES. UTF-8; one operation a line, as one JSON object; blank lines do not count; the
 * order of the lines means nothing.
 *
 *   clientId       whole number                    who did it
 *   key            text, "" when left out          what it was done to
 *   op             "get" "put" "set" "delete"      --model kv
 *                  "read" "write" "cas"            --model register
 *                  "acquire" "release"             --model lock
 *                  "get" "set" "append"            --model text
 *   value          text or number                  what put, set, append, write, cas were to write;
 *                                                  lock: the owner, when that is not the client
 *   version        whole number, 0 or more         put: the version that must be there, 0: no key
 *   expected       text, number or null            cas: the value that must be there, null: empty
 *   callUs         whole number                    when it was called, microseconds
 *   returnUs       whole number, at least callUs   when the answer came; left out or null: never
 *   outcome        "ok"                            it took effect, or found a value
 *                  "noKey" "versionConflict"       kv: and so nothing changed
 *                  "refused"                       cas, acquire, release: and so nothing changed
 *                  "unknown"                       no answer, so no returnUs: it may take effect yet
 *                  "failed"                        it certainly did nothing: the line does not count
 *   resultValue    text, number or null            what get or read found; read, null: empty
 *   resultVersion  whole number, 0 or more         the version that the answer told, if it did
 *
 * A field that says nothing is left out or null. A number as a value is its decimal text. Other fields are
 * refused, since a misspelt one would silently weaken the check. Example:
 *
 *   {"clientId":1,"key":"a","op":"put","value":"x","version":0,"callUs":100,"returnUs":250,"outcome":"ok"}
 *   {"clientId":2,"key":"a","op":"get","callUs":200,"returnUs":300,"outcome":"ok","resultValue":"x","resultVersion":1}
 */
import { fail, ok, type Result } from '../../../core/base/result.js';
import type { Operation, OperationName, OperationOutcome } from '../history.js';
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
  for (const name of Object.keys(fields)) if (!FIELDS.includes(name)) return `there is no field ${JSON.stringify(name)}`;
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
