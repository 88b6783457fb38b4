import { availableParallelism } from 'node:os';
import type { Result } from '../core/base/result.js';
import { misuse } from './exit.js';

/** The value of a parsed argument, or the complaint about it as a user's mistake. */
export function taken<Value>(parsed: Result<Value, string>): Value {
  if (!parsed.ok) throw misuse(parsed.problem);
  return parsed.value;
}

/** Yargs makes a list of an option that was given twice; of one value there is only one. */
export function once(name: string, value: string | readonly string[]): string {
  if (typeof value !== 'string') throw misuse(`--${name} was given more than once`);
  return value;
}

/** A whole number in plain digits within inclusive bounds. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const n = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(n >= min && n <= max)) throw misuse(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
  return n;
}

/** What `--module` says in the help of each command that has it. */
export const MODULE_OPTION = {
  type: 'string',
  requiresArg: true,
  describe: 'a JavaScript module that exports a list `scenarios`, instead of those that come with seedstorm',
} as const;

const MS_OF_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A span with its unit: 500ms, 60s, 5m, 1h. In milliseconds, above 0. */
export function duration(name: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  const ms = Number(match?.[1] ?? 0) * (MS_OF_UNIT[match?.[2] ?? ''] ?? 0);
  if (!(ms > 0)) throw misuse(`--${name} takes a time with its unit, such as 500ms, 60s, 5m or 1h, not "${text}"`);
  return Math.round(ms);
}

/** How many runs at a time are sensible on this machine. */
export const jobsByDefault = (): number => Math.min(availableParallelism(), 64);
