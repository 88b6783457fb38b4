import type { NodeId } from '../../core/base/units.js';
import type { Observer } from '../world/observer.js';
import { violated } from '../checkers/violation.js';

/** Bounded Queues, of systems whose requests wait for other servers or for a disk: never more of them than the options allow, however silent or slow those are. */
export class WaitingRequests implements Observer {
  readonly #servers: number;
  readonly #max: number;
  readonly #countIn: (state: unknown) => number;
  readonly #forWhat: string;

  /** @param countIn How many requests wait in a server's state. */
  constructor(servers: number, max: number, countIn: (state: unknown) => number, forWhat = 'other servers') {
    this.#servers = servers;
    this.#max = max;
    this.#countIn = countIn;
    this.#forWhat = forWhat;
  }

  onStep(atUs: number, node: NodeId, _input: unknown, _before: unknown, after: unknown): void {
    // Clients come behind the servers.
    if (node > this.#servers) return;
    const count = this.#countIn(after);
    if (count > this.#max)
      violated('Bounded Queues', `requests that wait for ${this.#forWhat}: s${node} has ${count}, its options allow ${this.#max}`, atUs, {
        servers: [node],
      });
  }
}
