import { byteStringOf, EMPTY, writeByteString, type ByteString } from '../base/bytestring.js';
import { fail, ok, type Result } from '../base/result.js';
import { logIndex } from '../base/units.js';
import { sessionOf, statusCode, STATUS_CODES, versionedValue, type Session, type VersionedValue } from './cells.js';
import { openStore, storeDigest, type StoreOptions, type StoreState } from './store.js';
import { OrderedMap } from './ordered-map.js';

/*
 * The whole replicated state as bytes, for snapshots. One state has one form:
 *
 *   byte      format, 1
 *   varint    lastApplied
 *   varint    number of keys, then for each, ascending by bytes: varint length, key; varint version; varint length, value
 *   varint    number of sessions, then for each, ascending by id: varint id, sequenceNum, result's status, result's version, commandedAt
 *   16 bytes  the digest of the state in hex digits, as `storeDigest` gives it
 *
 * A varint is 7 bits a byte, lowest first, the high bit set on all but the last byte, never longer than needed, at most 2^53-1.
 */
const FORMAT = 1;
const DIGEST_BYTES = 16;
const VARINT_BYTES_MAX = 8;

/** The state as bytes; equal states give equal bytes. */
export function encodeStore(state: StoreState): Uint8Array {
  const writer = new Writer();
  writer.number(FORMAT);
  writer.number(state.lastApplied);
  writer.number(state.keys.size);
  state.keys.scan(undefined, (key, cell) => {
    writer.text(key);
    writer.number(cell.version);
    writer.text(cell.value);
    return true;
  });
  writer.number(state.sessions.size);
  state.sessions.scan(undefined, (id, session) => {
    writer.number(id);
    writer.number(session.sequenceNum);
    writer.number(statusCode(session.result.status));
    writer.number(session.result.version);
    writer.number(session.commandedAt);
    return true;
  });
  writer.bytes(storeDigest(state) as ByteString);
  return writer.finish();
}

/**
 * The state that {@link encodeStore} wrote. Takes any bytes and never throws.
 *
 * @returns The state, whose digest is the one written; or one line that says what is wrong with the bytes,
 *   which includes more sessions than `options.sessionsMax`.
 */
export function decodeStore(bytes: Uint8Array, options: StoreOptions): Result<StoreState, string> {
  try {
    return ok(readStore(new Reader(bytes), options));
  } catch (problem) {
    if (problem instanceof Damage) return fail(problem.message);
    throw problem;
  }
}

/** What is wrong with the bytes. Thrown and caught in this file only. */
class Damage extends Error {}

function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Damage(`store snapshot: ${problem}`);
}

function readStore(reader: Reader, options: StoreOptions): StoreState {
  const format = reader.number();
  check(format === FORMAT, `format ${format} is unknown`);
  const lastApplied = logIndex(reader.number());
  const keys = readKeys(reader);
  const sessions = readSessions(reader, lastApplied, options.sessionsMax);
  const digest = reader.bytes(DIGEST_BYTES);
  check(reader.isAtEnd(), 'bytes follow the end');

  const state: StoreState = {
    ...openStore(options),
    lastApplied,
    keys: keys.keys,
    sessions: sessions.sessions,
    laneA: (keys.laneA + sessions.laneA) | 0,
    laneB: (keys.laneB + sessions.laneB) | 0,
  };
  check(storeDigest(state) === digest, 'the content does not have the digest that it was written with');
  return state;
}

function readKeys(reader: Reader): Pick<StoreState, 'keys' | 'laneA' | 'laneB'> {
  const entries: [ByteString, VersionedValue][] = [];
  let laneA = 0;
  let laneB = 0;
  let last: ByteString | undefined;
  for (let left = reader.number(); left > 0; left--) {
    const key = reader.text();
    check(last === undefined || key > last, 'keys do not ascend');
    const version = reader.number();
    check(version >= 1, 'a key has version 0');
    const cell = versionedValue(key, reader.text(), version);
    entries.push([key, cell]);
    laneA = (laneA + cell.laneA) | 0;
    laneB = (laneB + cell.laneB) | 0;
    last = key;
  }
  return { keys: OrderedMap.of(entries), laneA, laneB };
}

function readSessions(reader: Reader, lastApplied: number, sessionsMax: number): Pick<StoreState, 'sessions' | 'laneA' | 'laneB'> {
  const count = reader.number();
  check(count <= sessionsMax, `${count} sessions, and only ${sessionsMax} are allowed here`);
  const entries: [number, Session][] = [];
  const commandedAts = new Set<number>();
  let laneA = 0;
  let laneB = 0;
  let lastId = 0;
  for (let left = count; left > 0; left--) {
    const session = readSession(reader, lastApplied);
    check(session.id > lastId, 'sessions do not ascend');
    check(!commandedAts.has(session.commandedAt), 'one log entry is the last command of two sessions');
    commandedAts.add(session.commandedAt);
    entries.push([session.id, session]);
    laneA = (laneA + session.laneA) | 0;
    laneB = (laneB + session.laneB) | 0;
    lastId = session.id;
  }
  return { sessions: OrderedMap.of(entries), laneA, laneB };
}

function readSession(reader: Reader, lastApplied: number): Session {
  const id = reader.number();
  const sequenceNum = reader.number();
  const status = STATUS_CODES[reader.number()];
  check(status !== undefined, 'a result has an unknown status');
  const version = reader.number();
  const commandedAt = logIndex(reader.number());
  check(id <= commandedAt && commandedAt <= lastApplied, 'a session was commanded outside its life');
  return sessionOf(id, sequenceNum, { status, version, value: EMPTY }, commandedAt);
}

class Writer {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  number(n: number): void {
    this.#makeRoom(VARINT_BYTES_MAX);
    let rest = n;
    while (rest >= 128) {
      this.#bytes[this.#length++] = rest % 128 | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  text(text: ByteString): void {
    this.number(text.length);
    this.bytes(text);
  }

  bytes(text: ByteString): void {
    this.#makeRoom(text.length);
    writeByteString(this.#bytes, this.#length, text);
    this.#length += text.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #makeRoom(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let n = 0;
    let weight = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.#bytes[this.#at++];
      check(byte !== undefined, 'cut short');
      n += (byte & 127) * weight;
      if (byte < 128) {
        check(byte !== 0 || i === 0, 'a number is written longer than it is');
        check(n <= Number.MAX_SAFE_INTEGER, 'a number is out of range');
        return n;
      }
      weight *= 128;
    }
    throw new Damage('store snapshot: a number is out of range');
  }

  text(): ByteString {
    return this.bytes(this.number());
  }

  bytes(length: number): ByteString {
    check(length <= this.#bytes.length - this.#at, 'cut short');
    this.#at += length;
    return byteStringOf(this.#bytes.subarray(this.#at - length, this.#at));
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}
