import type { NodeId } from '../core/base/units.js';
import type { World } from './world.js';

/** Cuts that several harms may ask for at once: a direction is mended when the last of them lets go. */
export class Cuts {
  readonly #world: World;
  readonly #holders: number[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** @returns What mends these cuts again, to be called once. */
  cut(directions: readonly (readonly [from: NodeId, to: NodeId])[]): () => void {
    for (const [from, to] of directions) this.#change(from, to, 1);
    return () => {
      for (const [from, to] of directions) this.#change(from, to, -1);
    };
  }

  #change(from: NodeId, to: NodeId, by: 1 | -1): void {
    const place = from * 4_096 + to;
    const before = this.#holders[place] ?? 0;
    this.#holders[place] = before + by;
    if (before === 0) this.#world.cut(from, to);
    else if (before + by === 0) this.#world.heal(from, to);
  }
}

/** Both directions between each of `some` and each of `others`; nobody is cut from itself. */
export function between(some: readonly NodeId[], others: readonly NodeId[]): readonly (readonly [NodeId, NodeId])[] {
  return some.flatMap((one) => others.filter((other) => other !== one).flatMap((other) => [[one, other], [other, one]] as const));
}
