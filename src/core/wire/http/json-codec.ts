import { bytesOf, byteStringFromText } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Codec } from '../../machine.js';
import { textFromUtf8 } from '../bytes/utf8.js';

/**
 * Values as JSON in UTF-8: the shortest way to put messages of one's own on the wire. Longer and slower than a format made
 * for them, and only for what JSON keeps: plain objects, arrays, strings, finite numbers, booleans and null.
 *
 * Bytes come from strangers, so what is decoded must be shaped like one of the examples: a field called `kind` is
 * equal to the example's, a number is a whole number of at most 2^53-1, every other field is of the same type, with no
 * field more or less. In lists each item is like one of the example's items. null in an example allows anything, to be looked at by the machine.
 *
 * @param examples One of each kind of value.
 */
export function jsonCodec<Value>(examples: readonly Value[]): Codec<Value> {
  return {
    encode: (value) => bytesOf(byteStringFromText(JSON.stringify(value))),
    decode: (bytes) => {
      const parsed = parse(bytes);
      if (!parsed.ok) return parsed;
      const isKnown = examples.some((example) => isLike(example, parsed.value));
      return isKnown ? ok(parsed.value as Value) : fail('this JSON is shaped like no value that is expected here');
    },
  };
}

function parse(bytes: Uint8Array): Result<unknown, string> {
  const text = textFromUtf8(bytes, 0, bytes.length);
  if (text === null) return fail('these bytes are not UTF-8');
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return fail('these bytes are not JSON');
  }
}

function isLike(example: unknown, value: unknown): boolean {
  if (example === null) return true;
  if (typeof example === 'number') return Number.isSafeInteger(value);
  if (Array.isArray(example)) return Array.isArray(value) && value.every((item) => example.some((one) => isLike(one, item)));
  if (typeof example !== 'object') return typeof value === typeof example;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fields = Object.entries(value);
  const wanted = new Map(Object.entries(example));
  return (
    fields.length === wanted.size &&
    fields.every(([name, field]) => {
      if (name === 'kind') return field === wanted.get(name);
      return wanted.has(name) && isLike(wanted.get(name), field);
    })
  );
}
