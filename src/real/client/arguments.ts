import { byteStringFromText, byteStringOf, type ByteString } from '../../core/base/bytestring.js';
import { nearest } from '../../core/base/did-you-mean.js';
import { SPREADS } from '../../core/client/spread.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../core/wire/limits.js';
import { parseHostAndPort, type HostAndPort } from '../base/addresses.js';
import type { CallOptions, ClientSettings, ReadOptions } from './api.js';
import { badArgument } from './errors.js';
import { lineOf } from '../base/errors.js';

/*
 * What callers hand over, looked at before anything is sent. The types say it too, but much JavaScript is written without
 * them, and a number that silently became an empty value would be found a long time after.
 */

/**
 * The bytes of a key or a value.
 *
 * @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT`, with the argument's name, for anything that has no bytes of its own.
 */
export function bytesFrom(name: 'key' | 'value', bytes: unknown): ByteString {
  if (typeof bytes === 'string') {
    // The Encoding standard would put U+FFFD in its place, and so another key.
    if (/\p{Surrogate}/u.test(bytes))
      throw badArgument(`the ${name} is text with half of a surrogate pair, which has no bytes in UTF-8: give bytes, or whole characters`);
    return sized(name, byteStringFromText(bytes));
  }
  if (!isBytes(bytes)) throw badArgument(`the ${name} is a string or a Uint8Array, not ${kindOf(bytes)}`);
  return sized(name, byteStringOf(bytes));
}

/** Also those of another realm, such as a worker's or a test's. */
const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';

function sized(name: 'key' | 'value', bytes: ByteString): ByteString {
  if (name === 'key' && (bytes.length === 0 || bytes.length > KEY_BYTES_MAX))
    throw badArgument(`a key has 1 to ${KEY_BYTES_MAX} bytes, not ${bytes.length}`);
  if (bytes.length > VALUE_BYTES_MAX) throw badArgument(`a value has at most ${VALUE_BYTES_MAX} bytes, not ${bytes.length}`);
  return bytes;
}

/** @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT`. */
export function checkVersion(version: unknown): void {
  if (!isWhole(version, 0)) throw badArgument(`the version is a whole number, 0 or more, not ${shown(version)}`);
}

/** @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT`: an option that is not known would be left out silently. */
function checkNames(what: string, given: object, known: readonly string[]): void {
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const near = nearest(stranger, known);
  throw badArgument(
    `${what} has no option "${stranger.slice(0, 100)}"${near === null ? `; known are ${known.join(', ')}` : `; did you mean ${near}?`}`,
  );
}

const CALL_OPTIONS = ['timeoutMs', 'signal', 'level'] as const satisfies readonly (keyof ReadOptions)[];
const SETTINGS = Object.keys({
  servers: true,
  timeoutMs: true,
  attemptTimeoutMs: true,
  connectionsMax: true,
  extraConnectionsMax: true,
  idleMsMax: true,
  callsMax: true,
  sessions: true,
  level: true,
  spread: true,
  log: true,
} satisfies Record<keyof ClientSettings, true>);

/** @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT`. */
export function checkCallOptions(options: CallOptions & { readonly level?: unknown }): void {
  if (!isObject(options)) throw badArgument(`the options of a call are an object, not ${kindOf(options)}`);
  checkNames('a call', options, CALL_OPTIONS);
  const { signal, timeoutMs, level } = options;
  checkTimeout('timeoutMs', timeoutMs);
  checkLevel(level);
  if (signal !== undefined && !(isObject(signal) && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function')) {
    throw badArgument(`the signal is an AbortSignal, not ${kindOf(signal)}`);
  }
}

/** @throws {NotDoneError} `SEEDSTORM_BAD_ARGUMENT`. @returns The addresses. */
export function checkSettings(settings: ClientSettings): readonly HostAndPort[] {
  if (!isObject(settings)) throw badArgument(`the settings of a client are an object, not ${kindOf(settings)}`);
  checkNames('a client', settings, SETTINGS);
  const { servers, spread } = settings;
  if (!Array.isArray(servers) || !servers.every((one) => typeof one === 'string'))
    throw badArgument(`servers is a list of "host:port", not ${kindOf(servers)}`);
  if (servers.length === 0) throw badArgument('a client needs the address of at least one server');
  checkTimeout('timeoutMs', settings.timeoutMs);
  checkTimeout('attemptTimeoutMs', settings.attemptTimeoutMs);
  for (const [name, min] of [
    ['connectionsMax', 1],
    ['extraConnectionsMax', 0],
    ['idleMsMax', 1],
    ['callsMax', 1],
  ] as const) {
    const value = settings[name];
    if (value !== undefined && !isWhole(value, min)) throw badArgument(`${name} is a whole number, ${min} or more, not ${shown(value)}`);
  }
  if (spread !== undefined && !SPREADS.includes(spread)) throw badArgument(`spread is one of ${SPREADS.join(', ')}, not ${shown(spread)}`);
  checkLevel(settings.level);
  return servers.map(addressFrom);
}

function addressFrom(text: string): HostAndPort {
  try {
    return parseHostAndPort(text);
  } catch (error) {
    throw badArgument(lineOf(error));
  }
}

function checkTimeout(name: string, timeoutMs: unknown): void {
  if (timeoutMs === undefined) return;
  if (typeof timeoutMs !== 'number') throw badArgument(`${name} is a number of milliseconds, not ${kindOf(timeoutMs)}`);
  if (!(timeoutMs > 0)) throw badArgument(`a timeout of ${timeoutMs} ms leaves no time for an answer (${name})`);
}

function checkLevel(level: unknown): void {
  if (level !== undefined && level !== 'linearizable' && level !== 'stale')
    throw badArgument(`a read's level is linearizable or stale, not ${shown(level)}`);
}

const isWhole = (value: unknown, min: number): boolean => Number.isSafeInteger(value) && (value as number) >= min;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const shown = (value: unknown): string =>
  typeof value === 'string' ? `"${value}"` : typeof value === 'number' ? String(value) : kindOf(value);

/** What a value is, in words, such as "a number" or "an ArrayBuffer". */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const name = typeof value === 'object' ? Object.prototype.toString.call(value).slice('[object '.length, -1) : typeof value;
  const word = name === 'Object' ? 'object' : name;
  return `${/^[aeiou]/i.test(word) && !word.startsWith('Uint') ? 'an' : 'a'} ${word}`;
}
