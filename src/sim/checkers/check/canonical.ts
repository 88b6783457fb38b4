/** Deeper nesting is taken for a value that holds itself. */
const DEPTH_MAX = 200;

/** What has no content that could be compared; `because` is half a sentence. */
export class NoContent extends Error {
  constructor(readonly because: string) {
    super(because);
  }
}

/**
 * One text for all values of equal content, and another for any other value.
 *
 * Plain objects are equal whatever the order of their properties, and a property that is undefined is like none; so are Map and Set
 * whatever the order of entries. 0 and -0 are equal, NaN is equal to itself.
 *
 * @throws {NoContent} for functions, symbols and instances of classes, whose private fields nobody can see.
 */
export function canonical(value: unknown): string {
  const parts: string[] = [];
  write(value, parts, 0);
  return parts.length === 1 ? parts[0]! : parts.join('');
}

function write(value: unknown, parts: string[], depth: number): void {
  if (depth > DEPTH_MAX) throw new NoContent('is nested too deeply, or holds itself');
  switch (typeof value) {
    case 'string':
      parts.push(JSON.stringify(value));
      return;
    case 'number':
      parts.push(value === 0 ? '0' : String(value));
      return;
    case 'bigint':
      parts.push(`${value}n`);
      return;
    case 'boolean':
    case 'undefined':
      parts.push(String(value));
      return;
    case 'object':
      if (value === null) parts.push('null');
      else writeObject(value, parts, depth + 1);
      return;
    default:
      throw new NoContent(`holds a ${typeof value}`);
  }
}

function writeObject(value: object, parts: string[], depth: number): void {
  if (Array.isArray(value)) {
    parts.push('[');
    for (const item of value) {
      write(item, parts, depth);
      parts.push(',');
    }
    parts.push(']');
  } else if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => `${nested(key, depth)}=>${nested(item, depth)}`);
    parts.push('Map(', entries.sort().join(','), ')');
  } else if (value instanceof Set) {
    const items = [...value].map((item) => nested(item, depth));
    parts.push('Set(', items.sort().join(','), ')');
  } else if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    parts.push(value instanceof Uint8Array ? 'Uint8Array' : value.constructor.name, '(', bytes.join(' '), ')');
  } else if (value instanceof Date) parts.push(`Date(${value.getTime()})`);
  else if (value instanceof Error) parts.push('Error(', JSON.stringify(value.name), ',', JSON.stringify(value.message), ')');
  else writePlain(value, parts, depth);
}

function writePlain(value: object, parts: string[], depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm, such as a test's, the prototype is another object, and has no prototype either.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new NoContent(`holds an instance of ${value.constructor.name}, which may have private fields`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoContent('has properties that are symbols');
  const record = value as Readonly<Record<string, unknown>>;
  parts.push('{');
  for (const name of Object.keys(record).sort()) {
    if (record[name] === undefined) continue;
    parts.push(JSON.stringify(name), ':');
    write(record[name], parts, depth);
    parts.push(',');
  }
  parts.push('}');
}

function nested(value: unknown, depth: number): string {
  const parts: string[] = [];
  write(value, parts, depth);
  return parts.join('');
}
