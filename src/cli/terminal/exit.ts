import { BadScenario } from '../../sim/base/bad-scenario.js';
import { codeOf, lineOf, UserError } from '../../real/base/errors.js';

/** What the command line ends with; scripts rely on these numbers. */
export const EXIT = {
  /** All held; or the command did what it was asked to do. */
  held: 0,
  /** A property was violated; for client commands: the store refused, or the outcome is unknown. */
  violated: 1,
  /** Wrong use or bad input. */
  misuse: 2,
  /** One seed gave two different runs. */
  nondeterministic: 3,
  /** A moment that the scenarios promise was never seen. */
  neverSeen: 4,
  /** There is no verdict: the bound was reached before one, or too little was seen for one. */
  undecided: 5,
  /** A campaign was stopped before its end, and had found nothing until then. */
  interrupted: 130,
  /** A bug of seedstorm itself (the number is EX_SOFTWARE of sysexits.h). */
  internal: 70,
} as const;

/** A mistake of the person at the keyboard, as one line. */
export function misuse(line: string): UserError {
  return new UserError(line);
}

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  ELOOP: 'its symbolic links lead in a circle',
};

/** A file that was named and cannot be read, as one line in words; `what` is what it is called, with its path. */
export function unreadable(what: string, error: unknown): UserError {
  return misuse(`${what} cannot be read: ${WHY_NOT[codeOf(error)] ?? lineOf(error)}`);
}

/** The same of a file that cannot be written. */
export function unwritable(what: string, error: unknown): UserError {
  const why = codeOf(error) === 'ENOENT' ? 'there is no such directory' : (WHY_NOT[codeOf(error)] ?? lineOf(error));
  return misuse(`${what} cannot be written: ${why}`);
}

/**
 * What to print on standard error for anything that was thrown, and what to end with.
 *
 * @param wantsStack True when the person asked for stack traces (SEEDSTORM_DEBUG=1).
 */
export function explain(error: unknown, wantsStack: boolean): { readonly text: string; readonly exitCode: number } {
  const stack = wantsStack && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
  const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  if (error instanceof UserError) return { text: `seedstorm: ${line}${stack}`, exitCode: error.exitCode };
  if (error instanceof BadScenario) return { text: `seedstorm: ${line}${stack}`, exitCode: EXIT.misuse };
  const hint = stack === '' ? ' (SEEDSTORM_DEBUG=1 shows where)' : '';
  return { text: `seedstorm: internal error: ${line}${hint}${stack}`, exitCode: EXIT.internal };
}
