import type { NodeId } from '../../../core/base/units.js';

/** From one process to another. */
export type Direction = readonly [from: NodeId, to: NodeId];

/** Damage to directions that several faults may ask for at once: it ends when the last of them lets go. */
export class CountedLinks {
  readonly #begin: (from: NodeId, to: NodeId) => void;
  readonly #end: (from: NodeId, to: NodeId) => void;
  readonly #holders: number[] = [];

  constructor(begin: (from: NodeId, to: NodeId) => void, end: (from: NodeId, to: NodeId) => void) {
    this.#begin = begin;
    this.#end = end;
  }

  /** @returns What lets go again, to be called once. */
  apply(directions: readonly Direction[]): () => void {
    for (const [from, to] of directions) this.#change(from, to, 1);
    return () => {
      for (const [from, to] of directions) this.#change(from, to, -1);
    };
  }

  #change(from: NodeId, to: NodeId, by: 1 | -1): void {
    const place = from * 4_096 + to;
    const before = this.#holders[place] ?? 0;
    this.#holders[place] = before + by;
    if (before === 0) this.#begin(from, to);
    else if (before + by === 0) this.#end(from, to);
  }
}
