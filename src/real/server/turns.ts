/** Somebody with answers to make. */
export interface Worker {
  /** Makes a slice of them. @returns Its bytes. Whoever has more to make takes a turn again. */
  slice(): number;
}

/** Bytes of answers that are made before peers, timers and disks have their turn again; one answer may go beyond it. */
const TURN_BYTES = 1_048_576;

/**
 * Answers are made by turns, a slice for each client, so that no client holds up the others, and all of them together do not
 * hold up heartbeats: 8 kB of requests can ask for gigabytes.
 */
export class Turns {
  readonly #waiting = new Set<Worker>();
  #next: NodeJS.Immediate | null = null;

  /** Has a turn, once, after those who wait already. */
  take(worker: Worker): void {
    this.#waiting.add(worker);
    this.#next ??= setImmediate(() => this.#turn());
  }

  leave(worker: Worker): void {
    this.#waiting.delete(worker);
  }

  #turn(): void {
    this.#next = null;
    let bytes = 0;
    let left = this.#waiting.size;
    for (const worker of this.#waiting) {
      if (left-- === 0 || bytes >= TURN_BYTES) break;
      this.#waiting.delete(worker);
      bytes += worker.slice();
    }
    if (this.#waiting.size > 0) this.#next ??= setImmediate(() => this.#turn());
  }
}
