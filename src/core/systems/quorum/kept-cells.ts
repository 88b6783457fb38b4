import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Kept } from '../../journal/journal.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../wire/limits.js';
import { Reader } from '../../wire/protobuf/reader.js';
import { BYTES, VARINT, Writer } from '../../wire/protobuf/writer.js';
import { applyEntry, NO_CELLS, withCells, type Cell, type Cells, type Entry, type Standing, type StandingCell } from './cells.js';

/** Names our entries in the log; those of other systems have other numbers. */
export const ENTRY_QUORUM = 16;

/**
 * THE JOURNAL OF A QUORUM SERVER. Each entry is one Protobuf message; a snapshot is one as well.
 *
 *   Entry      1 kind (1 life, 2 cell, 3 issue, 4 drop)   2 write id   3 version   4 key   5 value   6 deleted   7 keeps
 *   Snapshot   1 lives   2 last write id   3 Standing, repeated: a key's together, newest first, keys ascending
 *   Standing   as Entry; kind 2 held, 3 issued, 4 dropped
 */
export const KEPT_CELLS: Kept<Cells, Entry, null> = {
  first: NO_CELLS,
  apply: (cells, _index, entry) => ({ state: applyEntry(cells, entry), result: null }),
  entryKind: ENTRY_QUORUM,
  encodeEntry,
  decodeEntry,
  encodeState,
  sizeOf: ({ keys }) => keys.size,
  decodeState,
};

const LIFE = 1;
const CELL = 2;
const ISSUE = 3;
const DROP = 4;
const NUMBER_OF: Readonly<Record<Standing, number>> = { held: CELL, issued: ISSUE, dropped: DROP };
const FIELDS_MAX = 7;

/** The fields of an entry, or of a standing cell, as they come. */
interface Fields {
  readonly kind: number;
  readonly writeId: number;
  readonly version: number;
  readonly key: ByteString;
  readonly value: ByteString;
  readonly isDeleted: boolean;
  readonly keeps: number;
}

const writer = new Writer();

function encodeEntry(entry: Entry): Uint8Array {
  writer.begin();
  writeFields(fieldsOf(entry));
  return writer.finish();
}

function fieldsOf(entry: Entry): Fields {
  switch (entry.kind) {
    case 'life':
      return { kind: LIFE, writeId: 0, version: 0, key: EMPTY, value: EMPTY, isDeleted: false, keeps: 0 };
    case 'cell':
      return cellFields(CELL, entry.key, entry.cell, 0);
    case 'issue':
      return cellFields(ISSUE, entry.key, entry.cell, entry.keeps);
    case 'drop':
      return { kind: DROP, writeId: entry.writeId, version: 0, key: entry.key, value: EMPTY, isDeleted: false, keeps: 0 };
  }
}

function cellFields(kind: number, key: ByteString, { writeId, version, value }: Cell, keeps: number): Fields {
  return { kind, writeId, version, key, value: value ?? EMPTY, isDeleted: value === null, keeps };
}

/** From the last to the first, as the writer wants it. */
function writeFields(fields: Fields): void {
  writer.uint(7, fields.keeps);
  writer.bool(6, fields.isDeleted);
  writer.byteString(5, fields.value);
  writer.byteString(4, fields.key);
  writer.uint(3, fields.version);
  writer.uint(2, fields.writeId);
  writer.uint(1, fields.kind);
}

function decodeEntry(bytes: Uint8Array): Result<Entry, string> {
  const reader = new Reader(bytes);
  const fields = readFields(reader);
  if (reader.problem !== null) return fail(reader.problem);
  const { kind, key, writeId, keeps } = fields;
  if (kind === LIFE) return ok({ kind: 'life' });
  if (kind === CELL) return ok({ kind: 'cell', key, cell: cellOf(fields) });
  if (kind === ISSUE) return ok({ kind: 'issue', key, cell: cellOf(fields), keeps });
  return kind === DROP ? ok({ kind: 'drop', key, writeId }) : fail(`its kind is ${kind}, which this version does not know`);
}

function readFields(reader: Reader): Fields {
  let [kind, writeId, version, keeps] = [0, 0, 0, 0];
  let key = EMPTY;
  let value = EMPTY;
  let isDeleted = false;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) kind = reader.uint();
    else if (tag === ((2 << 3) | VARINT)) writeId = reader.uint();
    else if (tag === ((3 << 3) | VARINT)) version = reader.uint();
    else if (tag === ((4 << 3) | BYTES)) key = reader.byteString(KEY_BYTES_MAX, 'the key');
    else if (tag === ((5 << 3) | BYTES)) value = reader.byteString(VALUE_BYTES_MAX, 'the value');
    else if (tag === ((6 << 3) | VARINT)) isDeleted = reader.bool();
    else if (tag === ((7 << 3) | VARINT)) keeps = reader.uint();
    else reader.skip(tag, FIELDS_MAX);
  }
  return { kind, writeId, version, key, value, isDeleted, keeps };
}

function cellOf({ writeId, version, value, isDeleted }: Fields): Cell {
  return { writeId, version, value: isDeleted ? null : value };
}

function encodeState(cells: Cells): Uint8Array {
  const standing: Fields[] = [];
  cells.keys.scan(undefined, (key, list) => {
    for (const cell of list) standing.push(cellFields(NUMBER_OF[cell.standing], key, cell, 0));
    return true;
  });
  writer.begin();
  for (const fields of standing.reverse()) {
    const before = writer.writtenBytes;
    writeFields(fields);
    writer.nested(3, before);
  }
  writer.uint(2, cells.lastWriteId);
  writer.uint(1, cells.lives);
  return writer.finish();
}

function decodeState(bytes: Uint8Array): Result<Cells, string> {
  const reader = new Reader(bytes);
  let [lives, lastWriteId] = [0, 0];
  const byKey = new Map<ByteString, StandingCell[]>();
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) lives = reader.uint();
    else if (tag === ((2 << 3) | VARINT)) lastWriteId = reader.uint();
    else if (tag === ((3 << 3) | BYTES)) readStanding(reader, byKey);
    else reader.skip(tag, 3);
  }
  if (reader.problem !== null) return fail(reader.problem);
  let cells: Cells = { ...NO_CELLS, lives, lastWriteId };
  for (const [key, list] of byKey) cells = withCells(cells, key, list, lastWriteId);
  return ok(cells);
}

function readStanding(reader: Reader, byKey: Map<ByteString, StandingCell[]>): void {
  const outer = reader.enter('a cell');
  const fields = readFields(reader);
  reader.leave(outer);
  const standing = (['held', 'issued', 'dropped'] as const).find((name) => NUMBER_OF[name] === fields.kind);
  const list = byKey.get(fields.key) ?? [];
  const newer = list.at(-1);
  if (standing === undefined) reader.fail(`a cell stands as ${fields.kind}, which this version does not know`);
  else if (newer !== undefined && newer.writeId <= fields.writeId) reader.fail('the cells of a key do not stand newest first');
  else byKey.set(fields.key, [...list, { ...cellOf(fields), standing }]);
}
