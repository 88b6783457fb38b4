import type { NodeId } from '../../core/base/units.js';
import type { Effect, Input } from '../../core/machine.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import type { Observer } from '../world/observer.js';
import { violated } from '../checkers/violation.js';

/** The numbers of the commands and reads of one connection that are not answered, in the order in which they came. */
interface Waiting {
  readonly writes: Set<number>;
  /** By read: the commands that came before it. */
  readonly reads: Map<number, readonly number[]>;
}

/**
 * Connection Order: requests of one connection take effect in the order in which they came, answered or not, so a read is
 * not answered before a write that came before it over its own connection. The histories of clients cannot show it: who reads
 * behind a write without waiting for its answer has given it up, and a write of unknown outcome may take effect at any time.
 */
export class ConnectionOrder implements Observer {
  readonly #servers: number;
  readonly #waiting: Map<number, Waiting>[] = [];

  constructor(servers: number) {
    this.#servers = servers;
  }

  onStep(
    atUs: number,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    _before: unknown,
    _after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (node > this.#servers) return;
    if (input === null) this.#waiting[node] = new Map();
    const waiting = (this.#waiting[node] ??= new Map<number, Waiting>());
    if (input?.kind === 'connection' && !input.isOpen) waiting.delete(input.connection);
    if (input?.kind === 'request') takeIn(waiting, input.connection, input.request as NodeRequest);
    for (const effect of effects)
      if (effect.kind === 'respond') check(atUs, node, waiting.get(effect.connection), effect.response as NodeResponse);
  }
}

function takeIn(waiting: Map<number, Waiting>, connection: number, request: NodeRequest): void {
  const own = waiting.get(connection) ?? { writes: new Set<number>(), reads: new Map<number, readonly number[]>() };
  waiting.set(connection, own);
  if (request.kind === 'command') own.writes.add(request.id);
  else if (request.kind === 'query') own.reads.set(request.id, [...own.writes]);
}

function check(atUs: number, server: NodeId, own: Waiting | undefined, { kind, id }: NodeResponse): void {
  if (own === undefined) return;
  const before = own.reads.get(id);
  own.reads.delete(id);
  own.writes.delete(id);
  // One that is refused has not looked at anything.
  if (before === undefined || kind !== 'done') return;
  const overtaken = before.find((write) => own.writes.has(write));
  if (overtaken !== undefined)
    violated(
      'Connection Order',
      `s${server} answered read ${id} before write ${overtaken}, which came before it over the same connection`,
      atUs,
      { servers: [server] },
    );
}
