import type { NodeId } from '../../core/base/units.js';
import type { Observer } from '../world/observer.js';
import { violated } from '../checkers/violation.js';

/**
 * Starts Again: a server whose disk did nothing worse than a crash allows never refuses to work. Only damage to what
 * a recovery needs of what was durable, or an error that its disk reported in this very life, may stop it.
 */
export class StartsAgain implements Observer {
  readonly #isExcused: (server: NodeId) => boolean;

  constructor(isExcused: (server: NodeId) => boolean) {
    this.#isExcused = isExcused;
  }

  onStop(atUs: number, server: NodeId, reason: string): void {
    if (!this.#isExcused(server))
      violated('Starts Again', `s${server} stopped although its disk kept every promise: ${reason}`, atUs, { servers: [server] });
  }
}
