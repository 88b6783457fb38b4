import type { ByteString } from '../../../core/base/bytestring.js';
import type { Micros, NodeId } from '../../../core/base/units.js';
import type { ClientMessage } from '../../../core/client/client.js';
import type { LockCall, LockOutcome } from '../../../core/client/lock.js';
import type { Effect, Input } from '../../../core/machine.js';
import type { Observer } from '../../world/observer.js';
import { violated } from '../../checkers/violation.js';
import { processName } from '../../base/process-names.js';

/** The acquisition of a client that is under way, or was the last. */
interface Acquisition {
  readonly call: number;
  hasFailed: boolean;
}

/**
 * Honest Failure, for locks: an acquisition that was said to have failed does not take the lock later. Seen where it is answered:
 * no server tells the client any more that a put of that acquisition took effect.
 */
export class LockHonesty implements Observer {
  readonly #servers: number;
  readonly #current = new Map<NodeId, Acquisition>();
  /** By client and request: the acquisition that the put is of, and what it puts. */
  readonly #puts = new Map<string, { readonly acquisition: Acquisition; readonly token: ByteString }>();

  /** @param servers Nodes 1 .. servers; the others are clients. */
  constructor(servers: number) {
    this.#servers = servers;
  }

  onStep(
    _atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    _before: unknown,
    _after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (node <= this.#servers) return;
    if (input?.kind === 'request') {
      const { id, op } = input.request as LockCall;
      if (op === 'acquire') this.#current.set(node, { call: id, hasFailed: false });
      else this.#current.delete(node);
    }
    const acquisition = this.#current.get(node);
    if (acquisition === undefined) return;
    for (const effect of effects) {
      if (effect.kind !== 'respond') continue;
      const { kind, id } = effect.response as LockOutcome;
      if (id === acquisition.call) acquisition.hasFailed = kind === 'failed';
    }
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown): void {
    const said = message as ClientMessage;
    const acquisition = this.#current.get(from);
    if (from > this.#servers && acquisition !== undefined && said.kind === 'command' && said.command.op === 'put') {
      this.#puts.set(`${from} ${said.id}`, { acquisition, token: said.command.value });
    }
    if (to <= this.#servers || said.kind !== 'done' || said.result.status !== 'ok') return;
    const put = this.#puts.get(`${to} ${said.id}`);
    if (put?.acquisition.hasFailed === true)
      violated(
        'Honest Failure',
        `${processName(to, this.#servers)} was told that its acquisition failed, but s${from} took its put of ${put.token}`,
        atUs,
        { servers: [from] },
      );
  }
}
