import type { NodeId } from '../core/base/units.js';
import { Grips, type Direction } from './grips.js';
import type { World } from './world.js';

/** Cuts that several harms may ask for at once: a direction is mended when the last of them lets go. */
export class Cuts extends Grips {
  constructor(world: World) {
    super((from, to) => world.cut(from, to), (from, to) => world.heal(from, to));
  }

  /** @returns What mends these cuts again, to be called once. */
  cut(directions: readonly Direction[]): () => void {
    return this.grip(directions);
  }
}

/** Both directions between each of `some` and each of `others`; nobody is cut from itself. */
export function between(some: readonly NodeId[], others: readonly NodeId[]): readonly Direction[] {
  return some.flatMap((one) => others.filter((other) => other !== one).flatMap((other) => [[one, other], [other, one]] as const));
}
