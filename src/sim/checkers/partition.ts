import type { Operation } from './history.js';
import type { Model, Specification } from './model.js';
import type { Prunings } from './prunings.js';
import { Search } from './search.js';
import { timelineOf, type Timeline } from './timeline.js';
import type { Verdict } from './verdict.js';
import type { MemoryBudget } from './visited.js';
import { orderByZones } from './zones.js';

/** The part of a history that touches one key, and how far its judgement has come. */
export class Partition {
  readonly key: string;
  readonly operations: readonly Operation[];
  readonly specification: Specification;
  readonly timeline: Timeline;
  /** Steps taken so far. */
  steps = 0;
  #search: Search | null = null;
  #zonesOrder: readonly number[] = [];
  readonly #prunings: Prunings;
  readonly #memory: MemoryBudget;

  constructor(key: string, operations: readonly Operation[], model: Model, prunings: Prunings, memory: MemoryBudget) {
    this.key = key;
    this.operations = operations;
    this.specification = model.specify(operations, prunings.quotient);
    this.timeline = timelineOf(operations, this.specification);
    this.#prunings = prunings;
    this.#memory = memory;
  }

  /** Goes on for at most about `steps` steps. Zones are judged in one go. */
  run(steps: number): Verdict {
    const { values } = this.specification;
    if (values !== null && this.#prunings.zones) {
      this.steps += this.operations.length;
      const order = orderByZones(this.timeline, values);
      this.#zonesOrder = order ?? [];
      return order === null ? 'failed' : 'passed';
    }
    this.#search ??= new Search(this.timeline, this.specification, this.#prunings, this.#memory);
    const verdict = this.#search.run(this.steps + steps);
    this.steps = this.#search.steps;
    if (verdict !== 'unknown' || this.#search.isFull) this.#search.release();
    return verdict;
  }

  /** Memory is full: more turns are of no use. */
  get isGivenUp(): boolean {
    return this.#search?.isFull ?? false;
  }

  /** A place in the order of returns before which all was well, as far as the search knows. */
  get farthest(): number {
    return this.#search?.farthest ?? 0;
  }

  /** After `passed`: a linearization, as indexes into {@link operations}. */
  order(): readonly number[] {
    return this.#search?.order() ?? this.#zonesOrder;
  }
}
