import { failureOf } from './culprit.js';
import type { Timed } from './history.js';
import type { CompiledModel } from './specification.js';
import { Partition } from './partition.js';
import { CHECK_DEFAULTS, type CheckOptions, type CheckResult, type Verdict } from './verdict.js';

export { CHECK_DEFAULTS, type CheckOptions, type CheckResult, type Verdict };

/** Steps of a key's first turn, beyond a few for each of its operations. */
const FIRST_TURN_STEPS = 2_000;
const STEPS_PER_OPERATION = 8;
/** How much longer each turn is than the one before. */
const TURN_GROWTH = 4;

/** Steps between two looks at how far a search has come: some tens of milliseconds. */
const STEPS_PER_LOOK = 1_000_000;

/** How far a search has come. */
export interface SearchProgress {
  /** `judging`: looking for an order. `telling`: it failed, and the story of the failure is put together in one go. */
  readonly stage: 'judging' | 'telling';
  readonly steps: number;
  readonly stepsMax: number;
  readonly keys: number;
  /** Keys that have an order. */
  readonly decided: number;
}

/**
 * Decides whether a history is linearizable (Herlihy & Wing 1990) with respect to a model.
 *
 * Each key is judged alone; the history is linearizable exactly if every part is, since no operation
 * touches two keys (Horn & Kroening 2015). The keys take turns that grow, so that one hopeless key does
 * not hide the plain failure of another. Same history, same options: same verdict after the same steps.
 */
export function checkLinearizability<Op extends Timed>(
  operations: readonly Op[],
  model: CompiledModel<Op>,
  options: Partial<CheckOptions> = {},
): CheckResult<Op> {
  const search = searchingLinearizability(operations, model, options);
  for (;;) {
    const next = search.next();
    if (next.done === true) return next.value;
  }
}

/** The same, with a breath every now and then, for who shows how far it has come or may want to stop. */
export function* searchingLinearizability<Op extends Timed>(
  operations: readonly Op[],
  model: CompiledModel<Op>,
  options: Partial<CheckOptions> = {},
): Generator<SearchProgress, CheckResult<Op>> {
  const { stepsMax, wordsMax, prunings } = { ...CHECK_DEFAULTS, ...options };
  const memory = { words: wordsMax };
  const parts = byKey(operations);
  let steps = 0;
  let decided = 0;
  let undecided: Partition<Op>[] = [];
  const look = (stage: SearchProgress['stage']): SearchProgress => ({ stage, steps, stepsMax, keys: parts.size, decided });

  function* takeTurn(partition: Partition<Op>, turn: number): Generator<SearchProgress, CheckResult<Op> | null> {
    let left = Math.min(turn, stepsMax - steps);
    for (;;) {
      const before = partition.steps;
      const verdict = partition.run(Math.min(left, STEPS_PER_LOOK));
      const taken = partition.steps - before;
      steps += taken;
      left -= taken;
      if (verdict === 'failed') {
        yield look('telling');
        return failureOf(partition, model, { stepsMax, wordsMax, prunings }, steps);
      }
      if (verdict === 'passed') decided++;
      else if (taken > 0 && left > 0 && !partition.isGivenUp) {
        yield look('judging');
        continue;
      } else undecided.push(partition);
      return null;
    }
  }

  for (const [key, list] of parts) {
    const failure = yield* takeTurn(
      new Partition(key, list, model, prunings, memory),
      FIRST_TURN_STEPS + STEPS_PER_OPERATION * list.length,
    );
    if (failure !== null) return failure;
  }
  for (let turn = FIRST_TURN_STEPS * TURN_GROWTH; steps < stepsMax; turn *= TURN_GROWTH) {
    const open = undecided.filter((partition) => !partition.isGivenUp);
    if (open.length === 0) break;
    undecided = undecided.filter((partition) => partition.isGivenUp);
    for (const partition of open) {
      const failure = yield* takeTurn(partition, turn);
      if (failure !== null) return failure;
    }
  }
  const key = undecided[0]?.key ?? null;
  return {
    verdict: key === null ? 'passed' : 'unknown',
    key,
    culprit: null,
    isNeverWritten: false,
    prefix: [],
    prefixState: '',
    unplaced: [],
    steps,
  };
}

/** The parts of a history, in the order in which their keys first appear. */
function byKey<Op extends Timed>(operations: readonly Op[]): Map<string, Op[]> {
  const parts = new Map<string, Op[]>();
  for (const operation of operations) {
    const part = parts.get(operation.key);
    if (part === undefined) parts.set(operation.key, [operation]);
    else part.push(operation);
  }
  return parts;
}
