import type { Operation } from './history.js';
import { ILLEGAL, type Model } from './model.js';

/** `unknown`: the bound was reached before there was a verdict. */
export type Verdict = 'passed' | 'failed' | 'unknown';

export interface CheckOptions {
  /** Model steps after which the search gives up with `unknown`; counted, not timed, so that a verdict can be repeated. */
  readonly stepsMax: number;
}

/** What the checker found. The last five fields speak of the key that failed, and are empty when none did. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** The key that failed, or for `unknown` the first one that is undecided; null when all passed. */
  readonly key: string | null;
  /** The operation with whose return the history stops being linearizable: without the rest it was fine. */
  readonly culprit: Operation | null;
  /** One order in which everything before the culprit's return could have happened. */
  readonly prefix: readonly Operation[];
  /** The state of the key after that order, in words. */
  readonly prefixState: string;
  /** What was called before the culprit's return, has an outcome, and is not in the prefix: the culprit and its contemporaries. */
  readonly unplaced: readonly Operation[];
  /** Model steps taken: the same for the same history and options, on every machine. */
  readonly steps: number;
}

export const CHECK_DEFAULTS: CheckOptions = { stepsMax: 20_000_000 };

/** Decides whether a history is linearizable (Herlihy & Wing 1990) with respect to a model, key by key. */
export function checkLinearizability(operations: readonly Operation[], model: Model, options: CheckOptions = CHECK_DEFAULTS): CheckResult {
  const byKey = new Map<string, Operation[]>();
  for (const operation of operations) {
    const list = byKey.get(operation.key);
    if (list === undefined) byKey.set(operation.key, [operation]);
    else list.push(operation);
  }
  let steps = 0;
  let undecided: string | null = null;
  for (const [key, list] of byKey) {
    const found = searchKey(list, model, options.stepsMax - steps);
    steps += found.steps;
    if (found.verdict === 'failed') {
      return { verdict: 'failed', key, culprit: found.culprit, prefix: found.prefix, prefixState: '', unplaced: [], steps };
    }
    if (found.verdict === 'unknown') undecided ??= key;
  }
  const verdict = undecided === null ? 'passed' : 'unknown';
  return { verdict, key: undecided, culprit: null, prefix: [], prefixState: '', unplaced: [], steps };
}

function searchKey(operations: readonly Operation[], model: Model, stepsMax: number) {
  const specification = model.specify(operations, true);
  const returnOf = (i: number) => operations[i]!.returnUs ?? Infinity;
  const seen = new Set<string>();
  const done = new Array<boolean>(operations.length).fill(false);
  const path: { i: number; state: number; next: number }[] = [];
  let best: number[] = [];
  let steps = 0;
  let state = specification.initialState;
  let next = 0;
  for (;;) {
    let first = -1;
    for (let i = 0; i < operations.length; i++) {
      if (!done[i] && returnOf(i) !== Infinity && (first < 0 || returnOf(i) < returnOf(first))) first = i;
    }
    if (first < 0) return { verdict: 'passed' as const, culprit: null, prefix: [], steps };
    let found = -1;
    let after = ILLEGAL;
    for (; next < operations.length && found < 0; next++) {
      if (done[next] || operations[next]!.callUs > returnOf(first)) continue;
      if (++steps > stepsMax) return { verdict: 'unknown' as const, culprit: null, prefix: [], steps };
      after = specification.step(state, next);
      if (after === ILLEGAL) continue;
      done[next] = true;
      const configuration = `${after} ${done.map(Number).join('')}`;
      if (seen.has(configuration)) done[next] = false;
      else {
        seen.add(configuration);
        found = next;
      }
    }
    if (found >= 0) {
      path.push({ i: found, state, next });
      if (path.length > best.length) best = path.map(({ i }) => i);
      state = after;
      next = 0;
      continue;
    }
    const back = path.pop();
    if (back === undefined) {
      const culprit = operations.filter((_, i) => !best.includes(i)).sort((a, b) => (a.returnUs ?? Infinity) - (b.returnUs ?? Infinity))[0];
      return { verdict: 'failed' as const, culprit: culprit ?? null, prefix: best.map((i) => operations[i]!), steps };
    }
    done[back.i] = false;
    state = back.state;
    next = back.next;
  }
}
