import { assert } from '../../base/assert.js';
import { byteStringFromText } from '../../base/bytestring.js';
import { fail, ok, type Result } from '../../base/result.js';
import { NOBODY, type NodeId } from '../../base/units.js';
import type { Codec } from '../../machine.js';
import { encodeFrame } from './frame.js';
import { PROTOCOL_VERSION, TEXT_BYTES_MAX } from '../limits.js';
import { Reader } from '../protobuf/reader.js';
import { BYTES, VARINT, Writer } from '../protobuf/writer.js';

/** Who speaks: the first frame of each side of a connection. */
export interface Hello {
  readonly protocolVersion: number;
  /** See {@link isClusterId}; a client may leave it empty for "any". */
  readonly clusterId: string;
  /** The sender; NOBODY for a client without a number. */
  readonly sender: NodeId;
  readonly role: HelloRole;
  /** Whom the sender believes to be talking to; NOBODY for "whoever answers". */
  readonly receiver: NodeId;
}

export type HelloRole = 'server' | 'client';

/** What one side demands of the other's hello. */
export interface HelloRules {
  /** Empty for "any": a client that was given only addresses. */
  readonly clusterId: string;
  /** This side; NOBODY for a client without a number. */
  readonly self: NodeId;
  /** What the other side has to be. */
  readonly role: HelloRole;
  /** Who the other side has to be; NOBODY for "anyone". */
  readonly sender: NodeId;
}

const NUMBER_OF: Readonly<Record<HelloRole, number>> = { server: 1, client: 2 };
const ROLE_OF: readonly (HelloRole | null)[] = [null, 'server', 'client'];
const CLUSTER_ID = /^[A-Za-z0-9._-]{1,64}$/;

const writer = new Writer();

/** A cluster's name: 1 to 64 characters of A-Z a-z 0-9 . _ - */
export function isClusterId(text: string): boolean {
  return CLUSTER_ID.test(text);
}

/** The hello that a side sends, of this version of the protocol. */
export function helloOf(clusterId: string, self: NodeId, role: HelloRole, receiver: NodeId): Hello {
  return { protocolVersion: PROTOCOL_VERSION, clusterId, sender: self, role, receiver };
}

/** @returns One line that says why a side with these rules can't talk to who said this hello, or null when it can. */
export function problemOfHello(hello: Hello, rules: HelloRules): string | null {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    return `the other side speaks version ${hello.protocolVersion} of the protocol, this one ${PROTOCOL_VERSION}`;
  }
  if (hello.role !== rules.role) return `a ${rules.role} is expected here, and this is a ${hello.role}`;
  const isAny = rules.clusterId === '' || (hello.clusterId === '' && hello.role === 'client');
  if (!isAny && hello.clusterId !== rules.clusterId) return `cluster "${hello.clusterId}" is not cluster "${rules.clusterId}"`;
  if (hello.role === 'server' && hello.sender === NOBODY) return 'a server has no node id';
  if (hello.role === 'server' && hello.sender === rules.self) return `a server claims to be node ${hello.sender}, which is this one`;
  if (rules.sender !== NOBODY && hello.sender !== rules.sender)
    return `node ${rules.sender} is expected here, and this is node ${hello.sender}`;
  if (hello.receiver !== NOBODY && hello.receiver !== rules.self)
    return `node ${hello.receiver} is looked for, and this is node ${rules.self}`;
  return null;
}

/** The Protobuf message `Hello`. */
export const helloCodec: Codec<Hello> = { encode: encodeHello, decode: decodeHello };

/** A whole frame with a hello in it. */
export function helloFrame(hello: Hello): Uint8Array {
  return encodeFrame('hello', encodeHello(hello));
}

/** A whole frame that says why its sender closes the connection. Long reasons are cut. */
export function goodbyeFrame(reason: string): Uint8Array {
  writer.begin();
  // Three bytes of UTF-8 for each UTF-16 unit at most, so the bound of the decoder is kept.
  writer.byteString(1, byteStringFromText(reason.slice(0, Math.floor(TEXT_BYTES_MAX / 3))));
  return encodeFrame('goodbye', writer.finish());
}

/** The reason in a goodbye's payload. */
export function decodeGoodbye(bytes: Uint8Array): Result<string, string> {
  const reader = new Reader(bytes);
  let reason = '';
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) reason = reader.text(TEXT_BYTES_MAX, 'the reason');
    else reader.skip(tag, 1);
  }
  return reader.problem === null ? ok(reason) : fail(`goodbye: ${reader.problem}`);
}

function encodeHello(hello: Hello): Uint8Array {
  assert(hello.clusterId === '' || isClusterId(hello.clusterId), 'a cluster id is 1 to 64 characters of A-Z a-z 0-9 . _ -');
  writer.begin();
  writer.uint(5, hello.receiver);
  writer.uint(4, NUMBER_OF[hello.role]);
  writer.uint(3, hello.sender);
  writer.byteString(2, byteStringFromText(hello.clusterId));
  writer.uint(1, hello.protocolVersion);
  return writer.finish();
}

function decodeHello(bytes: Uint8Array): Result<Hello, string> {
  const reader = new Reader(bytes);
  let protocolVersion = 0;
  let clusterId = '';
  let sender = NOBODY;
  let role: HelloRole | null = null;
  let receiver = NOBODY;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) protocolVersion = reader.uint();
    else if (tag === ((2 << 3) | BYTES)) clusterId = reader.text(64, 'the cluster id');
    else if (tag === ((3 << 3) | VARINT)) sender = reader.nodeId();
    else if (tag === ((4 << 3) | VARINT)) role = ROLE_OF[reader.uint()] ?? null;
    else if (tag === ((5 << 3) | VARINT)) receiver = reader.nodeId();
    else reader.skip(tag, 5);
  }
  if (clusterId !== '' && !isClusterId(clusterId)) reader.fail('the cluster id has other characters than A-Z a-z 0-9 . _ -');
  if (role === null) reader.fail('the role is missing or unknown');
  if (reader.problem !== null) return fail(`hello: ${reader.problem}`);
  return ok({ protocolVersion, clusterId, sender, role: role ?? 'client', receiver });
}
