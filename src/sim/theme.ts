import type { Operation } from './checkers/history.js';
import { essential } from './essential.js';
import { breachIn, isJudgedFromHistories } from './judges.js';
import { valuesIn, type Sentence } from './prose.js';
import type { Violation } from './report.js';

/** What of a run belongs to the story of a violation. */
export interface Theme {
  /** Only what concerns this key; null: any. */
  readonly key: string | null;
  /** The calls of clients that are told, as a set of {@link callName}s, and the values that they wrote or read; null: all. */
  readonly calls: ReadonlySet<string> | null;
  readonly values: ReadonlySet<string> | null;
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

/** Which calls have a part in a violation that is not judged from what clients saw. Absent: all writes. */
const CALLS: Readonly<Record<string, 'none' | 'the last answered write'>> = {
  'One Vote': 'none',
  'Single Holder': 'none',
  'No Acknowledged Write Lost': 'the last answered write',
};

/** Names the call that a client (by its node) began at a moment of world time. */
export function callName({ clientId, callUs }: Pick<Operation, 'clientId' | 'callUs'>): string {
  return `${clientId} ${callUs}`;
}

/**
 * What belongs to the story: of what clients saw as little as still breaks the property, of a loss the write that was lost,
 * and of elections those in the terms that the violation names.
 *
 * @param operations All that clients did in the run.
 */
export function themeOf({ property, message, key, atMs }: Violation, operations: readonly Operation[]): Theme {
  const ofKey = operations.filter((operation) => key === undefined || operation.key === key);
  const told = toldOf(property, ofKey, atMs * 1_000);
  const isJudged = isJudgedFromHistories(property);
  const servers = new Set(message.match(/\bs\d+\b/g));
  const terms = new Set([...message.matchAll(/\bterm (\d+)\b/g)].map(([, digits]) => Number(digits)));
  return {
    key: key ?? null,
    calls: new Set(told.map(callName)),
    values: new Set(told.flatMap(({ value, resultValue }) => [value, resultValue]).filter((value) => value !== null)),
    terms: terms.size === 0 ? null : terms,
    tellsEveryMessage: !isJudged && terms.size === 0 && CALLS[property] !== 'the last answered write',
    servers: CALLS[property] === undefined || servers.size === 0 ? null : servers,
    // A loss or a stale read begins with its first call, a broken promise between servers at any time.
    beginUs: isJudged || (CALLS[property] === 'the last answered write' && terms.size === 0) ? Math.min(...told.map(({ callUs }) => callUs)) : 0,
    endUs: isJudged ? Math.max(...told.map(({ returnUs }) => returnUs ?? 0)) : atMs * 1_000,
    message: (isJudged ? breachIn(property, told) : null) ?? message,
  };
}

function toldOf(property: string, operations: readonly Operation[], atUs: number): readonly Operation[] {
  if (isJudgedFromHistories(property)) return essential(operations, property === 'Linearizability', (some) => breachIn(property, some) !== null);
  const writes = operations.filter(({ op, callUs }) => op !== 'get' && op !== 'read' && callUs <= atUs);
  if (CALLS[property] === undefined) return writes;
  if (CALLS[property] === 'none') return [];
  const answered = writes.filter(({ outcome, returnUs }) => outcome === 'ok' && returnUs !== null && returnUs <= atUs);
  return answered.toSorted((a, b) => (a.returnUs ?? 0) - (b.returnUs ?? 0)).slice(-1);
}

/** Whether a sentence belongs to the story. */
export function isTold({ atUs, text, key, call, sent }: Sentence, theme: Theme, values: ReadonlySet<string>): boolean {
  if (atUs < theme.beginUs || atUs > theme.endUs) return false;
  if (call !== null) return theme.calls === null || theme.calls.has(call);
  if (theme.key !== null && key !== null && theme.key !== key) return false;
  const words = sent?.words ?? text;
  const { servers } = theme;
  if (servers !== null) {
    const named = sent === null ? (text.match(/\bs\d+\b/g) ?? []) : [sent.from, sent.to];
    if (named.length > 0 && !named.some((name) => servers.has(name))) return false;
  }
  const term = /\bterm (\d+)\b/.exec(words)?.[1];
  if (theme.terms !== null && term !== undefined) return theme.terms.has(Number(term));
  const named = valuesIn(words, values);
  if (named.length > 0) return theme.values === null || named.some((value) => theme.values?.has(value));
  return sent === null || theme.tellsEveryMessage;
}
