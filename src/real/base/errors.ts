/** A mistake of the person who runs the program: one clear line, exit code 2, never a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What the command line ends with. */
  readonly exitCode = 2;
}

/** The `code` of an error of the operating system, such as 'EADDRINUSE'; empty if it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** One line about anything that was thrown. */
export function lineOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
