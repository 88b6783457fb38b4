import type { NodeId } from '../../core/base/units.js';
import type { Input } from '../../core/machine.js';
import type { Observer } from '../world/observer.js';
import { violated } from '../checkers/violation.js';

/**
 * Single Holder: of the servers that are up at most one believes to hold the lease, each by its own clock
 * (Gray and Cheriton, *Leases*, SOSP 1989). For systems that answer reads under a lease.
 */
export class SingleHolder implements Observer {
  readonly #servers: readonly NodeId[];
  readonly #holds: (server: NodeId) => boolean;

  /** @param holds Whether a server believes so at the present moment; false for one that is down. */
  constructor(servers: readonly NodeId[], holds: (server: NodeId) => boolean) {
    this.#servers = servers;
    this.#holds = holds;
  }

  /** Looks after every step: a lease begins in one, and ends by itself. */
  onStep(atUs: number, _node: NodeId, input: Input<unknown, unknown> | null): void {
    // A boot gives no lease; and while the world is made, not every server is there yet.
    if (input === null) return;
    let holder: NodeId | null = null;
    for (const server of this.#servers) {
      if (!this.#holds(server)) continue;
      if (holder !== null)
        violated('Single Holder', `s${holder} and s${server} both believe to hold the lease, each by its own clock`, atUs, {
          servers: [holder, server],
        });
      holder = server;
    }
  }
}
