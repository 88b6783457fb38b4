const NONE: readonly never[] = [];

/**
 * Gathers a list of which nobody knows beforehand how long it will be, and which as a rule has one item or none: what a step
 * asks for. An empty array makes room for seventeen items when it is first pushed to (V8), at every step.
 */
export class Gathered<Item> {
  /** What was gathered so far, in order. */
  items: readonly Item[] = NONE;

  push(item: Item): void {
    if (this.items.length === 0) this.items = [item];
    else (this.items as Item[]).push(item);
  }
}
