import type { NodeId } from '../../core/base/units.js';
import type { Observer } from '../observer.js';
import { violated } from './oracle.js';

/**
 * Starts Again: a server whose disk did nothing worse than a crash allows never refuses to work. Only damage to
 * what was durable, which the nemesis itself did, may stop it.
 */
export class StartsAgain implements Observer {
  readonly #isRotten: (server: NodeId) => boolean;

  constructor(isRotten: (server: NodeId) => boolean) {
    this.#isRotten = isRotten;
  }

  onStop(atUs: number, server: NodeId, reason: string): void {
    if (!this.#isRotten(server)) violated('Starts Again', `s${server} stopped although its disk kept every promise: ${reason}`, atUs);
  }
}
