import { EMPTY, byteStringFromText, bytesOf } from '../../core/base/bytestring.js';
import { connectionId, NOBODY, nodeId } from '../../core/base/units.js';
import { messageCodec } from '../../core/systems/primary-replica/codec.js';
import type { PeerMessage } from '../../core/systems/primary-replica/messages.js';
import { primaryReplicaNode } from '../../core/systems/primary-replica/node.js';
import { memoryOptions } from '../../core/systems/primary-replica/options.js';
import type { ReplicationRequest, ReplicationState } from '../../core/systems/primary-replica/state.js';
import type { NodeResponse } from '../../core/wire/protocol.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../core/wire/limits.js';
import type { ShellRole } from '../../core/wire/text/shell-languages.js';
import { parseHostAndPort, type HostAndPort } from '../base/addresses.js';
import { monotonicNow } from '../base/clock.js';
import { drawSeed } from '../base/entropy.js';
import { UserError } from '../base/errors.js';
import { Host } from '../host/host.js';
import { LineNetwork } from '../network/line-peers.js';
import { silentLog } from '../base/log.js';

/** This server to itself: each shell numbers the others as they come. */
const SELF = nodeId(1);
const FIRST_NEIGHBOUR = nodeId(2);
const SHELL = connectionId(0);

/** A request without the number that the shell gives it. */
type Asked = ReplicationRequest extends infer Each ? (Each extends { readonly id: number } ? Omit<Each, 'id'> : never) : never;

/** The server behind a shell: one node of the primary-replica system in this process, in memory, on a port of lines. */
export class ShellNode {
  readonly #network: LineNetwork<PeerMessage>;
  readonly #host: Host<ReplicationState, PeerMessage, ReplicationRequest, NodeResponse>;
  readonly #waiting = new Map<number, { resolve(response: NodeResponse): void; reject(error: Error): void }>();
  #lastId = 0;

  private constructor(role: ShellRole, address: HostAndPort) {
    this.#network = new LineNetwork({
      address,
      purpose: role,
      codec: messageCodec,
      firstNeighbour: FIRST_NEIGHBOUR,
      deliver: (from, message) => this.#host.message(from, message),
      log: silentLog,
    });
    this.#host = new Host(primaryReplicaNode(memoryOptions(role === 'primary' ? SELF : NOBODY)), {
      now: monotonicNow,
      seed: drawSeed(),
      send: (to, message) => this.#network.send(to, message),
      respond: (_connection, response) => this.#answered(response),
      perform: () => Promise.resolve({ ok: true, values: [] }),
      log: silentLog,
      onStop: (reason) => this.#failAll(reason),
    });
  }

  /** @throws {UserError} When the port cannot be used. */
  static async open(role: ShellRole, address: HostAndPort): Promise<ShellNode> {
    const node = new ShellNode(role, address);
    await node.#network.open();
    node.#host.start(SELF, [SELF], 'unknown');
    return node;
  }

  /** @throws {UserError} When the server refuses, such as one that is no primary. */
  async put(key: string, value: string): Promise<void> {
    const [keyBytes, valueBytes] = [keyOf(key), byteStringFromText(value)];
    if (valueBytes.length > VALUE_BYTES_MAX) throw new UserError(`the value is longer than ${VALUE_BYTES_MAX} bytes`);
    const command = { op: 'set', clientId: 0, sequenceNum: 0, key: keyBytes, value: valueBytes, version: 0 } as const;
    const response = await this.#ask({ kind: 'command', command });
    if (response.kind !== 'done') throw new UserError(problemOf(response));
  }

  /** @returns The value as text, null when there is no such key. */
  async get(key: string): Promise<string | null> {
    const response = await this.#ask({ kind: 'query', key: keyOf(key) });
    if (response.kind !== 'done') throw new UserError(problemOf(response));
    return response.result.status === 'ok' ? Buffer.from(bytesOf(response.result.value)).toString('utf8') : null;
  }

  /**
   * Becomes a replica of the server at this address. Resolves when its snapshot has been received.
   *
   * @throws {UserError} When nobody is there, or it gives none.
   */
  async join(address: string): Promise<void> {
    const primary = await this.#network.dial(parseHostAndPort(address));
    const before = this.#host.state?.primary ?? NOBODY;
    const response = await this.#ask({ kind: 'join', primary });
    // A server that refuses leaves this one with the primary it had.
    const isTaken = this.#host.state?.primary === primary;
    const left = isTaken ? before : primary;
    if (left !== NOBODY) this.#network.hangUp(left);
    if (response.kind !== 'done') throw new UserError(problemOf(response));
  }

  async close(): Promise<void> {
    this.#host.end();
    this.#failAll('the shell is closing');
    await this.#network.close();
  }

  #ask(asked: Asked): Promise<NodeResponse> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#host.request(SHELL, { ...asked, id });
    });
  }

  #answered(response: NodeResponse): void {
    this.#waiting.get(response.id)?.resolve(response);
    this.#waiting.delete(response.id);
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new UserError(reason));
    this.#waiting.clear();
  }
}

function keyOf(key: string): ReturnType<typeof byteStringFromText> {
  const bytes = byteStringFromText(key);
  if (bytes === EMPTY || bytes.length > KEY_BYTES_MAX) throw new UserError(`a key has 1 to ${KEY_BYTES_MAX} bytes`);
  return bytes;
}

function problemOf(response: NodeResponse): string {
  if (response.kind === 'unavailable') return response.reason;
  return response.kind === 'notLeader' ? 'this server is not the primary' : `an answer of another kind came: ${response.kind}`;
}
