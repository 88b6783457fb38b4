import { unreachable } from '../../base/assert.js';
import { byteStringFromText, EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import { NOBODY, type NodeId } from '../../base/units.js';
import type { Codec } from '../../machine.js';
import type { StoreResult } from '../../store/command.js';
import { assertWithin, TEXT_BYTES_MAX, VALUE_BYTES_MAX } from '../limits.js';
import type { NodeResponse, NodeStatus } from '../protocol.js';
import { Reader } from './reader.js';
import { BYTES, VARINT, Writer } from './writer.js';

const DONE = 2;
const NOT_LEADER = 3;
const UNAVAILABLE = 4;
const LEADER = 5;
const STATUS = 6;
const MAYBE = 7;
const NO_SESSIONS = 8;
const KIND_MAX = 8;

/** The numbers of StoreStatus in proto/seedstorm.proto. */
const NUMBER_OF: Readonly<Record<StoreResult['status'], number>> = { ok: 1, noKey: 2, versionConflict: 3, sessionExpired: 4 };
const STATUS_OF: readonly (StoreResult['status'] | null)[] = [null, 'ok', 'noKey', 'versionConflict', 'sessionExpired'];

const writer = new Writer();

/** What servers answer to clients: the Protobuf message `Response`. */
export const responseCodec: Codec<NodeResponse> = { encode: encodeResponse, decode: decodeResponse };

function encodeResponse(response: NodeResponse): Uint8Array {
  writer.begin();
  writer.nested(writeFields(response), 0);
  writer.uint(1, response.id);
  return writer.finish();
}

/** Writes the fields of a response but its id. @returns The number of its kind in `Response`. */
function writeFields(response: NodeResponse): number {
  switch (response.kind) {
    case 'done':
      assertWithin(response.result.value.length, VALUE_BYTES_MAX, 'a value');
      writer.byteString(3, response.result.value);
      writer.uint(2, response.result.version);
      writer.uint(1, NUMBER_OF[response.result.status]);
      return DONE;
    case 'notLeader':
      writer.bool(2, response.isUncertain);
      writer.uint(1, response.leaderHint);
      return NOT_LEADER;
    case 'unavailable':
      writeText(1, response.reason);
      return UNAVAILABLE;
    case 'maybe':
      writeText(1, response.reason);
      return MAYBE;
    case 'noSessions':
      return NO_SESSIONS;
    case 'leader':
      writer.uint(1, response.leaderHint);
      return LEADER;
    case 'status':
      writeStatus(response.status);
      return STATUS;
    default:
      return unreachable(response);
  }
}

function writeStatus(status: NodeStatus): void {
  writeText(13, status.system);
  writeText(12, status.digest);
  writer.uint(11, status.sessionCount);
  writer.uint(10, status.keyCount);
  writer.uint(9, status.snapshotIndex);
  writer.uint(8, status.firstLogIndex);
  writer.uint(7, status.lastLogIndex);
  writer.uint(6, status.lastApplied);
  writer.uint(5, status.commitIndex);
  writer.uint(4, status.leaderId);
  writer.uint(3, status.term);
  writeText(2, status.role);
  writer.uint(1, status.self);
}

function writeText(field: number, text: string): void {
  const bytes = byteStringFromText(text);
  assertWithin(bytes.length, TEXT_BYTES_MAX, 'a text');
  writer.byteString(field, bytes);
}

/** A decoded response but for its id, which may stand behind it on the wire. */
type Body =
  | { readonly kind: 'done'; readonly result: StoreResult }
  | { readonly kind: 'notLeader'; readonly leaderHint: NodeId; readonly isUncertain: boolean }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'maybe'; readonly reason: string }
  | { readonly kind: 'noSessions' }
  | { readonly kind: 'leader'; readonly leaderHint: NodeId }
  | { readonly kind: 'status'; readonly status: NodeStatus };

function decodeResponse(bytes: Uint8Array): Result<NodeResponse, string> {
  const reader = new Reader(bytes);
  let id = 0;
  let body: Body | null = null;
  while (reader.hasMore()) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (tag === ((1 << 3) | VARINT)) id = reader.uint();
    else if (field > KIND_MAX || (tag & 7) !== BYTES || field === 1) reader.skip(tag, KIND_MAX);
    else if (body !== null) reader.fail('there are two responses in one');
    else {
      const outer = reader.enter('the response');
      body = readBody(reader, field);
      reader.leave(outer);
    }
  }
  if (reader.problem !== null) return fail(`response: ${reader.problem}`);
  if (body === null) return fail('response: its kind is missing or unknown');
  return ok(withId(id, body));
}

