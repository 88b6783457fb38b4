/**
 * A first-in-first-out queue as a value: `push` and `shift` give another queue and leave this one as it
 * was. Versions share one buffer as those of raft/log.ts do, so both cost O(1) on the newest version;
 * pushing onto an older one copies. What was shifted out is let go when it fills half of the buffer.
 */
export class Fifo<Item> {
  readonly #buffer: Item[];
  readonly #start: number;
  readonly #end: number;

  private constructor(buffer: Item[], start: number, end: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
  }

  static readonly #empty = new Fifo<never>([], 0, 0);

  static empty<Item>(): Fifo<Item> {
    return Fifo.#empty as Fifo<Item>;
  }

  get size(): number {
    return this.#end - this.#start;
  }

  /** The oldest item, undefined when there is none. */
  get first(): Item | undefined {
    return this.#start === this.#end ? undefined : this.#buffer[this.#start];
  }

  /** The item at this place, 0 being the oldest; undefined beyond the newest. */
  at(place: number): Item | undefined {
    return place < 0 || place >= this.size ? undefined : this.#buffer[this.#start + place];
  }

  push(item: Item): Fifo<Item> {
    const isNewest = this.#end > 0 && this.#buffer.length === this.#end;
    const mustCopy = !isNewest || (this.#start >= 32 && this.#start * 2 >= this.#end);
    if (mustCopy) {
      const buffer = this.#buffer.slice(this.#start, this.#end);
      buffer.push(item);
      return new Fifo(buffer, 0, buffer.length);
    }
    this.#buffer.push(item);
    return new Fifo(this.#buffer, this.#start, this.#end + 1);
  }

  /** The queue without its oldest item; itself when it is empty. */
  shift(): Fifo<Item> {
    if (this.#start === this.#end) return this;
    if (this.#start + 1 === this.#end) return Fifo.empty();
    return new Fifo(this.#buffer, this.#start + 1, this.#end);
  }

  /** The items, oldest first, as a fresh array. */
  toArray(): readonly Item[] {
    return this.#buffer.slice(this.#start, this.#end);
  }
}
