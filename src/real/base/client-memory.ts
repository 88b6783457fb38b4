/** Bytes that all clients together may make a server hold, unless the user says otherwise: 256 MiB. */
export const CLIENT_BYTES_MAX = 268_435_456;

/** What one client makes the server hold. */
export interface Share {
  /** Says how many bytes it is now. The client may be given up before this returns. */
  hold(bytes: number): void;
  /** It holds nothing any more. */
  close(): void;
}

interface Entry {
  bytes: number;
  readonly giveUp: (reason: string) => void;
}

/**
 * A bound for what clients of all ports hold together: unfinished requests, requests that wait, answers that nobody has
 * taken. When it is passed, whoever holds most is given up, and told why. So those who hold little are served whatever
 * others do.
 */
export class ClientMemory {
  readonly #bytesMax: number;
  readonly #entries = new Set<Entry>();
  #bytes = 0;

  /** @param bytesMax 1 or more. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that all clients hold now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param giveUp Ends the client, and closes its share before it returns. */
  open(giveUp: (reason: string) => void): Share {
    const entry: Entry = { bytes: 0, giveUp };
    this.#entries.add(entry);
    return {
      hold: (bytes) => {
        if (!this.#entries.has(entry)) return;
        this.#bytes += bytes - entry.bytes;
        entry.bytes = bytes;
        if (this.#bytes > this.#bytesMax) this.#giveUpLargest();
      },
      close: () => {
        if (this.#entries.delete(entry)) this.#bytes -= entry.bytes;
      },
    };
  }

  #giveUpLargest(): void {
    let largest: Entry | null = null;
    for (const entry of this.#entries) if (largest === null || entry.bytes > largest.bytes) largest = entry;
    largest?.giveUp(
      `clients make this server hold more than ${this.#bytesMax} bytes, and this connection ${largest.bytes} of them, more than any other`,
    );
  }
}