function withId(id: number, body: Body): NodeResponse {
  switch (body.kind) {
    case 'done':
      return { kind: 'done', id, result: body.result };
    case 'notLeader':
      return { kind: 'notLeader', id, leaderHint: body.leaderHint, isUncertain: body.isUncertain };
    case 'unavailable':
      return { kind: 'unavailable', id, reason: body.reason };
    case 'maybe':
      return { kind: 'maybe', id, reason: body.reason };
    case 'noSessions':
      return { kind: 'noSessions', id };
    case 'leader':
      return { kind: 'leader', id, leaderHint: body.leaderHint };
    case 'status':
      return { kind: 'status', id, status: body.status };
    default:
      return unreachable(body);
  }
}

function readBody(reader: Reader, kind: number): Body {
  switch (kind) {
    case DONE:
      return { kind: 'done', result: readResult(reader) };
    case NOT_LEADER:
      return readNotLeader(reader);
    case UNAVAILABLE:
      return { kind: 'unavailable', reason: readReason(reader) };
    case MAYBE:
      return { kind: 'maybe', reason: readReason(reader) };
    case NO_SESSIONS:
      while (reader.hasMore()) reader.skip(reader.tag(), 0);
      return { kind: 'noSessions' };
    case LEADER:
      return { kind: 'leader', leaderHint: readLeaderHint(reader) };
    default:
      return { kind: 'status', status: readStatus(reader) };
  }
}

function readResult(reader: Reader): StoreResult {
  let status: StoreResult['status'] | null = null;
  let version = 0;
  let value: ByteString = EMPTY;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) status = STATUS_OF[reader.uint()] ?? null;
    else if (tag === ((2 << 3) | VARINT)) version = reader.uint();
    else if (tag === ((3 << 3) | BYTES)) value = reader.byteString(VALUE_BYTES_MAX, 'the value');
    else reader.skip(tag, 3);
  }
  if (status === null) reader.fail('the status of the result is missing or unknown');
  return { status: status ?? 'ok', version, value };
}

function readNotLeader(reader: Reader): Body {
  let leaderHint = NOBODY;
  let isUncertain = false;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) leaderHint = reader.nodeId();
    else if (tag === ((2 << 3) | VARINT)) isUncertain = reader.bool();
    else reader.skip(tag, 2);
  }
  return { kind: 'notLeader', leaderHint, isUncertain };
}

function readReason(reader: Reader): string {
  let reason = '';
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) reason = reader.text(TEXT_BYTES_MAX, 'the reason');
    else reader.skip(tag, 1);
  }
  return reason;
}

function readLeaderHint(reader: Reader): NodeId {
  let leaderHint = NOBODY;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) leaderHint = reader.nodeId();
    else reader.skip(tag, 1);
  }
  return leaderHint;
}

function readStatus(reader: Reader): NodeStatus {
  let self = NOBODY;
  let system = '';
  let role = '';
  let leaderId = NOBODY;
  let digest = '';
  /** The plain numbers, by field: 3 and 5 .. 11. */
  const numbers = new Array<number>(12).fill(0);
  while (reader.hasMore()) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (tag === ((1 << 3) | VARINT)) self = reader.nodeId();
    else if (tag === ((2 << 3) | BYTES)) role = reader.text(TEXT_BYTES_MAX, 'the role');
    else if (tag === ((4 << 3) | VARINT)) leaderId = reader.nodeId();
    else if (tag === ((13 << 3) | BYTES)) system = reader.text(TEXT_BYTES_MAX, 'the system');
    else if (tag === ((12 << 3) | BYTES)) digest = reader.text(TEXT_BYTES_MAX, 'the digest');
    else if (field >= 3 && field <= 11 && (tag & 7) === VARINT) numbers[field] = reader.uint();
    else reader.skip(tag, 13);
  }
  const number = (field: number): number => numbers[field] as number;
  return {
    self,
    system,
    role,
    term: number(3),
    leaderId,
    commitIndex: number(5),
    lastApplied: number(6),
    lastLogIndex: number(7),
    firstLogIndex: number(8),
    snapshotIndex: number(9),
    keyCount: number(10),
    sessionCount: number(11),
    digest,
  };
}
