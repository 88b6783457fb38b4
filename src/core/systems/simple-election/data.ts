import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Kept } from '../../journal/journal.js';
import type { StoreResult } from '../../store/command.js';
import { Hasher, hexOf } from '../../store/digest.js';
import { OrderedMap } from '../../store/ordered-map.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../wire/limits.js';
import { Reader } from '../../wire/protobuf/reader.js';
import { BYTES, VARINT, Writer } from '../../wire/protobuf/writer.js';

/** What stands at a key. */
export interface Cell {
  /** 1 for a key that was absent before, then one more for each write; 0 for an absent key. */
  readonly version: number;
  /** null: absent. */
  readonly value: ByteString | null;
}

export const ABSENT: Cell = { version: 0, value: null };

/** One write in a server's log. */
export interface Entry {
  readonly key: ByteString;
  readonly cell: Cell;
}

/** All keys that are there. Nothing tells the order of two servers' writes: there is no log to compare. */
export interface Data {
  readonly keys: OrderedMap<ByteString, Cell>;
}

export function cellOf({ keys }: Data, key: ByteString): Cell {
  return keys.get(key) ?? ABSENT;
}

export function resultOf({ version, value }: Cell): StoreResult {
  return value === null ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'ok', version, value };
}

/** 16 hex digits over all that stands here. Walks over everything: for status and tests. */
export function dataDigest({ keys }: Data): string {
  const hasher = new Hasher(5, ~5);
  keys.scan(undefined, (key, { version, value }) => {
    hasher.text(key);
    hasher.text(value ?? EMPTY);
    hasher.number(version);
    return true;
  });
  hasher.end();
  return hexOf(hasher.laneA, hasher.laneB);
}

/** Names our entries in the log; those of other systems have other numbers. */
export const ENTRY_ELECTION = 17;

const writer = new Writer();

/** The journal of a server: an entry is the Protobuf fields 1 key, 2 value, 3 version, 4 deleted; a snapshot is entries as field 1. */
export const KEPT_DATA: Kept<Data, Entry, null> = {
  first: { keys: OrderedMap.empty() },
  apply: (data, _index, { key, cell }) => ({
    state: { keys: cell.value === null ? data.keys.without(key) : data.keys.with(key, cell) },
    result: null,
  }),
  entryKind: ENTRY_ELECTION,
  encodeEntry: (entry) => {
    writer.begin();
    writeEntry(entry);
    return writer.finish();
  },
  decodeEntry: (bytes) => {
    const reader = new Reader(bytes);
    const entry = readEntry(reader);
    return reader.problem === null ? ok(entry) : fail(reader.problem);
  },
  encodeState: ({ keys }) => {
    const entries: Entry[] = [];
    keys.scan(undefined, (key, cell) => entries.push({ key, cell }) > 0);
    writer.begin();
    for (const entry of entries.reverse()) {
      const before = writer.writtenBytes;
      writeEntry(entry);
      writer.nested(1, before);
    }
    return writer.finish();
  },
  sizeOf: ({ keys }) => keys.size,
  decodeState,
};

function writeEntry({ key, cell }: Entry): void {
  writer.bool(4, cell.value === null);
  writer.uint(3, cell.version);
  writer.byteString(2, cell.value ?? EMPTY);
  writer.byteString(1, key);
}

function readEntry(reader: Reader): Entry {
  let key = EMPTY;
  let value = EMPTY;
  let version = 0;
  let isDeleted = false;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) key = reader.byteString(KEY_BYTES_MAX, 'the key');
    else if (tag === ((2 << 3) | BYTES)) value = reader.byteString(VALUE_BYTES_MAX, 'the value');
    else if (tag === ((3 << 3) | VARINT)) version = reader.uint();
    else if (tag === ((4 << 3) | VARINT)) isDeleted = reader.bool();
    else reader.skip(tag, 4);
  }
  return { key, cell: isDeleted ? ABSENT : { version, value } };
}

function decodeState(bytes: Uint8Array): Result<Data, string> {
  const reader = new Reader(bytes);
  let keys: Data['keys'] = OrderedMap.empty();
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag !== ((1 << 3) | BYTES)) {
      reader.skip(tag, 1);
      continue;
    }
    const outer = reader.enter('a key');
    const { key, cell } = readEntry(reader);
    reader.leave(outer);
    keys = keys.with(key, cell);
  }
  return reader.problem === null ? ok({ keys }) : fail(reader.problem);
}
