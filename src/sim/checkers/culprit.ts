import { assert } from '../../core/base/assert.js';
import type { Timed } from './history.js';
import type { CompiledModel } from './specification.js';
import { Partition } from './partition.js';
import { NOT_KNOWN, type CheckOptions, type CheckResult, type Verdict } from './verdict.js';

/** Steps, beyond a few for each operation, for the story of a failure that was clear without a search. */
const TELLING_STEPS = 1_000_000;
const STEPS_PER_OPERATION = 8;

/**
 * Finds with whose return a history goes wrong: the shortest illegal prefix. Prefixes of a linearizable
 * history are linearizable, so the first illegal one can be searched by halves; it starts where the search
 * that refuted the whole got stuck, which is nearly always the place. A value that nobody can have written needs no search, and so its
 * story is not worth a long one.
 */
export function failureOf<Op extends Timed>(
  partition: Partition<Op>,
  model: CompiledModel<Op>,
  options: CheckOptions,
  stepsBefore: number,
): CheckResult<Op> {
  const { required, earliest } = partition.timeline;
  assert(required.length > 0, 'a history in which nothing is required is linearizable');
  let steps = stepsBefore;
  const judge = (place: number, stepsMax = options.stepsMax): { cut: Cut<Op>; verdict: Verdict; judged: Partition<Op> } => {
    const cut = cutAfter(partition, model, place);
    const judged = new Partition(partition.key, cut.operations, model, options.prunings, { words: options.wordsMax });
    const verdict = judged.run(Math.max(0, Math.min(stepsMax, stepsBefore + options.stepsMax - steps)));
    steps += judged.steps;
    return { cut, verdict, judged };
  };

  // Legal up to `legal`, illegal up to `illegal`.
  let legal = partition.farthest - 1;
  const { orphan } = partition;
  let illegal = orphan ?? required.length - 1;
  const few = orphan === null ? options.stepsMax : TELLING_STEPS + STEPS_PER_OPERATION * required.length;
  if (illegal - legal > 1 && orphan !== null && judge(illegal - 1, few).verdict === 'passed') legal = illegal - 1;
  for (let stride = 1; illegal - legal > 1; stride *= 4) {
    const place = Math.min(legal + stride, (legal + illegal) >> 1);
    const { verdict } = judge(place, few);
    if (verdict === 'passed') legal = place;
    else if (verdict === 'failed') {
      illegal = place;
      stride = Math.max(1, illegal - legal); // from now on by halves
    } else break;
  }

  const best = judge(legal, few);
  const isNeverWritten = illegal === orphan;
  const isTold = best.verdict === 'passed' && (!isNeverWritten || legal === illegal - 1);
  const order = isTold ? best.judged.order() : [];
  const prefix = order.map((i) => best.cut.sources[i]!);
  const placed = new Set(prefix);
  const unplaced: Op[] = [];
  for (let o = 0; o < required.length; o++) {
    const operation = partition.operations[required[o]!]!;
    // The culprit's effect may have its place in the order; its answer has none.
    if (o === illegal || (o > illegal && earliest[o]! <= illegal && !placed.has(operation))) unplaced.push(operation);
  }
  const exact = model.specify(
    order.map((i) => best.cut.operations[i]!),
    false,
  ); // the search saw no values that nobody read
  let state = exact.initialState;
  for (let n = 0; n < order.length; n++) state = exact.step(state, n);
  return {
    verdict: 'failed',
    key: partition.key,
    culprit: partition.operations[required[illegal]!]!,
    isNeverWritten,
    prefix,
    prefixState: isTold ? exact.describe(state) : NOT_KNOWN,
    unplaced,
    steps,
  };
}

/** A history as it was known at one moment, and for each of its operations the original. */
export interface Cut<Op> {
  readonly operations: readonly Op[];
  readonly sources: readonly Op[];
}

/**
 * What was known just after the return at `place`; -1: before all returns. What was still under way has no
 * outcome yet, and is left out if it turned out to change nothing.
 */
export function cutAfter<Op extends Timed>(partition: Partition<Op>, model: CompiledModel<Op>, place: number): Cut<Op> {
  const { required, earliest, optional, optionalEarliest } = partition.timeline;
  const operations: Op[] = [];
  const sources: Op[] = [];
  const keep = (source: Op, isReturned: boolean) => {
    sources.push(source);
    operations.push(isReturned ? source : model.forget(source));
  };
  required.forEach((i, o) => {
    const isReturned = o <= place;
    if (isReturned || (earliest[o]! <= place && partition.specification.observers[i] === 0)) keep(partition.operations[i]!, isReturned);
  });
  optional.forEach((i, u) => {
    if (optionalEarliest[u]! <= place) keep(partition.operations[i]!, false);
  });
  return { operations, sources };
}
