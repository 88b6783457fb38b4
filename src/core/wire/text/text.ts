import { byteStringFromText, EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import { NOBODY, type NodeId } from '../../base/units.js';
import type { Command } from '../../store/command.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../limits.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../protocol.js';

/**
 * The text protocol: one line, one request; one request, one line (docs/PROTOCOL.md).
 *
 * Bytes are bytes: a value is whatever stands between its space and the end of the line, and nothing in a
 * line but the spaces that divide it has a meaning.
 */
export type Verb = 'GET' | 'SET' | 'PUT' | 'DELETE' | 'WHO_IS_LEADER' | 'STATUS';

/** A line understood: the request, and the verb that decides how its answer is told. */
export interface TextRequest {
  readonly verb: Verb;
  readonly request: NodeRequest;
}

/** Where clients reach a server, `host:port`; null when that isn't known. */
export type AddressOf = (server: NodeId) => string | null;

const SPACE = ' ';
const USAGE = {
  GET: 'GET key',
  SET: 'SET key value',
  PUT: 'PUT key version value',
  DELETE: 'DELETE key',
  WHO_IS_LEADER: 'WHO_IS_LEADER',
  STATUS: 'STATUS',
} as const satisfies Readonly<Record<Verb, string>>;
/** Text commands belong to no session. */
const NO_SESSION = 0;

/**
 * Reads one line, without its end.
 *
 * @param id The connection's number for the request.
 * @returns The request, or what to say behind `ERROR `.
 */
export function parseLine(line: ByteString, id: number): Result<TextRequest, string> {
  const [word, rest] = firstWord(line);
  const verb = verbOf(word);
  if (verb === null) return fail(word === EMPTY ? 'empty line' : 'unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS');
  switch (verb) {
    case 'GET':
      return parseKeyOnly(verb, rest, (key) => ({ kind: 'query', id, key }));
    case 'DELETE':
      return parseKeyOnly(verb, rest, (key) => ({ kind: 'command', id, command: commandOf('delete', key, EMPTY, 0) }));
    case 'SET':
      return parseSet(rest, id);
    case 'PUT':
      return parsePut(rest, id);
    case 'WHO_IS_LEADER':
      return rest === null ? ok({ verb, request: { kind: 'whoIsLeader', id } }) : usage(verb);
    case 'STATUS':
      return rest === null ? ok({ verb, request: { kind: 'status', id } }) : usage(verb);
  }
}

function parseKeyOnly(
  verb: 'GET' | 'DELETE',
  rest: ByteString | null,
  requestOf: (key: ByteString) => NodeRequest,
): Result<TextRequest, string> {
  if (rest === null || rest.includes(SPACE)) return usage(verb);
  const problem = problemOf(rest, EMPTY);
  return problem === null ? ok({ verb, request: requestOf(rest) }) : fail(problem);
}

function parseSet(rest: ByteString | null, id: number): Result<TextRequest, string> {
  if (rest === null) return usage('SET');
  const [key, value] = firstWord(rest);
  if (value === null) return usage('SET');
  const problem = problemOf(key, value);
  return problem === null ? ok({ verb: 'SET', request: { kind: 'command', id, command: commandOf('set', key, value, 0) } }) : fail(problem);
}

function parsePut(rest: ByteString | null, id: number): Result<TextRequest, string> {
  if (rest === null) return usage('PUT');
  const [key, behindKey] = firstWord(rest);
  if (behindKey === null) return usage('PUT');
  const [digits, value] = firstWord(behindKey);
  if (value === null) return usage('PUT');
  const version = /^[0-9]{1,16}$/.test(digits) ? Number(digits) : -1;
  if (version < 0 || version > Number.MAX_SAFE_INTEGER) return fail('the version is not a whole number from 0 to 2^53-1');
  const problem = problemOf(key, value);
  return problem === null
    ? ok({ verb: 'PUT', request: { kind: 'command', id, command: commandOf('put', key, value, version) } })
    : fail(problem);
}

function problemOf(key: ByteString, value: ByteString): string | null {
  if (key === EMPTY) return 'empty key';
  if (key.length > KEY_BYTES_MAX) return `key too long: more than ${KEY_BYTES_MAX} bytes`;
  if (value.length > VALUE_BYTES_MAX) return `value too long: more than ${VALUE_BYTES_MAX} bytes`;
  return null;
}

function commandOf(op: 'put' | 'set' | 'delete', key: ByteString, value: ByteString, version: number): Command {
  return { op, clientId: NO_SESSION, sequenceNum: 0, key, value, version };
}

function usage(verb: Verb): Result<TextRequest, string> {
  return fail(`usage: ${USAGE[verb]}`);
}

/** The line up to the first space, and what stands behind that space; null when there is none. */
function firstWord(line: ByteString): readonly [ByteString, ByteString | null] {
  const space = line.indexOf(SPACE);
  if (space === -1) return [line, null];
  return [line.slice(0, space) as ByteString, line.slice(space + 1) as ByteString];
}

const VERBS: readonly Verb[] = ['GET', 'SET', 'PUT', 'DELETE', 'WHO_IS_LEADER', 'STATUS'];
const VERB_BYTES_MAX = 13;

/** Verbs are read in capitals and in small letters. */
function verbOf(word: ByteString): Verb | null {
  if (word.length > VERB_BYTES_MAX) return null;
  let capitals = '';
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    capitals += String.fromCharCode(code >= 0x61 && code <= 0x7a ? code - 0x20 : code);
  }
  return VERBS.find((verb) => verb === capitals) ?? null;
}

