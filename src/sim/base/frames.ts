import { fileURLToPath } from 'node:url';

/** Where this package is. */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Frames of the simulator say nothing to who wrote a machine, and neither do those of Node. */
const OURS = ['sim', 'vitest', 'cli'].map((room) => `${PACKAGE}${room}/`);
const ASSERT = `${PACKAGE}core/base/assert.`;
/** Whoever wants more asks a debugger. */
const FRAMES_MAX = 5;

/**
 * Where in code something was thrown, the innermost place first, at most five: `step (file:///…/counter.js:12:5)`. Code
 * of the simulator is left out, and that of `core` where there is code of a user's; empty when nothing is left.
 */
export function framesOf(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  // A message may have lines of its own that look like places.
  const behind = stack.indexOf(error.message) + error.message.length;
  const lines = stack.slice(Math.max(0, behind)).split('\n');
  const frames = lines.flatMap((line) => /^\s*at (.*\S)/.exec(line)?.[1] ?? []).filter(isTelling);
  const theirs = frames.filter((frame) => !frame.includes(PACKAGE));
  return (theirs.length > 0 ? theirs : frames).slice(0, FRAMES_MAX);
}

/** Whether code from outside this package has a part in what was thrown: whoever wrote it is told, and nobody else is to blame. */
export function isOfAUser(error: Error): boolean {
  return framesOf(error).some((frame) => !frame.includes(PACKAGE));
}

/** The innermost place alone, in parentheses behind a line: ` (file:///…/counter.js:12:5)`; '' when it is not known. */
export function placeOf(error: unknown): string {
  const [frame] = error instanceof Error ? framesOf(error) : [];
  return frame === undefined ? '' : ` (${/\(([^()]*)\)$/.exec(frame)?.[1] ?? frame})`;
}

function isTelling(frame: string): boolean {
  const isElsewhere =
    frame.includes('node:') || /[\\/]node_modules[\\/](?:@?vitest|tinypool)[\\/]/.test(frame) || frame.includes('<anonymous>)');
  return !isElsewhere && !frame.includes(ASSERT) && !OURS.some((room) => frame.includes(room));
}
