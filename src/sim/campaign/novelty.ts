import type { Shard } from '../base/seeds.js';

/** What one seed brought, over all scenarios. */
interface Harvest {
  readonly moments: Set<string>;
  readonly shapes: Set<number>;
  runs: number;
}

/**
 * Whether a campaign still learns something: its seeds in their order, and for each whether it brought a moment or
 * a cluster shape that no seed before it had. Runs may end in any order; what is said here does not depend on it.
 */
export class Growth {
  readonly #runsPerSeed: number;
  readonly #step: number;
  readonly #waiting = new Map<number, Harvest>();
  readonly #moments = new Set<string>();
  readonly #shapes = new Set<number>();
  readonly #allShapes = new Set<number>();
  #next: number;
  #quietSeeds = 0;

  /** @param runsPerSeed Scenarios that each seed is run with, 1 or more. */
  constructor(runsPerSeed: number, firstSeed: number, shard: Shard) {
    this.#runsPerSeed = runsPerSeed;
    this.#step = shard.count;
    this.#next = firstSeed + shard.index - 1;
  }

  /** One run has ended. */
  add(seed: number, moments: Iterable<string>, shapes: Iterable<number>): void {
    const harvest = this.#waiting.get(seed) ?? { moments: new Set(), shapes: new Set(), runs: 0 };
    this.#waiting.set(seed, harvest);
    harvest.runs++;
    for (const moment of moments) harvest.moments.add(moment);
    for (const shape of shapes) {
      this.#allShapes.add(shape);
      if (!this.#shapes.has(shape)) harvest.shapes.add(shape);
    }
    this.#takeWhatIsWhole();
  }

  /** Different cluster shapes in all runs so far. */
  get shapes(): number {
    return this.#allShapes.size;
  }

  /** How many seeds in a row, up to the last that is whole, brought nothing new. */
  get quietSeeds(): number {
    return this.#quietSeeds;
  }

  #takeWhatIsWhole(): void {
    for (let harvest = this.#waiting.get(this.#next); harvest?.runs === this.#runsPerSeed; harvest = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += this.#step;
      const before = this.#moments.size + this.#shapes.size;
      for (const moment of harvest.moments) this.#moments.add(moment);
      for (const shape of harvest.shapes) this.#shapes.add(shape);
      this.#quietSeeds = this.#moments.size + this.#shapes.size > before ? 0 : this.#quietSeeds + 1;
    }
  }
}
