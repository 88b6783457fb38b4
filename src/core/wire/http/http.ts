import { byteStringFromText, bytesOf, EMPTY, type ByteString } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import { NOBODY } from '../../base/units.js';
import type { StoreResult } from '../../store/command.js';
import { foreignRequest, wrongType, type HttpFields } from './http-guard.js';
import { HTTP_BODY_BYTES_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../limits.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../protocol.js';
import type { AddressOf } from '../text/text.js';
import { textFromUtf8 } from '../bytes/utf8.js';

/**
 * The face for HTTP: `POST /method` with a JSON object, and a JSON object in answer; `GET` of how the server is (docs/PROTOCOL.md). This is
 * what HTTP asks and is answered; how it is framed is the host's business.
 *
 * What the store answers has status 200 and an `err`, which is null where all is well. What never came to the
 * store, or came back without an answer, has another status and an `error` for people to read.
 */
export type HttpMethod = 'get' | 'put' | 'set' | 'delete' | 'health' | 'status';

/** What of an HTTP request decides. */
export interface HttpParts extends HttpFields {
  readonly verb: string;
  /** As in the request line. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** A request understood, and the method that decides how its answer is told. */
export interface HttpCall {
  readonly method: HttpMethod;
  readonly request: NodeRequest;
}

export interface HttpReply {
  readonly status: number;
  /** Besides the type and length of the body. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, without a line's end. */
  readonly body: string;
}

/** The members of a body, by method: all of them must be there, and no others. */
const MEMBERS: Readonly<Record<'get' | 'put' | 'set' | 'delete', readonly Member[]>> = {
  get: ['key'],
  put: ['key', 'value', 'version'],
  set: ['key', 'value'],
  delete: ['key'],
};
/** What is asked without a body, for load balancers and for people. */
const ASKED_BY_GET = ['health', 'status'] as const;
const METHODS = Object.keys(MEMBERS) as (keyof typeof MEMBERS)[];
const KNOWN = 'known are POST /get /put /set /delete and GET /health /status';
type Member = 'key' | 'value' | 'version';
/** Requests over HTTP belong to no session. */
const NO_SESSION = 0;
const NO_HEADERS: HttpReply['headers'] = {};

/**
 * Reads a request.
 *
 * @param id The connection's number for it.
 * @param names Hosts of ours (http-guard.ts).
 * @returns The call, or what to reply at once.
 */
export function readHttp(parts: HttpParts, id: number, names: readonly string[] = []): Result<HttpCall, HttpReply> {
  const { verb, path, body } = parts;
  const foreign = foreignRequest(parts, names);
  if (foreign !== null) return refuse(foreign.status, foreign.error);
  const asked = ASKED_BY_GET.find((name) => path === `/${name}`);
  if (asked !== undefined)
    return verb === 'GET' || verb === 'HEAD' ? ok({ method: asked, request: { kind: 'status', id } }) : wrongVerb(path, verb, 'GET');
  const method = METHODS.find((name) => path === `/${name}`);
  if (method === undefined) return refuse(404, `there is no ${path.slice(0, 100)}; ${KNOWN}`);
  if (verb !== 'POST') return wrongVerb(path, verb, 'POST');
  const type = wrongType(parts);
  if (type !== null) return refuse(type.status, type.error);
  if (body.length > HTTP_BODY_BYTES_MAX) return fail(tooLarge());

  const text = textFromUtf8(body, 0, body.length);
  if (text === null) return refuse(400, 'the body is not UTF-8');
  const parsed = parseObject(text);
  if (!parsed.ok) return refuse(400, parsed.problem);
  return readMembers(method, parsed.value, id);
}

/** The reply to a body that is larger than {@link HTTP_BODY_BYTES_MAX}; a host need not read it to its end. */
export function tooLarge(): HttpReply {
  return errorReply(413, `the body is larger than ${HTTP_BODY_BYTES_MAX} bytes`);
}

/** A reply that says why there is no answer of the store. */
export function errorReply(status: number, error: string): HttpReply {
  return { status, headers: NO_HEADERS, body: JSON.stringify({ error }) };
}

function wrongVerb(path: string, verb: string, wanted: string): Result<HttpCall, HttpReply> {
  return fail({ ...errorReply(405, `${path} takes ${wanted}, not ${verb.slice(0, 20)}`), headers: { allow: wanted } });
}

function refuse(status: number, problem: string): Result<HttpCall, HttpReply> {
  return fail(errorReply(status, problem));
}

type Members = Readonly<Record<string, unknown>>;

function parseObject(text: string): Result<Members, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('the body is not a JSON object');
  return ok(value as Members);
}

function readMembers(method: keyof typeof MEMBERS, members: Members, id: number): Result<HttpCall, HttpReply> {
  const wanted: readonly string[] = MEMBERS[method];
  for (const name of wanted)
    if (!Object.hasOwn(members, name)) return refuse(400, `"${name}" is missing; /${method} takes ${wanted.join(', ')}`);
  const stranger = Object.keys(members).find((name) => !wanted.includes(name));
  if (stranger !== undefined) return refuse(400, `"${stranger.slice(0, 100)}" is unknown; /${method} takes ${wanted.join(', ')}`);

  const key = readText('key', members['key'], KEY_BYTES_MAX);
  if (!key.ok) return refuse(400, key.problem);
  if (key.value === EMPTY) return refuse(400, '"key" is empty');
  const value = wanted.includes('value') ? readText('value', members['value'], VALUE_BYTES_MAX) : ok(EMPTY);
  if (!value.ok) return refuse(400, value.problem);
  const version = wanted.includes('version') ? members['version'] : 0;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0)
    return refuse(400, '"version" is not a whole number from 0 to 2^53-1');

  if (method === 'get') return ok({ method, request: { kind: 'query', id, key: key.value } });
  const command = { op: method, clientId: NO_SESSION, sequenceNum: 0, key: key.value, value: value.value, version } as const;
  return ok({ method, request: { kind: 'command', id, command } });
}

