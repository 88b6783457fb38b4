import { unknownLine } from '../../core/base/did-you-mean.js';
import { misuse } from './exit.js';

/** The complaint about an unknown name: one line that lists the known ones and guesses which was meant. */
export function unknownName(what: string, name: string, known: readonly string[]): Error {
  return misuse(unknownLine(what, name, known));
}
