import type { NodeId } from '../../../core/base/units.js';
import type { Effect, Input } from '../../../core/machine.js';
import type { NodeRequest, NodeResponse } from '../../../core/wire/protocol.js';
import type { Operation } from '../../checkers/history.js';
import type { Observer } from '../../world/observer.js';
import { byKey } from './key-history.js';
import { violated } from '../../checkers/violation.js';

/** What a server answered to a stale read: a version, 0 where it had no such key. */
interface Answer {
  readonly version: number;
  readonly value: string;
  readonly atUs: number;
}

/** A later answer of one server, in the same life, that shows less than an earlier one. */
interface Relapse {
  readonly server: NodeId;
  readonly key: string;
  readonly earlier: Answer;
  readonly later: Answer;
}

/**
 * Stale Reads, server by server: within one life of a server what it answers of a key only gets newer. For systems whose
 * servers apply one order of writes, each a prefix of it (monotonic reads of Terry et al., PDIS 1994, at one server).
 */
export class StaleAnswers implements Observer {
  readonly #servers: number;
  /** By server and key, the newest answer of this life. */
  readonly #newest: Map<string, Answer>[] = [];
  /** Keys of stale reads that wait at a server, by who asked and the number of the request. */
  readonly #asked: Map<string, string>[] = [];
  readonly #relapses: Relapse[] = [];

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
    if (input === null) {
      this.#newest[node] = new Map();
      this.#asked[node] = new Map();
      return;
    }
    const asked = this.#asked[node] as Map<string, string>;
    if (input.kind === 'request') {
      const request = input.request as NodeRequest;
      if (request.kind === 'query' && request.level === 'stale') asked.set(`${input.connection} ${request.id}`, request.key);
    }
    if (asked.size === 0) return;
    for (const effect of effects)
      if (effect.kind === 'respond') this.#onAnswer(atUs, node, `${effect.connection}`, effect.response as NodeResponse);
  }

  #onAnswer(atUs: number, server: NodeId, connection: string, response: NodeResponse): void {
    const id = `${connection} ${response.id}`;
    const key = this.#asked[server]?.get(id);
    if (key === undefined) return;
    this.#asked[server]?.delete(id);
    if (response.kind !== 'done') return;
    const { status, version, value } = response.result;
    this.#onShown(server, key, { version: status === 'ok' ? version : 0, value, atUs });
  }

  #onShown(server: NodeId, key: string, later: Answer): void {
    const newest = this.#newest[server] as Map<string, Answer>;
    const earlier = newest.get(key);
    if (earlier !== undefined && later.version < earlier.version) this.#relapses.push({ server, key, earlier, later });
    newest.set(key, later);
  }

  /** When the run is over. A key that may have been deleted between the write of the earlier answer and the later one begins anew. */
  check(operations: readonly Operation[], atUs: number): void {
    if (this.#relapses.length === 0) return;
    const histories = new Map(byKey(operations).map((history) => [history.key, history]));
    for (const { server, key, earlier, later } of this.#relapses) {
      const write = operations.find((operation) => operation.key === key && operation.value === earlier.value);
      const sinceUs = write?.callUs ?? 0;
      if ((histories.get(key)?.lastDeleteUs(later.atUs) ?? -1) >= sinceUs) continue;
      const shown = later.version === 0 ? 'no such key' : `"${later.value}" (version ${later.version})`;
      violated(
        'Stale Reads',
        `s${server} answered "${earlier.value}" (version ${earlier.version}) for key ${key} at ${earlier.atUs} us, and ${shown} at ${later.atUs} us, in one life`,
        atUs,
        { servers: [server], keys: [key] },
      );
    }
  }
}
