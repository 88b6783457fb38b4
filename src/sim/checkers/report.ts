import type { Operation } from './history.js';
import type { CheckResult } from './verdict.js';

/** How many operations of the order before the failure a report shows; the last ones matter. */
const PREFIX_LINES = 12;
const UNPLACED_LINES = 8;
const TEXT_MAX = 40;

/** The verdict in plain text, and of a failure the story: what could be put in order, and what could not. */
export function reportOf(result: CheckResult): string {
  const { verdict, key, culprit, prefix, unplaced, steps } = result;
  if (verdict === 'passed') return `passed  linearizable (${steps} steps)`;
  if (verdict === 'unknown') return `unknown  ${key === '' ? 'the history' : `key ${quoted(key)}`} was not decided within ${steps} steps`;

  // A register or a lock that stands alone has no name.
  const lines = [`failed  not linearizable${key === '' ? '' : `: key ${quoted(key)}`}`];
  if (culprit === null) return lines.join('\n');
  lines.push('', `Until ${moment(culprit.returnUs)} all was well. Then this answer came, for which there is no place:`);
  lines.push(`  ${describe(culprit)}`);
  if (prefix.length > 0) {
    lines.push('', `An order of all that went before (${prefix.length} operations${prefix.length > PREFIX_LINES ? ', the last ones' : ''}):`);
    for (const operation of prefix.slice(-PREFIX_LINES)) lines.push(`  ${describe(operation)}`);
  }
  lines.push(`  then ${key === '' ? 'it' : 'the key'} is: ${shorten(result.prefixState)}`);
  const others = unplaced.filter((operation) => operation !== culprit);
  if (others.length > 0) {
    lines.push('', 'At work at that moment, and not in that order:');
    for (const operation of others.slice(0, UNPLACED_LINES)) lines.push(`  ${describe(operation)}`);
    if (others.length > UNPLACED_LINES) lines.push(`  and ${others.length - UNPLACED_LINES} more`);
  }
  lines.push(...whereItCameFrom(result));
  return lines.join('\n');
}

/** For a read that fits nowhere: who wrote what it saw, and how much was changed since. A text grows from many writes. */
function whereItCameFrom({ culprit, prefix }: CheckResult): string[] {
  if (culprit === null || culprit.resultValue === null || prefix.some(({ op }) => op === 'append')) return [];
  const changes = prefix.filter(({ op, outcome }) => op !== 'get' && op !== 'read' && (outcome === 'ok' || outcome === 'unknown'));
  const place = changes.findLastIndex(({ value }) => value === culprit.resultValue);
  if (place < 0) return ['', `Nothing in that order wrote ${quoted(culprit.resultValue)}.`];
  const later = changes.length - place - 1;
  const since = later === 0 ? 'as the last change' : `before ${later} other ${later === 1 ? 'change' : 'changes'}`;
  return ['', `What it saw was last written here, in that order ${since}:`, `  ${describe(changes[place]!)}`];
}

/** One operation on one line: who, when, what, and what came of it. */
export function describe(operation: Operation): string {
  const { clientId, op, value, version, expected, callUs, returnUs } = operation;
  const input = [];
  if (op === 'cas') input.push(`${quoted(expected)} to`);
  if (value !== null) input.push(quoted(value));
  if (version !== null) input.push(`if version ${version}`);
  const span = `${moment(callUs)} .. ${returnUs === null ? '?' : moment(returnUs)}`;
  return `client ${String(clientId).padEnd(4)} ${span.padEnd(30)} ${[op, ...input].join(' ')} -> ${outcomeOf(operation)}`;
}

function outcomeOf({ op, outcome, resultValue, resultVersion }: Operation): string {
  const isRead = op === 'get' || op === 'read';
  const found = isRead && outcome === 'ok' ? (resultValue === null ? 'empty' : quoted(resultValue)) : outcome;
  return resultVersion === null ? found : `${found}, version ${resultVersion}`;
}

function moment(us: number | null): string {
  return us === null ? '?' : `${(us / 1_000).toFixed(3)} ms`;
}

function quoted(text: string | null): string {
  return text === null ? 'empty' : shorten(JSON.stringify(text));
}

/** The end of a long text tells more than its beginning: that is where an append shows. */
function shorten(text: string): string {
  return text.length <= TEXT_MAX ? text : `"…${text.slice(-TEXT_MAX)}`;
}
