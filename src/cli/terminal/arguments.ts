import { availableParallelism } from 'node:os';
import type { Result } from '../../core/base/result.js';
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
  describe:
    'a module that exports an array `scenarios`, instead of those of seedstorm; TypeScript where Node (22.18 or later) or tsx loads it',
} as const;

/** What `--env` says in the help of each command that has it. */
export const ENV_OPTION = {
  type: 'string',
  requiresArg: true,
  describe: 'NAME=value: an environment variable that the module reads; may be given several times. Second runs have no others',
} as const;

/** Sets the variables that belong to a run. @returns Their names, and the words that a command that repeats it needs. */
export function setVariables(option: string | readonly string[] = []): { readonly names: readonly string[]; readonly repeatWith: string } {
  const given = [option].flat();
  const names = given.map((text) => {
    const [, name, value] = /^([A-Za-z_]\w*)=([^]*)$/.exec(text) ?? [];
    if (name === undefined) throw misuse(`--env takes NAME=value, not "${text}"`);
    process.env[name] = value;
    return name;
  });
  return { names, repeatWith: given.map((text) => ` --env ${shellWord(text)}`).join('') };
}

const shellWord = (text: string): string => (/^[\w./@:=+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What `--run-limit` says in the help of each command that has it. */
export const RUN_LIMIT_OPTION = {
  type: 'string',
  requiresArg: true,
  default: '60s',
  describe: 'give a run up after so much wall time, and report it as failed',
} as const;

/** A limit of wall time in milliseconds, at most a day. */
export function runLimit(text: string | readonly string[]): number {
  const ms = duration('run-limit', once('run-limit', text));
  if (ms > RUN_LIMIT_MS_MAX) throw misuse('--run-limit is at most 24h');
  return ms;
}

const RUN_LIMIT_MS_MAX = 86_400_000;
const MS_OF_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A span with its unit: 500ms, 60s, 5m, 1h. In milliseconds, above 0. */
export function duration(name: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  const ms = Number(match?.[1] ?? 0) * (MS_OF_UNIT[match?.[2] ?? ''] ?? 0);
  if (!(ms > 0)) throw misuse(`--${name} takes a time with its unit, such as 500ms, 60s, 5m or 1h, not "${text}"`);
  return Math.round(ms);
}

const BYTES_OF_UNIT: Readonly<Record<string, number>> = { KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

/** A number of bytes with its unit: 64MiB, 1GiB. */
export function sizeInBytes(name: string, text: string, min: number): number {
  const match = /^(\d{1,9})(KiB|MiB|GiB)$/.exec(text);
  const bytes = Number(match?.[1] ?? 0) * (BYTES_OF_UNIT[match?.[2] ?? ''] ?? 0);
  if (bytes < min)
    throw misuse(`--${name} takes a size with its unit, such as 256MiB or 1GiB, of at least ${min / 1_048_576}MiB, not "${text}"`);
  return bytes;
}

/** How many runs at a time are sensible on this machine. */
export const jobsByDefault = (): number => Math.min(availableParallelism(), 64);
