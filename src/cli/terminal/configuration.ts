import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../../real/base/errors.js';
import { misuse, unreadable } from './exit.js';
import { unknownName } from './suggest.js';

/** Values by option name, in kebab case, as a user wrote them. */
export type Values = Readonly<Record<string, string | undefined>>;

/** Far more than any list of options needs. */
const BYTES_MAX = 1_048_576;

const PREFIX = 'SEEDSTORM_';

/**
 * What a user configured: of each option the flag, else the environment (`--data` is SEEDSTORM_DATA), else the file.
 *
 * @param names Every option there is.
 * @param flags Those that were given as flags.
 * @param file A JSON object of options by name; null for none.
 * @throws {UserError} When the file cannot be read, is no such object, or has an option that is not known.
 */
export function configured(names: readonly string[], flags: Values, environment: Values, file: string | null): Values {
  const fromFile = file === null ? {} : readConfiguration(file, names);
  const values: Record<string, string | undefined> = {};
  for (const name of names) values[name] = flags[name] ?? environment[variableOf(name)] ?? fromFile[name];
  return values;
}

/** The environment variable of an option. */
export function variableOf(name: string): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}

/** @throws {UserError} When nobody gave it. */
export function needed(values: Values, name: string): string {
  const value = values[name];
  if (value === undefined)
    throw misuse(`--${name} is missing: give the flag, the variable ${variableOf(name)}, or "${name}" in the --config file`);
  return value;
}

/** A file whose end is known before it is read: a device or a pipe may never come to one. */
function readWhole(path: string): string {
  const at = statSync(path);
  if (!at.isFile()) throw misuse(`the configuration file ${path} is no regular file`);
  if (at.size > BYTES_MAX) throw misuse(`the configuration file ${path} is larger than ${BYTES_MAX} bytes`);
  return readFileSync(path, 'utf8');
}

function readConfiguration(path: string, names: readonly string[]): Values {
  let text: string;
  try {
    text = readWhole(path);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(`the configuration file ${path}`, error);
  }
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch (error) {
    throw misuse(
      `the configuration file ${path} is not JSON: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`,
    );
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw misuse(`the configuration file ${path} is not one JSON object of options`);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(object)) {
    if (!names.includes(name)) throw unknownName(`option in ${path}`, name, names);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw misuse(`"${name}" in ${path} is neither text, a number nor true or false`);
    values[name] = String(value);
  }
  return values;
}
