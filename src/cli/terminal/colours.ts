import { Chalk, supportsColor, supportsColorStderr, type ColorInfo, type ColorSupportLevel } from 'chalk';

/**
 * How much colour there may be: none with `--no-color`, some with `--color`; else what FORCE_COLOR wants; else none with
 * NO_COLOR; else as much as the terminal shows.
 *
 * @param detected What chalk found out, which knows FORCE_COLOR and terminals.
 * @param words The command line. Behind `--` nothing is an option.
 */
export function colourLevel(
  detected: ColorInfo,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ColorSupportLevel {
  const end = words.indexOf('--');
  const wish = (end < 0 ? words : words.slice(0, end)).filter((word) => /^--(no-)?color$/.test(word)).at(-1);
  const shown = detected === false ? 0 : detected.level;
  if (wish === '--no-color') return 0;
  if (wish === '--color') return shown === 0 ? 1 : shown;
  const isForced = environment['FORCE_COLOR'] !== undefined;
  return !isForced && (environment['NO_COLOR'] ?? '') !== '' ? 0 : shown;
}

/** What `--help` of each command says of it; the words are read before any command is. */
export const COLOUR_OPTION = {
  type: 'boolean',
  describe: 'use colour; --no-color for none [default: on a terminal, unless NO_COLOR is set]',
} as const;

const words = process.argv.slice(2);

/** Colour for people at a terminal. Machine-read output (--json, transcripts) never goes through here. */
export const out = new Chalk({ level: colourLevel(supportsColor, words, process.env) });

/** The same for standard error, which may be a terminal when standard output is not. */
export const err = new Chalk({ level: colourLevel(supportsColorStderr, words, process.env) });
