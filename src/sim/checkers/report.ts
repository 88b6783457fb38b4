import { clientName } from '../base/process-names.js';
import type { Operation } from './history.js';
import { spelled } from './value.js';
import { NOT_KNOWN, type CheckResult } from './verdict.js';

/** How many operations of the order before the failure a report shows; the last ones matter. */
const PREFIX_LINES = 12;
const UNPLACED_LINES = 8;
const TEXT_MAX = 40;

/** `us`: moments are microseconds. `events`: they are the numbers of events, from 0, which are told from 1. */
export type Clock = 'us' | 'events';

/** An operation, and its line and that of its answer in a file, if it was read from one. */
export type Placed = Operation & { readonly line?: number; readonly answerLine?: number | null };

/** The verdict in plain text, and of a failure the story: what could be put in order, and what could not. */
export function reportOf(result: CheckResult<Placed>, clock: Clock = 'us'): string {
  const { verdict, key, culprit, prefix, unplaced, steps } = result;
  if (verdict === 'passed') return `passed  linearizable (${steps} steps)`;
  if (verdict === 'unknown') return `unknown  ${key === '' ? 'the history' : `key ${quoted(key)}`} was not decided within ${steps} steps`;

  // A register or a lock that stands alone has no name.
  const lines = [`failed  not linearizable${key === '' ? '' : `: key ${quoted(key)}`}`];
  if (culprit === null) return lines.join('\n');
  const { isNeverWritten } = result;
  const place = placeOf(culprit);
  if (isNeverWritten) lines.push('', `This answer${place} tells of a value that nobody can have written by then:`);
  else lines.push('', `Until ${moment(culprit.returnUs, clock)} all was well. Then this answer came${place}, for which there is no place:`);
  lines.push(`  ${describe(culprit, clock)}`);
  if (prefix.length > 0) {
    lines.push(
      '',
      `An order of all that went before (${prefix.length} operations${prefix.length > PREFIX_LINES ? ', the last ones' : ''}):`,
    );
    for (const operation of prefix.slice(-PREFIX_LINES)) lines.push(`  ${describe(operation, clock)}`);
  }
  const isTold = result.prefixState !== NOT_KNOWN;
  if (isTold) lines.push(`  then ${key === '' ? 'it' : 'the key'} is: ${shorten(result.prefixState)}`);
  else lines.push('', 'No order of what went before was found within the bound.');
  const others = unplaced.filter((operation) => operation !== culprit);
  if (others.length > 0) {
    lines.push('', 'At work at that moment, and not in that order:');
    for (const operation of others.slice(0, UNPLACED_LINES)) lines.push(`  ${describe(operation, clock)}`);
    if (others.length > UNPLACED_LINES) lines.push(`  and ${others.length - UNPLACED_LINES} more`);
  }
  if (!isNeverWritten) lines.push(...whereItCameFrom(result, clock));
  return lines.join('\n');
}

/** For a read that fits nowhere: who wrote what it saw, and how much was changed since. A text grows from many writes. */
function whereItCameFrom({ culprit, prefix }: CheckResult<Placed>, clock: Clock): string[] {
  if (culprit === null || culprit.resultValue === null || prefix.some(({ op }) => op === 'append')) return [];
  const changes = prefix.filter(({ op, outcome }) => op !== 'get' && op !== 'read' && (outcome === 'ok' || outcome === 'unknown'));
  const place = changes.findLastIndex(({ value }) => value === culprit.resultValue);
  if (place < 0) return ['', `Nothing in that order wrote ${quoted(culprit.resultValue)}.`];
  const later = changes.length - place - 1;
  const since = later === 0 ? 'as the last change' : `before ${later} other ${later === 1 ? 'change' : 'changes'}`;
  const write = changes[place]!;
  return ['', `What it saw was last written here${placeOf(write)}, in that order ${since}:`, `  ${describe(write, clock)}`];
}

/** Where in the file the operation stands. */
function placeOf({ line, answerLine }: Placed): string {
  if (line === undefined) return '';
  return (answerLine ?? null) === null ? ` (line ${line})` : ` (line ${answerLine}; called on line ${line})`;
}

/** One operation in a sentence: who, when, what, and what came of it. */
export function operationText(operation: Operation): string {
  return describe(operation).trim().replace(/\s+/g, ' ');
}

/** Why a history is not linearizable, by the answer with which it stops to be. */
export function unexplained(culprit: Operation | null): string {
  return `no order explains ${culprit === null ? 'it' : operationText(culprit)}`;
}

/** The same in columns. */
export function describe(operation: Operation, clock: Clock = 'us'): string {
  const { clientId, op, value, version, expected, callUs, returnUs } = operation;
  const input = [];
  if (op === 'cas') input.push(`${quoted(expected)} to`);
  if (value !== null) input.push(quoted(value));
  if (version !== null) input.push(`if version ${version}`);
  const span = `${moment(callUs, clock)} .. ${returnUs === null ? '?' : clock === 'us' ? moment(returnUs, clock) : returnUs + 1}`;
  return `${clientName(clientId).padEnd(4)} ${span.padEnd(clock === 'us' ? 30 : 20)} ${[op, ...input].join(' ')} -> ${outcomeOf(operation)}`;
}

function outcomeOf({ op, outcome, resultValue, resultVersion }: Operation): string {
  const isRead = op === 'get' || op === 'read';
  const found = isRead && outcome === 'ok' ? (resultValue === null ? 'empty' : quoted(resultValue)) : outcome;
  return resultVersion === null ? found : `${found}, version ${resultVersion}`;
}

function moment(at: number | null, clock: Clock): string {
  if (at === null) return '?';
  return clock === 'us' ? `${(at / 1_000).toFixed(3)} ms` : `event ${at + 1}`;
}

function quoted(text: string | null): string {
  return text === null ? 'empty' : shorten(spelled(text));
}

/** The end of a long text tells more than its beginning: that is where an append shows. */
function shorten(text: string): string {
  return text.length <= TEXT_MAX ? text : `"…${text.slice(-TEXT_MAX)}`;
}
