import { CHECK_DEFAULTS, checkLinearizability } from '../linearizability.js';
import type { CheckResult } from '../verdict.js';
import { ChoiceSeen, compileModel, StatesFull, type TimedOperation } from './compile-model.js';
import { conflictOf } from './conflict.js';
import type { CheckLimits, Judgement } from './judgement.js';
import { messageOf } from './message.js';
import { BadHistory, type ClientOperation, type Model } from './model.js';

/**
 * Decides whether a history is linearizable (Herlihy & Wing 1990): whether each operation can have taken effect at one moment
 * between its call and its return, such that `model` explains every answer.
 *
 * An operation without a return may have taken effect at any moment after its call, or never.
 *
 * @param history In any order.
 * @throws {BadHistory} if no clients can have had this history.
 * @throws {BadModel} if the model contradicts itself, or its states cannot be compared. What `step` throws, it throws.
 */
export function check<State, Input, Output>(
  history: readonly ClientOperation<NoInfer<Input>, NoInfer<Output>>[],
  model: Model<State, Input, Output>,
  limits: Partial<CheckLimits> = {},
): Judgement<Input, Output> {
  checkHistory(history);
  const operations = history.map((source) => ({
    key: model.partition?.(source.input) ?? '',
    callUs: source.call,
    returnUs: source.return,
    source,
  }));
  const options = { ...CHECK_DEFAULTS, ...limits };
  try {
    return judge(operations, model, options, false);
  } catch (error) {
    if (!(error instanceof ChoiceSeen)) throw error;
    return judge(operations, model, options, true);
  }
}

function judge<State, Input, Output>(
  operations: readonly TimedOperation<Input, Output>[],
  model: Model<State, Input, Output>,
  options: typeof CHECK_DEFAULTS,
  hasChoices: boolean,
): Judgement<Input, Output> {
  const compiled = compileModel(model, hasChoices);
  let result: CheckResult<TimedOperation<Input, Output>>;
  let conflict: readonly TimedOperation<Input, Output>[] = [];
  try {
    result = checkLinearizability(operations, compiled, options);
  } catch (error) {
    if (!(error instanceof StatesFull)) throw error;
    result = {
      verdict: 'unknown',
      key: '',
      culprit: null,
      isNeverWritten: false,
      prefix: [],
      prefixState: '',
      unplaced: [],
      steps: options.stepsMax,
    };
  }
  const { verdict, key, culprit, prefix, prefixState, steps } = result;
  if (culprit !== null) {
    conflict = conflictOf(
      operations.filter((operation) => operation.key === culprit.key),
      culprit,
      compiled,
      options,
    );
  }
  const judgement = {
    verdict,
    partition: key,
    culprit: culprit?.source ?? null,
    order: prefix.map(({ source }) => source),
    state: prefixState,
    conflict: conflict.map(({ source }) => source),
    steps,
  };
  return { ...judgement, message: messageOf(judgement, model) };
}

/** @throws {BadHistory} */
function checkHistory(history: readonly ClientOperation<unknown, unknown>[]): void {
  history.forEach((operation, i) => {
    const { call, return: returned, output } = operation;
    if (!Number.isFinite(call)) throw new BadHistory(`operation ${i}: its call must be a number, and is ${String(call)}`);
    if (returned === null) {
      if (output !== undefined) throw new BadHistory(`operation ${i}: it has an output, but no return`);
    } else if (!Number.isFinite(returned)) {
      throw new BadHistory(`operation ${i}: its return must be a number, or null for no answer, and is ${String(returned)}`);
    } else if (returned < call) throw new BadHistory(`operation ${i}: it returned at ${returned}, before its call at ${call}`);
  });
  const answered = history.map((_, i) => i).filter((i) => history[i]!.return !== null);
  answered.sort((a, b) => history[a]!.call - history[b]!.call || history[a]!.return! - history[b]!.return!);
  const last = new Map<string | number, number>();
  for (const i of answered) {
    const { client, call } = history[i]!;
    const before = last.get(client);
    if (before !== undefined && history[before]!.return! > call) {
      throw new BadHistory(
        `operation ${i}: client ${client} calls at ${call}, but its operation ${before} returned only at ${history[before]!.return}`,
      );
    }
    last.set(client, i);
  }
}
