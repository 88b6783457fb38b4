import { inspect } from 'node:util';

/** Characters of a value that a line of a story has room for. */
const VALUE_MAX = 48;

/** A value in a few words: its `kind`, if it has one, and what else there is in it. */
export function inShort(value: unknown, charactersMax = VALUE_MAX): string {
  return clipped(briefly(value), charactersMax);
}

function briefly(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return printed(value);
  const { kind, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string') return printed(value);
  const fields = Object.entries(rest);
  const [only] = fields;
  if (fields.length === 0) return kind;
  if (fields.length === 1 && only !== undefined && isPlain(only[1])) return `${kind} ${printed(only[1])}`;
  return `${kind} ${fields.map(([name, field]) => `${name} ${printed(field)}`).join(', ')}`;
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

function printed(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, compact: true, depth: 3 });
}

function clipped(text: string, charactersMax: number): string {
  const line = text.replaceAll('\n', ' ');
  return line.length <= charactersMax ? line : `${line.slice(0, charactersMax - 1)}…`;
}
