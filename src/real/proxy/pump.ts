import type { Socket } from 'node:net';
import type { RandomState } from '../../core/base/random.js';
import { cut, isInOrder, openCutter, type Unit } from '../../core/proxy/cutter.js';
import { fateOf, type Rules, type Way } from '../../core/proxy/rules.js';

/** Bytes that wait for their moment before the sender is made to wait too. */
const WAITING_BYTES_MAX = 4_194_304;

/** What a pump asks of its connection, each time anew: a control line may have changed it. */
export interface PumpRules {
  readonly rules: () => Rules;
  /** Whether what goes this way is lost now. */
  readonly isCut: () => boolean;
  readonly onDropped: () => void;
  readonly onPassed: () => void;
  /** An answer without a number was lost: nothing goes this way any more. */
  readonly onOver: () => void;
}

/**
 * One direction of one connection: cuts what comes into units, decides the fate of each, and lets those that
 * arrive go in their order, each at its moment.
 */
export class Pump {
  /** Where the bytes go; null while there is nobody, and then they are lost. */
  target: Socket | null = null;
  /** Something was lost in a way that its receiver would take for something else: the connection is of no use any more. */
  isSpoiled = false;
  readonly #source: Socket;
  readonly #way: Way;
  readonly #settings: PumpRules;
  readonly #waiting: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  #cutter = openCutter();
  #random: RandomState;
  #waitingBytes = 0;
  #lastMs = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Nothing comes any more: the target's half is closed when all has left. */
  #hasEnded = false;
  /** Answers without numbers: after one that was lost, nothing may follow. */
  #isOver = false;

  constructor(source: Socket, way: Way, random: RandomState, settings: PumpRules) {
    this.#source = source;
    this.#way = way;
    this.#random = random;
    this.#settings = settings;
  }

  take(bytes: Uint8Array): void {
    const { cutter, units } = cut(this.#cutter, bytes);
    this.#cutter = cutter;
    for (const unit of units) this.#decide(unit);
    this.#run();
  }

  /** The source has said its last word. */
  end(): void {
    // Through a cut not even that is heard.
    if (this.#settings.isCut()) this.isSpoiled = true;
    else this.#hasEnded = true;
    this.#run();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.length = 0;
    this.#isOver = true;
  }

  #decide(unit: Unit): void {
    const { fate, random } = fateOf(this.#settings.rules(), this.#way, this.#random);
    this.#random = random;
    if (this.#isOver) return;
    if (this.#settings.isCut()) {
      this.#settings.onDropped();
      // A frame between other frames is a message less. Anything else that is missing would be misunderstood.
      if (unit.kind !== 'message' || isInOrder(this.#cutter.language)) this.isSpoiled = true;
      return;
    }
    if (this.isSpoiled) return;
    if (fate.isDropped && unit.kind === 'message') {
      this.#settings.onDropped();
      if (isInOrder(this.#cutter.language)) {
        this.#isOver = true;
        this.#hasEnded = true;
        this.#settings.onOver();
      }
      return;
    }
    this.#settings.onPassed();
    this.#lastMs = Math.max(this.#lastMs, performance.now() + fate.delayMs);
    this.#waiting.push({ atMs: this.#lastMs, bytes: unit.bytes });
    this.#waitingBytes += unit.bytes.length;
  }

  /** Lets go what is due, and arms the timer for the rest. */
  #run(): void {
    const nowMs = performance.now();
    const { target } = this;
    let count = 0;
    for (const { atMs, bytes } of this.#waiting) {
      if (atMs > nowMs) break;
      count += 1;
      this.#waitingBytes -= bytes.length;
      if (target?.writable === true) target.write(bytes);
    }
    this.#waiting.splice(0, count);
    const next = this.#waiting[0];
    if (next !== undefined) {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = null;
          this.#run();
        },
        Math.ceil(next.atMs - nowMs),
      );
    } else if (this.#hasEnded && target?.writable === true) target.end();
    this.#restrain();
  }

  /** So the network makes a fast sender wait, not our memory. */
  #restrain(): void {
    const isFull = this.#waitingBytes > WAITING_BYTES_MAX || (this.target?.writableLength ?? 0) > WAITING_BYTES_MAX;
    if (isFull && !this.#source.isPaused()) {
      this.#source.pause();
      this.target?.once('drain', () => this.#restrain());
    } else if (!isFull && this.#source.isPaused()) this.#source.resume();
  }
}
