import { check } from '../../checkers/check/check.js';
import type { Judgement } from '../../checkers/check/judgement.js';
import type { ClientOperation } from '../../checkers/check/model.js';
import type { Verdict } from '../../checkers/verdict.js';
import type { AnyModel, Call } from './spec.js';

/** What became of the question whether a model explains the answers of a run. */
export interface CallsJudged<Request, Response> {
  readonly verdict: Verdict;
  /** The call for whose answer there is no place in any order; null unless it failed. */
  readonly culprit: Call<Request, Response> | null;
  /** The calls whose answers contradict each other, the culprit among them, and those that a story of them needs. Looked for when it is asked. */
  conflict(): readonly Call<Request, Response>[];
  /** All of it in plain text. */
  readonly message: string;
}

/** A model may name a judge of its own: of the same object, and faster. */
export const JUDGE: unique symbol = Symbol('judges calls');

/** Who judges calls, within so many steps. */
export type CallsJudge<Request, Response> = (calls: readonly Call<Request, Response>[], stepsMax: number) => CallsJudged<Request, Response>;

/** A sweep does not wait longer than some seconds for the verdict of one run. */
export const STEPS_MAX = 5_000_000;

/** Whether a model explains all answers. */
export function judgeCalls<Request, Response>(
  calls: readonly Call<Request, Response>[],
  model: AnyModel<Request, Response> & { readonly [JUDGE]?: CallsJudge<Request, Response> },
  stepsMax = STEPS_MAX,
): CallsJudged<Request, Response> {
  // What failed did nothing and saw nothing.
  const judged = calls.filter(({ outcome }) => outcome.kind !== 'failed');
  const own = model[JUDGE];
  if (own !== undefined) return own(judged, stepsMax);
  const callOf = new Map<ClientOperation<Request, Response>, Call<Request, Response>>(judged.map((call) => [operationOf(call), call]));
  const { verdict, culprit, conflict, message }: Judgement<Request, Response> = check<unknown, Request, Response>(
    [...callOf.keys()],
    model,
    {
      stepsMax,
    },
  );
  const found = (operation: ClientOperation<Request, Response>): Call<Request, Response>[] => {
    const call = callOf.get(operation);
    return call === undefined ? [] : [call];
  };
  return { verdict, culprit: culprit === null ? null : (found(culprit)[0] ?? null), conflict: () => conflict.flatMap(found), message };
}

/** A call as {@link check} has it. */
function operationOf<Request, Response>({
  client,
  request,
  outcome,
  callMs,
  returnMs,
}: Call<Request, Response>): ClientOperation<Request, Response> {
  const answer = outcome.kind === 'done' ? { output: outcome.response } : {};
  return { client, input: request, call: callMs, return: returnMs, ...answer };
}
