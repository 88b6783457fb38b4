import { assert } from '../../core/base/assert.js';
import type { Operation } from './history.js';
import type { Model } from './model.js';
import { Partition } from './partition.js';
import type { CheckOptions, CheckResult, Verdict } from './verdict.js';

/**
 * Finds with whose return a history goes wrong: the shortest illegal prefix. Prefixes of a linearizable
 * history are linearizable, so the first illegal one can be searched by halves; it starts where the search
 * that refuted the whole got stuck, which is nearly always the place.
 */
export function failureOf(partition: Partition, model: Model, options: CheckOptions, stepsBefore: number): CheckResult {
  const { required, earliest } = partition.timeline;
  assert(required.length > 0, 'a history in which nothing is required is linearizable');
  let steps = stepsBefore;
  const judge = (place: number): { cut: Cut; verdict: Verdict; judged: Partition } => {
    const cut = cutAfter(partition, place);
    const judged = new Partition(partition.key, cut.operations, model, options.prunings, { words: options.wordsMax });
    const verdict = judged.run(Math.max(0, stepsBefore + options.stepsMax - steps));
    steps += judged.steps;
    return { cut, verdict, judged };
  };

  // Legal up to `legal`, illegal up to `illegal`.
  let legal = partition.farthest - 1;
  let illegal = required.length - 1;
  for (let stride = 1; illegal - legal > 1; stride *= 4) {
    const place = Math.min(legal + stride, (legal + illegal) >> 1);
    const { verdict } = judge(place);
    if (verdict === 'passed') legal = place;
    else if (verdict === 'failed') {
      illegal = place;
      stride = Math.max(1, illegal - legal); // from now on by halves
    } else break;
  }

  const best = judge(legal);
  const isTold = best.verdict === 'passed';
  const order = isTold ? best.judged.order() : [];
  const prefix = order.map((i) => best.cut.sources[i]!);
  const placed = new Set(prefix);
  const unplaced: Operation[] = [];
  for (let o = 0; o < required.length; o++) {
    const operation = partition.operations[required[o]!]!;
    // The culprit's effect may have its place in the order; its answer has none.
    if (o === illegal || (o > illegal && earliest[o]! <= illegal && !placed.has(operation))) unplaced.push(operation);
  }
  const exact = model.specify(order.map((i) => best.cut.operations[i]!), false); // the search saw no values that nobody read
  let state = exact.initialState;
  for (let n = 0; n < order.length; n++) state = exact.step(state, n);
  return {
    verdict: 'failed', key: partition.key, culprit: partition.operations[required[illegal]!]!,
    prefix, prefixState: isTold ? exact.describe(state) : 'not known', unplaced, steps,
  };
}

/** A history as it was known at one moment, and for each of its operations the original. */
interface Cut {
  readonly operations: readonly Operation[];
  readonly sources: readonly Operation[];
}

/**
 * What was known just after the return at `place`; -1: before all returns. What was still under way has no
 * outcome yet, and is left out if it turned out to change nothing.
 */
function cutAfter(partition: Partition, place: number): Cut {
  const { required, earliest, optional, optionalEarliest } = partition.timeline;
  const operations: Operation[] = [];
  const sources: Operation[] = [];
  const keep = (source: Operation, isReturned: boolean) => {
    sources.push(source);
    operations.push(isReturned ? source : { ...source, outcome: 'unknown', resultValue: null, resultVersion: null, returnUs: null });
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
