import { conflictOf } from '../checkers/check/conflict.js';
import type { Operation } from '../checkers/history.js';
import { checkLinearizability } from '../checkers/linearizability.js';
import type { CompiledModel } from '../checkers/specification.js';
import { CHECK_DEFAULTS } from '../checkers/verdict.js';

/** Steps of the search that looks for the failure: a second or two. The reason for it takes as many again at most. */
const STEPS_MAX = 20_000_000;

/** As little of a history as cannot have been. */
export interface MinimalHistory {
  /** In the order of calls, the culprit among them. */
  readonly operations: readonly Operation[];
  /** The answer that no order explains. */
  readonly culprit: Operation;
}

/** An operation as it happened, and as it is judged here. */
interface Judged {
  readonly source: Operation;
  readonly told: Operation;
}

/**
 * A few operations whose answers contradict each other, whatever all others were answered, and the writes of what they saw.
 *
 * Answers are forgotten, many at once and then fewer, as long as no order explains the others. An operation whose answer is forgotten may
 * still have had its effect, so nothing in what is left seems to be made up. Where the values alone contradict each other, versions are
 * forgotten first: they tie every answer to all writes before it.
 *
 * @param operations Of one key, with the answers as they are judged.
 * @returns null when they are linearizable, or the search gave up.
 */
export function minimalHistory(operations: readonly Operation[], model: CompiledModel): MinimalHistory | null {
  const plain = operations.flatMap((source) => {
    const told = withoutVersion(source);
    return told === null ? [] : [{ source, told }];
  });
  return (
    conflictIn(plain, model) ??
    conflictIn(
      operations.map((source) => ({ source, told: source })),
      model,
    )
  );
}

/** These operations and those that wrote what they saw, and others as they are, in the order of calls. */
export function withTheirWrites(
  operations: readonly Operation[],
  all: readonly Operation[],
  ...others: readonly Operation[]
): readonly Operation[] {
  const seen = new Set(operations.map(({ resultValue }) => resultValue));
  const writes = all.filter(({ value }) => value !== null && seen.has(value));
  return [...new Set([...writes, ...operations, ...others])].sort((a, b) => a.callUs - b.callUs);
}

function conflictIn(judged: readonly Judged[], model: CompiledModel): MinimalHistory | null {
  const told = judged.map((each) => each.told);
  const { culprit } = checkLinearizability(told, model, { stepsMax: STEPS_MAX });
  if (culprit === null) return null;
  const sources = new Map(judged.map((each) => [each.told, each.source]));
  const sourceOf = (operation: Operation): Operation => sources.get(operation) ?? operation;
  const conflict = conflictOf(told, culprit, model, CHECK_DEFAULTS, isRead).map(sourceOf);
  const all = judged.map(({ source }) => source);
  return { operations: withTheirWrites(conflict, all), culprit: sourceOf(culprit) };
}

/** What was written is told anyway where it was seen, so that its answer is no further line. */
const isRead = ({ op }: Operation): boolean => op === 'get' || op === 'read';

/** What an operation says without versions: a put that took effect set the key, and one that met another version did nothing. */
function withoutVersion(operation: Operation): Operation | null {
  const { op, outcome } = operation;
  if (op !== 'put') return { ...operation, resultVersion: null };
  if (outcome === 'versionConflict' || outcome === 'noKey') return null;
  return { ...operation, op: 'set', version: null, resultVersion: null };
}
