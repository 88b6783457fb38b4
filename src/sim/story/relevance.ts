import type { Operation } from '../checkers/history.js';
import { minimalHistory, withTheirWrites } from './minimal-history.js';
import { kv } from '../checkers/models/kv.js';
import { unexplained } from '../checkers/report.js';
import { valuesIn, type Sentence } from './prose.js';
import type { Violation } from '../checkers/violation.js';
import { serverName } from '../base/process-names.js';

const US_PER_MS = 1_000;

/** What of a run belongs to the story of a violation. */
export interface Theme {
  /** Only what concerns this key; null: any. */
  readonly key: string | null;
  /** The calls of clients that are told, as a set of {@link callName}s, and the values that they wrote or read; null: all. */
  readonly calls: ReadonlySet<string> | null;
  readonly values: ReadonlySet<string> | null;
  /** Whether every call that wrote one of these values is told too, also one that failed. */
  readonly tellsWriters: boolean;
  /** The terms that are told of; null: all. */
  readonly terms: ReadonlySet<number> | null;
  /** Whether servers' messages are told that name neither a value nor a term. */
  readonly tellsEveryMessage: boolean;
  /** Servers that have a part in it; null: all. */
  readonly servers: ReadonlySet<string> | null;
  readonly beginUs: number;
  readonly endUs: number;
  /** What went wrong, in terms of what is told. */
  readonly message: string;
}

/** Which calls have a part in a violation that no operations are named for. Absent: all writes. */
const CALLS: Readonly<Record<string, 'none' | 'the last answered write'>> = {
  'One Vote': 'none',
  'Single Holder': 'none',
  'No Acknowledged Write Lost': 'the last answered write',
};

/** Properties that set a later answer against an earlier one, wherever what it saw came from. */
const PAIRS: ReadonlySet<string> = new Set(['Exclusion', 'Version Monotonicity']);

/** Names the call that a client began at a moment of world time. */
export function callName({ clientId, callUs }: Pick<Operation, 'clientId' | 'callUs'>): string {
  return `${clientId} ${callUs}`;
}

/**
 * What belongs to the story: of what clients saw as little as still breaks the property, of a loss the write that was lost,
 * and of elections those in the terms that the violation names.
 *
 * @param operations All that clients did in the run, with the answers as they are judged.
 */
export function themeOf(violation: Violation, operations: readonly Operation[]): Theme {
  const { property, keys, atMs } = violation;
  const key = keys[0] ?? null;
  const atUs = Math.round(atMs * US_PER_MS);
  const ofKey = operations.filter((operation) => key === null || operation.key === key);
  const shown = shownBy(violation, ofKey);
  const told = shown?.operations ?? callsBefore(property, ofKey, atUs);
  const isLoss = CALLS[property] === 'the last answered write';
  const servers = new Set(violation.servers.map(serverName));
  const terms = new Set(violation.terms);
  const begins = told.map(({ callUs }) => callUs);
  return {
    key,
    calls: new Set(told.map(callName)),
    values: new Set(told.flatMap(({ value, resultValue }) => [value, resultValue]).filter((value) => value !== null)),
    tellsWriters: shown !== null && !PAIRS.has(property),
    terms: terms.size === 0 ? null : terms,
    tellsEveryMessage: shown === null && terms.size === 0 && !isLoss,
    servers: CALLS[property] === undefined || servers.size === 0 ? null : servers,
    // A loss or a stale read begins with its first call, a broken promise between servers at any time.
    beginUs: begins.length > 0 && (shown !== null || (isLoss && terms.size === 0)) ? Math.min(...begins) : 0,
    endUs: shown === null || isLoss ? atUs : Math.max(...told.map(({ returnUs }) => returnUs ?? 0)),
    message: shown?.message ?? violation.message,
  };
}

/** The operations that show by themselves what is wrong; null where it does not show in what clients did. */
function shownBy(
  { property, message, operations }: Violation,
  ofKey: readonly Operation[],
): { readonly operations: readonly Operation[]; readonly message: string } | null {
  const [first] = operations;
  if (first === undefined) return null;
  const minimal = property === 'Linearizability' ? minimalHistory(ofKey, kv) : null;
  if (minimal !== null) return { operations: minimal.operations, message: `key ${first.key}: ${unexplained(minimal.culprit)}` };
  // Of two answers the earlier one is what the later one should have seen: whoever wrote that has a part in it.
  const seen = PAIRS.has(property) ? operations.slice(1) : operations;
  return { operations: withTheirWrites(seen, ofKey, first), message };
}

function callsBefore(property: string, operations: readonly Operation[], atUs: number): readonly Operation[] {
  const writes = operations.filter(({ op, callUs }) => op !== 'get' && op !== 'read' && callUs <= atUs);
  if (CALLS[property] === undefined) return writes;
  if (CALLS[property] === 'none') return [];
  const answered = writes.filter(({ outcome, returnUs }) => outcome === 'ok' && returnUs !== null && returnUs <= atUs);
  return answered.toSorted((a, b) => (a.returnUs ?? 0) - (b.returnUs ?? 0)).slice(-1);
}

/** Whether a sentence belongs to the story. */
export function isTold({ atUs, text, key, call, sent, world }: Sentence, theme: Theme, values: ReadonlySet<string>): boolean {
  if (atUs > theme.endUs) return false;
  if (call !== null) return theme.calls === null || theme.calls.has(call);
  if (atUs < theme.beginUs) return false;
  if (theme.key !== null && key !== null && theme.key !== key) return false;
  const words = sent?.words ?? text;
  const { servers } = theme;
  if (servers !== null) {
    const named = world?.names ?? (sent === null ? (text.match(/\bs\d+\b/g) ?? []) : [sent.from, sent.to]);
    if (named.length > 0 && !named.some((name) => servers.has(name))) return false;
  }
  if (world !== null) return true;
  const term = /\bterm (\d+)\b/.exec(words)?.[1];
  if (theme.terms !== null && term !== undefined) return theme.terms.has(Number(term));
  const named = valuesIn(words, values);
  if (named.length > 0) return theme.values === null || named.some((value) => theme.values?.has(value));
  return sent === null || theme.tellsEveryMessage;
}
