import { fullAllowance, spend, type Allowance, type Rate } from '../../core/base/rate.js';
import { NOBODY, type NodeId } from '../../core/base/units.js';

/** A connection that somebody opened to this server. */
export interface Caller {
  /** Whom it says it is; NOBODY before its hello. */
  sender: NodeId;
  /** Ends it and tells it why. */
  end(why: string): void;
}

/** Connections in one second from one address, in the long run and at once: far above what a cluster on one machine needs to find together. */
const RATE: Rate = { perSecond: 20, burst: 64 };
/** Addresses that are told apart. */
const ADDRESSES_MAX = 1_024;
/** Connections of one server that may have sent something. */
const PER_SENDER_MAX = 4;
/** Milliseconds without a message after which a connection counts as dead when its server has opened another. Far above a heartbeat. */
const DEAD_MS = 2_000;

/**
 * Who is connected to the port between servers. A hello proves nothing: anybody can say it, as often as he likes. So
 * connections of one address are held to a rate; when there is no room, one goes that has sent no message; and a connection takes the
 * place of another of the same server only when it has sent a message and the other has been silent for long.
 */
export class Callers {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #allowances = new Map<string, Allowance>();
  /** Those that have sent no message, oldest first. */
  readonly #unproven = new Set<Caller>();
  /** The others, with the moment at which each was last heard of, longest ago first. */
  readonly #proven = new Map<Caller, number>();

  /** @param max Connections at once. 1 or more. */
  constructor(max: number, nowMs: () => number = () => performance.now()) {
    this.#max = max;
    this.#nowMs = nowMs;
  }

  /** Whether an address may connect once more now. */
  mayConnect(address: string): boolean {
    const before = this.#allowances.get(address) ?? fullAllowance(RATE, this.#nowMs());
    const after = spend(before, RATE, this.#nowMs());
    this.#allowances.delete(address);
    this.#allowances.set(address, after ?? before);
    const [oldest] = this.#allowances.keys();
    if (this.#allowances.size > ADDRESSES_MAX && oldest !== undefined) this.#allowances.delete(oldest);
    return after !== null;
  }

  /** Takes it in. @returns False when all places are taken by others that have proven to be of use. */
  enter(caller: Caller): boolean {
    if (this.#unproven.size + this.#proven.size >= this.#max) {
      const [oldest] = this.#unproven;
      if (oldest === undefined) return false;
      this.#endOne(oldest, 'too many connections, and nothing came over this one');
    }
    this.#unproven.add(caller);
    return true;
  }

  leave(caller: Caller): void {
    this.#unproven.delete(caller);
    this.#proven.delete(caller);
  }

  /** A message came over it. */
  heardOf(caller: Caller): void {
    const isFirst = this.#unproven.delete(caller);
    if (!isFirst && !this.#proven.has(caller)) return;
    this.#proven.delete(caller);
    this.#proven.set(caller, this.#nowMs());
    if (isFirst && caller.sender !== NOBODY) this.#tidy(caller);
  }

  /** One that was proven just now takes the place of those of its server that are dead, or else of one too many. */
  #tidy(newest: Caller): void {
    const others = [...this.#proven].filter(([caller]) => caller !== newest && caller.sender === newest.sender);
    for (const [at, [caller, heardAtMs]] of others.entries()) {
      const isDead = this.#nowMs() - heardAtMs >= DEAD_MS;
      if (isDead || others.length - at >= PER_SENDER_MAX) this.#endOne(caller, 'this server has connected anew');
    }
  }

  #endOne(caller: Caller, why: string): void {
    this.leave(caller);
    caller.end(why);
  }
}
