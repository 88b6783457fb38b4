import { Script } from 'node:vm';
import { liftGuard } from './determinism-guard.js';

/** A run took longer than it may. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

const PART = Symbol.for('seedstorm.part');
const script = new Script(`globalThis[Symbol.for('seedstorm.part')]()`);

/**
 * Does `part`, and gives it up after so many milliseconds of wall time, even in the middle of a loop that never ends.
 *
 * @throws {TookTooLong} When it was given up.
 */
export function within<Value>(limitMs: number, part: () => Value): Value {
  const holder = globalThis as { [PART]?: () => Value };
  const outer = holder[PART];
  holder[PART] = part;
  try {
    return script.runInThisContext({ timeout: limitMs }) as Value;
  } catch (error) {
    // What was given up has run none of its `finally`.
    if (!isTimeout(error)) throw error;
    liftGuard();
    throw new TookTooLong(`it was given up after ${limitMs / 1_000} s`);
  } finally {
    if (outer === undefined) delete holder[PART];
    else holder[PART] = outer;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
