import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { codeOf } from './errors.js';

/** Files and sockets that this process may have open at once; null where the system does not tell. */
export function descriptorsMax(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/** What a server keeps for its log, for what the runtime has open, and for connections beyond the bound. */
const KEPT = 64 + 48 + 32;
/** However few there are, somebody must be served. */
const PLACES_MIN = 4;

/**
 * Connections that one port for clients may have, so that all of them together cannot take the descriptor that the next file of the log needs.
 *
 * @param descriptors What {@link descriptorsMax} says.
 * @param members Servers of the cluster.
 * @param ports Ports for clients.
 */
export function connectionPlaces(descriptors: number | null, members: number, ports: number): number {
  if (descriptors === null) return Infinity;
  return Math.max(PLACES_MIN, Math.floor((descriptors - KEPT - 10 * members) / ports));
}

const SPARES = 4;

/**
 * A few descriptors in reserve: when the process has no other left, they are given up for what must be opened, and taken back when there are some.
 */
export class SpareDescriptors {
  #spares: number[] = [];
  #isClosed = false;

  constructor() {
    this.refill();
  }

  /** Opens something, and once more without the reserve when no descriptor was left: nothing was done then, so nothing is done twice. */
  async open<Handle>(act: () => Promise<Handle>): Promise<Handle> {
    try {
      return await act();
    } catch (error) {
      const isOut = codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE';
      if (!isOut || this.#spares.length === 0) throw error;
      for (const spare of this.#spares) closeSync(spare);
      this.#spares = [];
      // The pool of threads opens it before this thread accepts a connection.
      return act();
    }
  }

  /** Takes the reserve back as far as there are descriptors: whenever something was closed. */
  refill(): void {
    try {
      while (this.#spares.length < SPARES && !this.#isClosed) this.#spares.push(openSync(devNull, 'r'));
    } catch {
      // Another time, then.
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const spare of this.#spares) closeSync(spare);
    this.#spares = [];
  }
}
