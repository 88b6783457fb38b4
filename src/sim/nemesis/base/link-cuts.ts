import type { NodeId } from '../../../core/base/units.js';
import { CountedLinks, type Direction } from './counted-links.js';
import type { World } from '../../world/world.js';

/** Cuts that several faults may ask for at once: a direction is mended when the last of them lets go. */
export class LinkCuts extends CountedLinks {
  constructor(world: World) {
    super(
      (from, to) => world.cut(from, to),
      (from, to) => world.heal(from, to),
    );
  }

  /** @returns What mends these cuts again, to be called once. */
  cut(directions: readonly Direction[]): () => void {
    return this.apply(directions);
  }
}

/** Both directions between each of `some` and each of `others`; nobody is cut from itself. */
export function between(some: readonly NodeId[], others: readonly NodeId[]): readonly Direction[] {
  return some.flatMap((one) =>
    others
      .filter((other) => other !== one)
      .flatMap(
        (other) =>
          [
            [one, other],
            [other, one],
          ] as const,
      ),
  );
}
