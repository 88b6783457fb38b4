import { failureOf } from './culprit.js';
import type { Operation } from './history.js';
import type { Model } from './model.js';
import { Partition } from './partition.js';
import { CHECK_DEFAULTS, type CheckOptions, type CheckResult, type Verdict } from './verdict.js';

export { CHECK_DEFAULTS, type CheckOptions, type CheckResult, type Verdict };

/** Steps of a key's first turn, beyond a few for each of its operations. */
const FIRST_TURN_STEPS = 2_000;
const STEPS_PER_OPERATION = 8;
/** How much longer each turn is than the one before. */
const TURN_GROWTH = 4;

/**
 * Decides whether a history is linearizable (Herlihy & Wing 1990) with respect to a model.
 *
 * Each key is judged alone; the history is linearizable exactly if every part is, since no operation
 * touches two keys (Horn & Kroening 2015). The keys take turns that grow, so that one hopeless key does
 * not hide the plain failure of another. Same history, same options: same verdict after the same steps.
 */
export function checkLinearizability(operations: readonly Operation[], model: Model, options: Partial<CheckOptions> = {}): CheckResult {
  const { stepsMax, wordsMax, prunings } = { ...CHECK_DEFAULTS, ...options };
  const memory = { words: wordsMax };
  let steps = 0;
  let undecided: Partition[] = [];
  const takeTurn = (partition: Partition, turn: number): CheckResult | null => {
    const before = partition.steps;
    const verdict = partition.run(Math.min(turn, stepsMax - steps));
    steps += partition.steps - before;
    if (verdict === 'unknown') undecided.push(partition);
    return verdict === 'failed' ? failureOf(partition, model, { stepsMax, wordsMax, prunings }, steps) : null;
  };

  for (const [key, list] of byKey(operations)) {
    const failure = takeTurn(new Partition(key, list, model, prunings, memory), FIRST_TURN_STEPS + STEPS_PER_OPERATION * list.length);
    if (failure !== null) return failure;
  }
  for (let turn = FIRST_TURN_STEPS * TURN_GROWTH; steps < stepsMax; turn *= TURN_GROWTH) {
    const open = undecided.filter((partition) => !partition.isGivenUp);
    if (open.length === 0) break;
    undecided = undecided.filter((partition) => partition.isGivenUp);
    for (const partition of open) {
      const failure = takeTurn(partition, turn);
      if (failure !== null) return failure;
    }
  }
  const key = undecided[0]?.key ?? null;
  return { verdict: key === null ? 'passed' : 'unknown', key, culprit: null, prefix: [], prefixState: '', unplaced: [], steps };
}

/** The parts of a history, in the order in which their keys first appear. */
function byKey(operations: readonly Operation[]): Map<string, Operation[]> {
  const parts = new Map<string, Operation[]>();
  for (const operation of operations) {
    const part = parts.get(operation.key);
    if (part === undefined) parts.set(operation.key, [operation]);
    else part.push(operation);
  }
  return parts;
}