/** A line of ours that says why nothing, or not surely something, was done. */
export function errorLine(problem: string): ByteString {
  return byteStringFromText(`ERROR ${oneLine(problem)}\n`);
}

/** The line that answers a request of this verb, with its end. */
export function answerLine(verb: Verb, response: NodeResponse, addressOf: AddressOf): ByteString {
  switch (response.kind) {
    case 'done':
      return resultLine(verb, response.result.status, response.result.version, response.result.value);
    case 'notLeader': {
      if (response.isUncertain) return errorLine('the leader was deposed meanwhile; the command may have taken effect, or may yet');
      const address = addressIn(response.leaderHint, addressOf);
      return address === null ? errorLine('no leader') : line(`NOT_LEADER leader=${address}`);
    }
    case 'unavailable':
      return errorLine(`unavailable, nothing was done: ${response.reason}`);
    case 'maybe':
      return errorLine(`nobody can know whether it was done: ${response.reason}`);
    case 'noSessions':
      return errorLine('unavailable, nothing was done: this system keeps no sessions');
    case 'leader': {
      const address = addressIn(response.leaderHint, addressOf);
      return address === null ? errorLine('no leader') : line(`LEADER ${address}`);
    }
    case 'status':
      return statusLine(response.status);
  }
}

function resultLine(
  verb: Verb,
  status: 'ok' | 'noKey' | 'versionConflict' | 'sessionExpired',
  version: number,
  value: ByteString,
): ByteString {
  if (status === 'noKey') return line('NOT_FOUND');
  if (status === 'versionConflict') return errorLine(`version conflict: the key has version ${version}`);
  if (status === 'sessionExpired') return errorLine('the session is unknown; nothing was done');
  if (verb === 'PUT') return line(`OK ${version}`);
  if (verb !== 'GET') return line('OK');
  // A line feed inside would make two lines of it, and a stranger could forge answers with it.
  if (value.includes('\n')) return errorLine('the value has a line feed in it; read it with the binary protocol');
  return `VALUE ${value}\n` as ByteString;
}

function statusLine(status: NodeStatus): ByteString {
  return line(
    `STATUS id=${status.self} role=${status.role} term=${status.term} leader=${status.leaderId} commit=${status.commitIndex} ` +
      `applied=${status.lastApplied} first=${status.firstLogIndex} last=${status.lastLogIndex} snapshot=${status.snapshotIndex} ` +
      `keys=${status.keyCount} sessions=${status.sessionCount} digest=${status.digest} system=${status.system}`,
  );
}

function addressIn(server: NodeId, addressOf: AddressOf): string | null {
  return server === NOBODY ? null : addressOf(server);
}

function line(text: string): ByteString {
  return byteStringFromText(`${oneLine(text)}\n`);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}
