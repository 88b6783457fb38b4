import { fail, type Result } from '../../../core/base/result.js';
import type { OperationName } from '../history.js';
import { parseEdn, textOf, type EdnMap, type EdnValue } from './ednValues.js';
import { pairEvents, type ClientEvent } from './events.js';
import type { HistoryProblem, SourcedOperation } from './sourced.js';

/** Reads events as EDN maps, as Porcupine's key-value tests and Knossos write them: docs/FORMATS.md, "Histories of clients". */
export function ednHistory(source: string): Result<SourcedOperation[], HistoryProblem> {
  const parsed = parseEdn(source);
  if (!parsed.ok) return parsed;
  const only = parsed.value.length === 1 ? parsed.value[0] : undefined;
  const maps = only?.kind === 'list' ? only.items : parsed.value;
  const events: ClientEvent[] = [];
  for (const map of maps) {
    if (map.kind !== 'map') return fail({ line: map.line, problem: 'an event is a map' });
    const event = eventOf(map);
    if (typeof event === 'string') return fail({ line: map.line, problem: event });
    if (event !== null) events.push(event);
  }
  if (events.length === 0) return fail({ line: 1, problem: 'there is no event of a client here' });
  return pairEvents(events);
}

const OPS: Readonly<Record<string, OperationName>> = {
  get: 'get', put: 'set', append: 'append', read: 'read', write: 'write', cas: 'cas', acquire: 'acquire', release: 'release',
};

/** The event, null for one of no client, or what is wrong with it. */
function eventOf(map: EdnMap): ClientEvent | null | string {
  const process = map.entries.get('process');
  if (process === undefined) return 'an event needs a :process';
  if (process.kind !== 'number') return null;
  const type = keywordOf(map, 'type');
  const f = keywordOf(map, 'f');
  if (type !== 'invoke' && type !== 'ok' && type !== 'fail' && type !== 'info') return ':type must be :invoke, :ok, :fail or :info';
  const op = f === null ? undefined : OPS[f];
  if (op === undefined) return `:f must be one of ${Object.keys(OPS).join(', ')}`;
  const value = map.entries.get('value');
  const pair = op === 'cas' && value?.kind === 'list' && value.items.length === 2 ? value.items : null;
  if (op === 'cas' && type === 'invoke' && pair === null) return 'the :value of a cas is [expected new]';
  const written = pair === null ? value : pair[1];
  const isWildcard = op === 'read' && type === 'ok' && nullableText(value) === null;
  const isBareLock = op === 'acquire' || op === 'release';
  return {
    line: map.line, clientId: Number(process.text), op,
    key: nullableText(map.entries.get('key')) ?? '',
    type: type === 'fail' || isWildcard ? 'nothing' : type,
    value: isBareLock ? null : nullableText(written),
    expected: nullableText(pair?.[0]),
  };
}

function keywordOf(map: EdnMap, name: string): string | null {
  const value = map.entries.get(name);
  return value?.kind === 'keyword' ? value.text : null;
}

function nullableText(value: EdnValue | undefined): string | null {
  return value === undefined || value.kind === 'nil' ? null : textOf(value);
}
