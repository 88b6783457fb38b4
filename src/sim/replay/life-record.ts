import { deserialize } from 'node:v8';
import type { Effect, Input, Note } from '../../core/machine.js';
import type { Micros, NodeId } from '../../core/base/units.js';
import type { EventKind, Observer, SendFate } from '../world/observer.js';
import type { WorldEvent } from '../world/world-event.js';

/** Something that happened within one event, as the observer's hooks tell it. */
export type Fact =
  | {
      readonly what: 'step';
      readonly node: NodeId;
      readonly input: Input<unknown, unknown> | null;
      readonly effects: readonly Effect<unknown, unknown>[];
      readonly after: unknown;
    }
  | { readonly what: 'send'; readonly node: NodeId; readonly to: NodeId; readonly message: unknown; readonly fate: SendFate }
  | { readonly what: 'note'; readonly node: NodeId; readonly note: Note }
  | { readonly what: 'crash'; readonly node: NodeId }
  | { readonly what: 'stop'; readonly node: NodeId; readonly reason: string }
  | { readonly what: 'event'; readonly event: WorldEvent };

/** One event and all that happened in it. */
export interface Chapter {
  readonly atUs: number;
  /** null for what comes before the first event: the processes boot. */
  readonly kind: EventKind | null;
  /** Whom it reaches; 0 for nobody, as when the nemesis acts. */
  readonly node: number;
  readonly from: number;
  readonly facts: readonly Fact[];
}

/** Which events of a life are kept whole. */
export interface AccountWindow {
  readonly first: number;
  readonly countMax: number;
}

const LANES_FIRST = 16_384;

/**
 * The account of one life, kept so that it can be held against that of another: the digest after every
 * event (8 bytes each), and whole chapters for a window of events, by reference. Event 0 is the time before the first one.
 */
export class Account implements Observer {
  /** The first event of the window. */
  readonly first: number;
  readonly #countMax: number;
  readonly #chapters: Chapter[] = [];
  #lanes = new Int32Array(2 * LANES_FIRST);
  #facts: Fact[] | null = null;
  #events = 0;

  constructor(window: AccountWindow) {
    this.first = window.first;
    this.#countMax = window.countMax;
    if (this.first === 0) this.#open(0, null, 0, 0);
  }

  /** An account that was kept in another process. */
  static of({
    first,
    events,
    halves,
    chapters,
  }: {
    readonly first: number;
    readonly events: number;
    readonly halves: Int32Array;
    readonly chapters: readonly Uint8Array[];
  }): Account {
    const account = new Account({ first, countMax: chapters.length });
    account.#lanes = Int32Array.from(halves);
    account.#events = events;
    account.#chapters.splice(0, account.#chapters.length, ...chapters.map((bytes) => deserialize(bytes) as Chapter));
    return account;
  }

  /** The digest after each event, in two integers each. */
  get halves(): Int32Array {
    return this.#lanes.slice(0, 2 * (this.#events + 1));
  }

  /** Events lived, without event 0. */
  get events(): number {
    return this.#events;
  }

  /** The last event of the window that was lived; one less than `first` when none was. */
  get last(): number {
    return this.first + this.#chapters.length - 1;
  }

  /** What happened in that event; null outside the window. */
  chapter(event: number): Chapter | null {
    return this.#chapters[event - this.first] ?? null;
  }

  /** Takes the digest of the whole life, 16 hex digits, as that after its last event. */
  end(digest: string): void {
    this.#note(Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8), 16));
  }

  /** The first event after which the digests differ, or which only one life has; null when there is none. Both accounts were ended. */
  firstUnequal(other: Account): number | null {
    const shared = Math.min(this.#events, other.#events);
    for (let event = 0; event <= shared; event++) {
      const at = 2 * event;
      if (this.#lanes[at] !== other.#lanes[at] || this.#lanes[at + 1] !== other.#lanes[at + 1]) return event;
    }
    return this.#events === other.#events ? null : shared + 1;
  }

  onEvent(atUs: number, kind: EventKind, node: number, from: number, high: number, low: number): void {
    this.#note(high, low);
    this.#events++;
    this.#facts = null;
    const ordinal = this.#events - this.first;
    if (ordinal >= 0 && ordinal < this.#countMax) this.#open(atUs, kind, node, from);
  }

  onStep(
    _atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    _before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    this.#facts?.push({ what: 'step', node, input, effects, after });
  }

  onSend(_atUs: Micros, node: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    this.#facts?.push({ what: 'send', node, to, message, fate });
  }

  onNote(_atUs: Micros, node: NodeId, note: Note): void {
    this.#facts?.push({ what: 'note', node, note });
  }

  onCrash(_atUs: Micros, node: NodeId): void {
    this.#facts?.push({ what: 'crash', node });
  }

  onStop(_atUs: Micros, node: NodeId, reason: string): void {
    this.#facts?.push({ what: 'stop', node, reason });
  }

  onWorldEvent(_atUs: Micros, event: WorldEvent): void {
    this.#facts?.push({ what: 'event', event });
  }

  #open(atUs: number, kind: EventKind | null, node: number, from: number): void {
    this.#facts = [];
    this.#chapters.push({ atUs, kind, node, from, facts: this.#facts });
  }

  /** The digest after the event that is now over. */
  #note(high: number, low: number): void {
    const at = 2 * this.#events;
    if (at === this.#lanes.length) {
      const longer = new Int32Array(2 * at);
      longer.set(this.#lanes);
      this.#lanes = longer;
    }
    this.#lanes[at] = high;
    this.#lanes[at + 1] = low;
  }
}
