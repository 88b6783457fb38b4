/**
 * A 32-bit integer over all that a value says: plain objects and arrays, maps and sets, byte arrays, strings,
 * numbers, booleans, null. For the running digest of systems that name no cheaper one: it walks the whole value.
 *
 * Equal values have equal fingerprints whatever objects they share. The order of fields, elements and keys counts;
 * functions are passed over.
 */
export function fingerprintOf(value: unknown): number {
  return mixValue(0x811c9dc5 | 0, value);
}

/** What kind of value follows, in numbers that states hardly hold, so that `false` is not `1`. */
const FALSE = 0x6b43a9b5;
const TRUE = 0x52a18e1d;
const NULL = 0x3f84d5b7;
const OTHER = 0x1b873593;
const TEXT = 0x4cf5ad43;
const BYTES = 0x38b34ae5;
const LIST = 0x561ccd1b;
const FIELDS = 0x7ed55d16;
const END = 0x2c7e9df1;

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 15);
}

function mixValue(hash: number, value: unknown): number {
  switch (typeof value) {
    case 'number':
      return mixNumber(hash, value);
    case 'string':
      return mixText(hash, value);
    case 'boolean':
      return mix(hash, value ? TRUE : FALSE);
    case 'bigint':
      return mixText(hash, value.toString());
    case 'object':
      return value === null ? mix(hash, NULL) : mixObject(hash, value);
    default:
      return mix(hash, OTHER);
  }
}

function mixNumber(hash: number, value: number): number {
  if ((value | 0) === value) return mix(hash, value | 0);
  float[0] = value;
  return mix(mix(hash, words[0] ?? 0), words[1] ?? 0);
}

function mixText(hash: number, text: string): number {
  let after = mix(mix(hash, TEXT), text.length);
  for (let at = 0; at < text.length; at++) after = Math.imul(after ^ text.charCodeAt(at), 0x01000193);
  return mix(after, END);
}

function mixObject(hash: number, value: object): number {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return bytes.reduce((after, byte) => Math.imul(after ^ byte, 0x01000193), mix(mix(hash, BYTES), bytes.length));
  }
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    let after = mix(hash, LIST);
    for (const item of value as Iterable<unknown>) after = mixValue(after, item);
    return mix(after, END);
  }
  let after = mix(hash, FIELDS);
  for (const [name, field] of Object.entries(value)) if (typeof field !== 'function') after = mixValue(mixText(after, name), field);
  return mix(after, END);
}
