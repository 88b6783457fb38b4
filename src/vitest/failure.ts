import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Violation } from '../sim/checkers/violation.js';
import type { Story } from '../sim/systems/machine/story.js';

/** A seed in which a property did not hold, as a test runner shows it. */
export class ViolationError extends Error {
  override readonly name = 'Violation';
  /** What did not hold; null when something else went wrong, such as a seed that never came to its end. */
  readonly violation: Violation | null;
  /** What an `expect` of the user's compared, so that the runner shows the difference. */
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly showDiff?: boolean;

  /**
   * @param thrown What a machine or a property threw; its frames are shown, or else those of `definedAt`.
   */
  constructor(message: string, violation: Violation | null, thrown: Error | null, definedAt: string) {
    super(message);
    this.violation = violation;
    const frames = framesOf(thrown?.stack ?? '');
    this.stack = `Violation: ${message}\n${frames === '' ? definedAt : frames}`;
    if (thrown === null || !('actual' in thrown) || !('expected' in thrown)) return;
    this.actual = thrown.actual;
    this.expected = thrown.expected;
    this.showDiff = 'showDiff' in thrown ? thrown.showDiff === true : true;
  }
}

/** Where this package is, so that its own places in code are left out of stacks. */
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** The lines of a stack that name places in code of the user's. */
export function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s*at /.test(line) && !line.includes(PACKAGE))
    .join('\n');
}

/** A failed seed, for a person. */
export interface Finding {
  readonly violation: Violation;
  readonly seed: number;
  readonly events: number;
  /** The command that runs it again. */
  readonly again: string;
}

/** The first failure of a simulation, whole. */
export function failureText({ violation: { property, message, atMs }, seed, events, again }: Finding, story: Story, trace: string): string {
  const where = story.world === '' ? 'story' : `story of the smallest world found in which seed ${seed} fails: ${story.world}`;
  return [
    wrapped(`${property}: ${message}`),
    `  seed ${seed} at ${counted(Math.round(atMs))} ms of world time, after ${counted(events)} events`,
    wrapped(where, '  '),
    ...story.lines.map((line) => `  ${line}`),
    ...(story.end === message || story.end === '' ? [] : [wrapped(`so ${story.end}`, ' '.repeat(13), ' '.repeat(16))]),
    `  again   ${again}`,
    `  trace   ${trace}`,
  ].join('\n');
}

/** A further failure, which is most likely the same. */
export function furtherText({ violation: { property, message }, seed, again }: Finding): string {
  return `${wrapped(`${property}: seed ${seed} too: ${message}`)}\n  again   ${again}`;
}

/** What a terminal shows in one line. The first line stands behind the name of the error. */
const COLUMNS = 80;
const BEFORE_FIRST = 'Violation: '.length;

/** Text in lines that a terminal shows whole, the first one behind `lead`, all later ones behind `indent`. */
function wrapped(text: string, lead = '', indent = '  '): string {
  const lines: string[] = [];
  let line = lead;
  let isBare = true;
  for (const word of text.split(' ')) {
    const columns = lead === '' && lines.length === 0 ? COLUMNS - BEFORE_FIRST : COLUMNS;
    if (!isBare && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      isBare = true;
    }
    line += isBare ? word : ` ${word}`;
    isBare = false;
  }
  return [...lines, line].join('\n');
}

/** The command that runs one seed of a simulation again. */
export function commandToRepeat(seed: number, title: string, file: string): string {
  const path = relative(process.cwd(), file) || file;
  return `SEEDSTORM_SEED=${seed} npx vitest run ${shellWord(path)} -t ${quoted(title.replace(/[.*+?^$\{}()|[\]\\]/g, '\\$&'))}`;
}

const shellWord = (text: string): string => (/^[\w./@:+-]+$/.test(text) ? text : quoted(text));
const quoted = (text: string): string => `"${text.replace(/["\\$`]/g, '\\$&')}"`;

/** A number with a space between its thousands. */
export function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
