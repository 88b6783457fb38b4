import type { Effect, Input } from '../../core/machine.js';
import { sentenceOf } from '../world/event-text.js';
import type { Chapter, Fact } from './life-record.js';

/** How processes are called, by their numbers. */
export type Names = (node: number) => string;

const VALUE_CHARACTERS = 160;

/** An event in plain lines: when, what and whom it reached, then, set in, what it did about it. */
export function chapterLines(event: number, chapter: Chapter | null, name: Names): readonly string[] {
  if (chapter === null) return [`event ${event}: this life was over`];
  const { atUs, kind, node, from, facts } = chapter;
  const who = `${node === 0 ? '' : ` at ${name(node)}`}${from === 0 ? '' : ` from ${name(from)}`}`;
  const head = kind === null ? 'before the first event' : `event ${event}, ${atUs / 1_000} ms: ${kind}${who}`;
  return [head, ...facts.flatMap((fact) => factLines(fact, name)).map((line) => `  ${line}`)];
}

/** A value in a few words of one line: its kind if it has one, then its fields; bytes by their number. */
export function brief(value: unknown): string {
  const text = written(value, 0);
  return text.length <= VALUE_CHARACTERS ? text : `${text.slice(0, VALUE_CHARACTERS - 1)}…`;
}

function factLines(fact: Fact, name: Names): readonly string[] {
  switch (fact.what) {
    case 'step':
      return [`${name(fact.node)} takes ${inputText(fact.input, name)}`, ...fact.effects.flatMap(effectLines)];
    case 'send':
      return [`> ${name(fact.to)} (${fact.fate}) ${brief(fact.message)}`];
    case 'note':
      return [`* ${fact.note.name}${fact.note.text === '' ? '' : `: ${fact.note.text}`}`];
    case 'crash':
      return [`${name(fact.node)} crashes`];
    case 'stop':
      return [`${name(fact.node)} stops: ${fact.reason}`];
    case 'event':
      return [sentenceOf(fact.event, name)];
  }
}

function inputText(input: Input<unknown, unknown> | null, name: Names): string {
  if (input === null) return 'its boot';
  switch (input.kind) {
    case 'message':
      return `the message of ${name(input.from)}: ${brief(input.message)}`;
    case 'request':
      return `the request of ${name(input.connection)}: ${brief(input.request)}`;
    default:
      return brief(input);
  }
}

/** Sends, notes and stops are told by what became of them. */
function effectLines(effect: Effect<unknown, unknown>): readonly string[] {
  if (effect.kind === 'disk') return effect.steps.map((step) => `disk ${effect.operation}: ${brief(step)}`);
  return effect.kind === 'respond' ? [`answers ${brief(effect.response)}`] : [];
}

function written(value: unknown, depth: number): string {
  if (typeof value === 'string') return depth === 0 ? JSON.stringify(value) : JSON.stringify(value.slice(0, 24));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return `${value.length} B`;
  if (Array.isArray(value)) return depth > 1 ? `[${value.length}]` : `[${value.map((item) => written(item, depth + 1)).join(', ')}]`;
  const { kind, ...rest } = value as Readonly<Record<string, unknown>>;
  const fields = depth > 1 ? ['…'] : Object.entries(rest).map(([field, inner]) => `${field}=${written(inner, depth + 1)}`);
  const words = [...(typeof kind === 'string' ? [kind] : []), ...fields].join(' ');
  return depth === 0 ? words : `{${words}}`;
}
