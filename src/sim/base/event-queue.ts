import { assert } from '../../core/base/assert.js';

const CAPACITY_FIRST = 1_024;
/** Four children for each place of the heap: half the depth of a binary one, and siblings share a cache line. */
const ARITY = 4;

/**
 * Events in the order in which the simulated world lives them: by time, and at one moment in the order
 * in which they came in. Without that tie-break the order would be an accident of the heap's shape, and one
 * seed could mean two worlds.
 *
 * An event is five small things (kind, node, from, tag, payload) kept in pooled slots of parallel arrays, so
 * that none is allocated on the way. `take` leaves them in the fields of the queue. What the numbers mean is the world's.
 */
export class EventQueue {
  /** The moment of the event taken last, in microseconds. Reading it never moves it. */
  nowUs = 0;
  kind = 0;
  node = 0;
  from = 0;
  tag = 0;

  #size = 0;
  /** The slot of the event taken last; its payload stays there until the next one is taken. -1 before the first. */
  #taken = -1;
  #arrivals = 0;
  #times = new Float64Array(CAPACITY_FIRST);
  #orders = new Float64Array(CAPACITY_FIRST);
  #slots = new Int32Array(CAPACITY_FIRST);

  #freeSlots = new Int32Array(CAPACITY_FIRST);
  #freeCount = 0;
  #slotCount = 0;
  #kinds = new Int32Array(CAPACITY_FIRST);
  #nodes = new Int32Array(CAPACITY_FIRST);
  #froms = new Int32Array(CAPACITY_FIRST);
  #tags = new Int32Array(CAPACITY_FIRST);
  readonly #payloads: unknown[] = [];

  get size(): number {
    return this.#size;
  }

  /** What came with the event taken last; null before the first. */
  get payload(): unknown {
    return this.#taken === -1 ? null : this.#payloads[this.#taken];
  }

  /** When the next event is due; Infinity when there is none. */
  get nextAtUs(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  /** Adds an event at `atUs`, a whole number of microseconds, now or later. */
  push(atUs: number, kind: number, node: number, from: number, tag: number, payload: unknown): void {
    assert(atUs >= this.nowUs, 'an event cannot be scheduled in the past');
    // One slot more than wait is in use: that of the event taken last.
    if (this.#size + 1 === this.#times.length) this.#grow();
    const slot = this.#freeCount > 0 ? (this.#freeSlots[--this.#freeCount] as number) : this.#slotCount++;
    this.#kinds[slot] = kind;
    this.#nodes[slot] = node;
    this.#froms[slot] = from;
    this.#tags[slot] = tag;
    this.#payloads[slot] = payload;
    this.#siftUp(this.#size++, atUs, this.#arrivals++, slot);
  }

  /** Moves time to the next event and leaves it in the fields; false when there is none. */
  take(): boolean {
    if (this.#size === 0) return false;
    if (this.#taken !== -1) this.#free(this.#taken);
    const slot = this.#slots[0] as number;
    this.#taken = slot;
    this.nowUs = this.#times[0] as number;
    this.kind = this.#kinds[slot] as number;
    this.node = this.#nodes[slot] as number;
    this.from = this.#froms[slot] as number;
    this.tag = this.#tags[slot] as number;

    const last = --this.#size;
    if (last > 0) this.#siftDown(this.#times[last] as number, this.#orders[last] as number, this.#slots[last] as number);
    return true;
  }

  #free(slot: number): void {
    this.#payloads[slot] = null;
    this.#freeSlots[this.#freeCount++] = slot;
  }

  /** Moves time on without an event, no further than the next one. */
  moveTo(atUs: number): void {
    assert(atUs >= this.nowUs && atUs <= this.nextAtUs, 'time moves forward and leaves no event behind');
    this.nowUs = atUs;
  }

  /** A new event came in last, so it goes above its parent only if it is strictly earlier. */
  #siftUp(start: number, time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime <= time) break;
      times[at] = parentTime;
      orders[at] = orders[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  #siftDown(time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const size = this.#size;
    let at = 0;
    for (let first = 1; first < size; first = at * ARITY + 1) {
      let best = first;
      let bestTime = times[first] as number;
      const end = first + ARITY < size ? first + ARITY : size;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime < bestTime || (childTime === bestTime && (orders[child] as number) < (orders[best] as number))) {
          best = child;
          bestTime = childTime;
        }
      }
      if (bestTime > time || (bestTime === time && (orders[best] as number) > order)) break;
      times[at] = bestTime;
      orders[at] = orders[best] as number;
      slots[at] = slots[best] as number;
      at = best;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    this.#times = widerFloats(this.#times, capacity);
    this.#orders = widerFloats(this.#orders, capacity);
    this.#slots = widerInts(this.#slots, capacity);
    this.#freeSlots = widerInts(this.#freeSlots, capacity);
    this.#kinds = widerInts(this.#kinds, capacity);
    this.#nodes = widerInts(this.#nodes, capacity);
    this.#froms = widerInts(this.#froms, capacity);
    this.#tags = widerInts(this.#tags, capacity);
  }
}

function widerFloats(narrow: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const wide = new Float64Array(capacity);
  wide.set(narrow);
  return wide;
}

function widerInts(narrow: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(capacity);
  wide.set(narrow);
  return wide;
}
