/** A rule of this code was broken: a bug here or corrupted memory, never the world's doing. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Holds the code to its own rule. Stays on in production.
 *
 * @param because The rule that must hold, in words, with its source where it has one.
 * @throws {AssertionError} When the rule is broken. Caught in one place, the outermost loop of a host.
 */
export function assert(condition: boolean, because: string): asserts condition {
  if (!condition) throw new AssertionError(because);
}

/** The `default` of a complete `switch`: a new kind is then a compile error where it is not handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`a case was forgotten: ${String(value)}`);
}
