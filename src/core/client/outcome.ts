import type { StoreResult } from '../store/command.js';
import type { Cause, ClientOutcome } from './calls.js';
import type { ClientState } from './state.js';

/** What the words "maybe" and "failed" rest on, beside the state. */
export interface OutcomeRules {
  readonly mayDouble: boolean;
}

/**
 * Whether the command under way may have taken effect, or may yet: an attempt is unaccounted for. Where
 * requests may be doubled a refused attempt is too, since its other copy may still arrive.
 */
export function mayHaveTakenEffect(state: ClientState, rules: OutcomeRules): boolean {
  if (state.command === null) return false;
  return state.isUncertain || (rules.mayDouble && state.wasSent);
}

/**
 * The outcome of a call that is given up. "Failed" is a promise that it has no effect, so it is said only
 * when that is known; everything else is "maybe".
 */
export function outcomeOfGivingUp(state: ClientState, id: number, cause: Cause, reason: string, rules: OutcomeRules): ClientOutcome {
  return mayHaveTakenEffect(state, rules) ? { kind: 'maybe', id, cause, reason } : { kind: 'failed', id, cause, reason };
}

/**
 * The outcome of a call that the store answered.
 *
 * In a session the answer is that of the one time the command took effect. Without one, a refusal by the
 * store may be the work of an earlier attempt of this same call: "maybe".
 */
export function outcomeOfResult(state: ClientState, id: number, result: StoreResult, rules: OutcomeRules): ClientOutcome {
  const isDoubtful = !state.useSessions && result.status !== 'ok' && mayHaveTakenEffect(state, rules);
  if (isDoubtful) return { kind: 'maybe', id, cause: 'ambiguous', reason: `${result.status} in answer to a retry` };
  return { kind: 'done', id, result };
}

/**
 * Whether the command under way may be sent once more. In a session always: it takes effect once (thesis §6.3).
 * Without one, a set or delete that may have taken effect must not be; a put's version guards it.
 */
export function mayRepeat(state: ClientState): boolean {
  if (state.command === null || state.useSessions) return true;
  return state.command.op === 'put' || !state.isUncertain;
}
