import type { Socket } from 'node:net';

/** One connection of a client, as far as it matters for how long it may stay. */
export interface Guest {
  readonly socket: Socket;
  /** The node has a request of it: what takes long is not its doing. */
  isServed(): boolean;
  /** It is in the middle of something: a request that has not come whole, answers that it has not taken. */
  isUnfinished(): boolean;
  /** Ends it and tells it why. */
  end(reason: string): void;
}

export interface ConnectionLimits {
  /** Connections at once. 1 or more. */
  readonly connectionsMax: number;
  /** Milliseconds that a connection may be without a request; 0: for ever. */
  readonly idleMsMax: number;
  /** Milliseconds in which something more of an unfinished request must come, or of the answers must be taken. */
  readonly stalledMsMax: number;
}

/** Milliseconds of silence after which a connection gives its place to a new one, when there is no other. */
const SILENT_MS_MIN = 1_000;
/** Connections beyond the bound that are taken for a moment: enough for an operator who asks what is going on. */
const RESERVE_MAX = 16;
const RESERVE_MS_MAX = 5_000;
/** Connections that are looked at, beginning with the one that has been silent longest, to find one that may go. */
const LOOKS_MAX = 64;

/**
 * Who may be connected to a port for clients, and for how long. Connections are kept in the order in which they were last heard
 * of. When all places are taken, a new connection gets that of the one that has been silent longest. When none is silent, it
 * gets one of a few in reserve, for some seconds, and the next one takes it over: so nobody can lock an operator out.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  /** With the moments at which they were last heard of, oldest first. */
  readonly #guests = new Map<Guest, number>();
  /** Those beyond the bound, oldest first. */
  readonly #reserve = new Map<Guest, NodeJS.Timeout>();
  readonly #nowMs: () => number;

  constructor(limits: ConnectionLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** Takes a connection in, at the expense of another one if it must. The caller says when it closes. */
  enter(guest: Guest): void {
    if (this.#guests.size - this.#reserve.size >= this.#limits.connectionsMax) this.#makeRoom(guest);
    this.#guests.set(guest, this.#nowMs());
  }

  /** Ends it when it is silent for too long. */
  watch(guest: Guest): void {
    guest.socket.on('timeout', () => {
      if (this.#guests.has(guest)) this.#onSilence(guest);
    });
    this.#waitForSilence(guest, 0);
  }

  leave(guest: Guest): void {
    this.#guests.delete(guest);
    clearTimeout(this.#reserve.get(guest));
    this.#reserve.delete(guest);
  }

  /** It sent something, or took something. */
  heardOf(guest: Guest): void {
    if (this.#guests.delete(guest)) this.#guests.set(guest, this.#nowMs());
  }

  #makeRoom(guest: Guest): void {
    const silent = this.#longestSilent();
    if (silent !== null) {
      silent.end('too many connections, and this one was silent for longest');
      return;
    }
    if (this.#reserve.size >= RESERVE_MAX) [...this.#reserve.keys()][0]?.end('too many connections');
    this.#reserve.set(
      guest,
      setTimeout(() => guest.end('too many connections'), RESERVE_MS_MAX),
    );
  }

  #longestSilent(): Guest | null {
    let looks = LOOKS_MAX;
    for (const [guest, heardAtMs] of this.#guests) {
      if (looks-- === 0 || this.#nowMs() - heardAtMs < SILENT_MS_MIN) return null;
      if (!guest.isServed() && !this.#reserve.has(guest)) return guest;
    }
    return null;
  }

  /** Node's timer of a socket goes off when nothing was read and the system took nothing of what is to be written. */
  #onSilence(guest: Guest): void {
    const { idleMsMax, stalledMsMax } = this.#limits;
    const silentMs = this.#nowMs() - (this.#guests.get(guest) ?? this.#nowMs());
    if (guest.isServed()) this.#waitForSilence(guest, 0);
    else if (guest.isUnfinished()) guest.end(`nothing came of a request, or was taken of its answer, for ${stalledMsMax} ms`);
    else if (idleMsMax > 0 && silentMs >= idleMsMax - 1) guest.end(`no request came for ${idleMsMax} ms`);
    else this.#waitForSilence(guest, silentMs);
  }

  #waitForSilence({ socket }: Guest, silentMs: number): void {
    const { idleMsMax, stalledMsMax } = this.#limits;
    const idleMs = idleMsMax === 0 ? Infinity : Math.max(1, idleMsMax - silentMs);
    socket.setTimeout(Math.ceil(Math.min(idleMs, stalledMsMax)));
  }
}
