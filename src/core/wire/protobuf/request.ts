import { unreachable } from '../../base/assert.js';
import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Codec } from '../../machine.js';
import type { Command } from '../../store/command.js';
import { readCommand, writeCommand } from './command.js';
import { KEY_BYTES_MAX } from '../limits.js';
import type { NodeRequest } from '../protocol.js';
import { Reader } from './reader.js';
import { BYTES, VARINT, Writer } from './writer.js';

const COMMAND = 2;
const QUERY = 3;
const WHO_IS_LEADER = 4;
const GET_STATUS = 5;

/** The number of READ_LEVEL_STALE in proto/seedstorm.proto; a linearizable read leaves the field out. */
const STALE = 1;

const writer = new Writer();

/** What clients ask of servers: the Protobuf message `Request`. */
export const requestCodec: Codec<NodeRequest> = { encode: encodeRequest, decode: decodeRequest };

function encodeRequest(request: NodeRequest): Uint8Array {
  writer.begin();
  writer.nested(writeFields(request), 0);
  writer.uint(1, request.id);
  return writer.finish();
}

/** Writes the fields of a request but its id. @returns The number of its kind in `Request`. */
function writeFields(request: NodeRequest): number {
  switch (request.kind) {
    case 'command':
      writeCommand(writer, request.command);
      return COMMAND;
    case 'query':
      if (request.level === 'stale') writer.uint(2, STALE);
      writer.byteString(1, request.key);
      return QUERY;
    case 'whoIsLeader':
      return WHO_IS_LEADER;
    case 'status':
      return GET_STATUS;
    default:
      return unreachable(request);
  }
}

function decodeRequest(bytes: Uint8Array): Result<NodeRequest, string> {
  const reader = new Reader(bytes);
  let id = 0;
  let kind = 0;
  let command: Command | null = null;
  let query: Query = { key: EMPTY, isStale: false };
  while (reader.hasMore()) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (tag === ((1 << 3) | VARINT)) id = reader.uint();
    else if (field > GET_STATUS || (tag & 7) !== BYTES || field === 1) reader.skip(tag, GET_STATUS);
    else if (kind !== 0) reader.fail('there are two requests in one');
    else {
      kind = field;
      const outer = reader.enter('the request');
      if (kind === COMMAND) command = readCommand(reader);
      else if (kind === QUERY) query = readQuery(reader);
      else skipAll(reader);
      reader.leave(outer);
    }
  }
  if (reader.problem !== null) return fail(`request: ${reader.problem}`);
  if (command !== null) return ok({ kind: 'command', id, command });
  if (kind === QUERY && query.isStale) return ok({ kind: 'query', id, key: query.key, level: 'stale' });
  if (kind === QUERY) return ok({ kind: 'query', id, key: query.key });
  if (kind === WHO_IS_LEADER) return ok({ kind: 'whoIsLeader', id });
  if (kind === GET_STATUS) return ok({ kind: 'status', id });
  return fail('request: its kind is missing or unknown');
}

interface Query {
  readonly key: ByteString;
  readonly isStale: boolean;
}

function readQuery(reader: Reader): Query {
  let key: ByteString = EMPTY;
  let level = 0;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) key = reader.byteString(KEY_BYTES_MAX, 'the key');
    else if (tag === ((2 << 3) | VARINT)) level = reader.uint();
    else reader.skip(tag, 2);
  }
  if (key === EMPTY) reader.fail('a query has an empty key');
  // A level that is not known may promise more than a linearizable read: it must not be answered with less.
  if (level > STALE) reader.fail(`a query has the unknown level ${level}`);
  return { key, isStale: level === STALE };
}

function skipAll(reader: Reader): void {
  while (reader.hasMore()) reader.skip(reader.tag(), 0);
}