/** The UTF-8 bytes of a text. Half a surrogate pair has none, and is refused rather than replaced. */
function readText(name: string, value: unknown, bytesMax: number): Result<ByteString, string> {
  if (typeof value !== 'string') return fail(`"${name}" is not a text`);
  if (/\p{Surrogate}/u.test(value)) return fail(`"${name}" has half a surrogate pair in it`);
  const bytes = byteStringFromText(value);
  return bytes.length <= bytesMax ? ok(bytes) : fail(`"${name}" is longer than ${bytesMax} bytes`);
}

/** The reply that tells a response. */
export function httpReply(method: HttpMethod, response: NodeResponse, addressOf: AddressOf): HttpReply {
  switch (response.kind) {
    case 'done':
      return resultReply(method, response.result);
    case 'notLeader': {
      const leader = response.leaderHint === NOBODY ? null : addressOf(response.leaderHint);
      return answer({ ...(method === 'get' ? NOTHING_READ : {}), err: 'WrongLeader', leader, maybe: response.isUncertain });
    }
    case 'unavailable':
      return { ...errorReply(503, `unavailable, nothing was done: ${response.reason}`), headers: { 'retry-after': '1' } };
    case 'status':
      return method === 'health' ? healthOf(response.status) : answer({ ...response.status });
    default:
      return errorReply(500, 'this server answered another question');
  }
}

/** A server is of use when it knows who leads. A system of somebody's own that tells of no roles has nobody who does. */
function healthOf({ role, leaderId }: NodeStatus): HttpReply {
  const isHealthy = leaderId !== NOBODY || role === 'server';
  return { ...answer({ healthy: isHealthy, role, leader: leaderId }), status: isHealthy ? 200 : 503 };
}

/** What a get answers besides its `err` when there is nothing to show. */
const NOTHING_READ = { value: '', version: 0 } as const;

function resultReply(method: HttpMethod, { status, version, value }: StoreResult): HttpReply {
  const isGet = method === 'get';
  if (status === 'noKey') return answer({ ...(isGet ? NOTHING_READ : {}), err: 'NoKey' });
  if (status === 'versionConflict') return answer({ err: 'Version' });
  if (status === 'sessionExpired') return errorReply(500, 'the session is unknown; nothing was done');
  if (!isGet) return answer({ err: null });
  const bytes = bytesOf(value);
  const text = textFromUtf8(bytes, 0, bytes.length);
  if (text === null)
    return errorReply(406, 'the value is not UTF-8 and cannot be told in JSON; read it with the text protocol or the client library');
  return answer({ value: text, version, err: null });
}

function answer(members: Readonly<Record<string, unknown>>): HttpReply {
  return { status: 200, headers: NO_HEADERS, body: JSON.stringify(members) };
}
