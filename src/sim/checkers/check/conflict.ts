import { cutAfter } from '../culprit.js';
import type { Timed } from '../history.js';
import { Partition } from '../partition.js';
import type { CompiledModel } from '../specification.js';
import type { CheckOptions } from '../verdict.js';

/** Steps of one attempt, beyond a few for each operation, and of all attempts. */
const ATTEMPT_STEPS = 5_000;
const STEPS_PER_OPERATION = 10;
const STEPS_MAX = 20_000_000;

/**
 * Few operations whose answers contradict each other whatever all others were answered: the failing part of a history, with the
 * answers of all others forgotten, still has no order. Forgetting an answer only ever makes more orders possible, so what is left
 * is a reason in itself. None of it can be forgotten any more, unless an attempt took too many steps.
 *
 * @param operations Of one key, whose history is not linearizable.
 * @param culprit With whose return it stopped being so.
 * @param goesFirst Which answers are forgotten before all others: those that a reader can best do without.
 * @returns In the order of calls, the culprit among them.
 */
export function conflictOf<Op extends Timed>(
  operations: readonly Op[],
  culprit: Op,
  model: CompiledModel<Op>,
  { prunings, wordsMax }: CheckOptions,
  goesFirst: (operation: Op) => boolean = () => false,
): readonly Op[] {
  const whole = new Partition(culprit.key, operations, model, prunings, { words: wordsMax });
  const { required } = whole.timeline;
  const cut = cutAfter(whole, model, required.indexOf(operations.indexOf(culprit)));
  let steps = 0;
  /** The indexes into the cut whose answers count. */
  const isContradiction = (kept: ReadonlySet<number>): boolean => {
    const some = cut.operations.map((operation, i) => (kept.has(i) ? operation : model.forget(operation)));
    const attempt = new Partition(culprit.key, some, model, prunings, { words: wordsMax });
    const verdict = attempt.run(ATTEMPT_STEPS + STEPS_PER_OPERATION * some.length);
    steps += attempt.steps + some.length;
    return verdict === 'failed';
  };

  const answered = cut.operations.flatMap(({ returnUs }, i) => (returnUs === null || cut.sources[i] === culprit ? [] : [i]));
  // The earliest are forgotten first: what is near the culprit says most.
  let kept = new Set([...answered, cut.sources.indexOf(culprit)]);
  const isFirst = (i: number): boolean => goesFirst(cut.sources[i] as Op);
  // One group after the other: with all answers of the second there, few of the first are needed.
  for (let candidates of [answered.filter(isFirst), answered.filter((i) => !isFirst(i))]) {
    for (let size = Math.ceil(candidates.length / 2); size > 0 && steps < STEPS_MAX; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const needed: number[] = [];
      for (let at = 0; at < candidates.length; at += size) {
        const chunk = candidates.slice(at, at + size);
        const forgotten = new Set(chunk);
        const less = new Set([...kept].filter((i) => !forgotten.has(i)));
        if (steps < STEPS_MAX && isContradiction(less)) kept = less;
        else needed.push(...chunk);
      }
      candidates = needed;
    }
  }
  return cut.sources.filter((_, i) => kept.has(i)).sort((a, b) => a.callUs - b.callUs);
}
