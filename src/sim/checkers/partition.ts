import type { Timed } from './history.js';
import type { CompiledModel, Specification } from './specification.js';
import type { Prunings } from './prunings.js';
import { firstWithoutOrigin } from './origins.js';
import { Search } from './search.js';
import { timelineOf, type Timeline } from './timeline.js';
import type { Verdict } from './verdict.js';
import type { MemoryBudget } from './visited.js';
import { orderByZones } from './zones.js';

/** The part of a history that touches one key, and how far its judgement has come. */
export class Partition<Op extends Timed> {
  readonly key: string;
  readonly operations: readonly Op[];
  readonly specification: Specification;
  readonly timeline: Timeline;
  /** Steps taken so far. */
  steps = 0;
  #search: Search | null = null;
  /** A place whose operation found what nobody can have left there by then; undefined: not looked for yet. */
  #orphan: number | null | undefined;
  #zonesOrder: readonly number[] = [];
  readonly #prunings: Prunings;
  readonly #memory: MemoryBudget;

  constructor(key: string, operations: readonly Op[], model: CompiledModel<Op>, prunings: Prunings, memory: MemoryBudget) {
    this.key = key;
    this.operations = operations;
    this.specification = model.specify(operations, prunings.quotient);
    this.timeline = timelineOf(operations, this.specification);
    this.#prunings = prunings;
    this.#memory = memory;
  }

  /** Goes on for at most about `steps` steps. The look for origins and zones are done in one go. */
  run(steps: number): Verdict {
    const { values, origins } = this.specification;
    if (this.#orphan === undefined) {
      this.#orphan = origins !== null && this.#prunings.origins ? firstWithoutOrigin(this.timeline, origins) : null;
      if (this.#orphan !== null) {
        this.steps += this.operations.length;
        return 'failed';
      }
    }
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

  /** After `failed`: the place whose operation found what nobody can have left there by then, or null. */
  get orphan(): number | null {
    return this.#orphan ?? null;
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
