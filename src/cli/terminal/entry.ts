import { filled } from '../../sim/story/layout.js';
import { columnsOf } from './width.js';

/** How many characters the words in front of a report's lines may have, with the space behind them. */
const WORD_CHARACTERS = 8;

/**
 * A line of a report: a word, and behind it what is to be said. On a terminal that is too narrow for it, it continues below
 * itself; elsewhere it stays one line, for `grep`.
 *
 * @param columns How long a line may be, in characters.
 */
export function entry(word: string, text: string, columns = columnsForProse()): readonly string[] {
  if (WORD_CHARACTERS + text.length <= columns) return [word.padEnd(WORD_CHARACTERS) + text];
  return filled([text], ' ', columns - WORD_CHARACTERS).map((line, at) => (at === 0 ? word : '').padEnd(WORD_CHARACTERS) + line);
}

/** The same with colour on the word alone. */
export function headline(word: string, paint: (word: string) => string, text: string): readonly string[] {
  const [first = '', ...more] = entry(word, text);
  return [paint(word) + first.slice(word.length), ...more];
}

/** Names with their counts, in as many columns as fit. */
export function table(word: string, cells: readonly string[], columns = columnsOf()): readonly string[] {
  const width = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
  const perLine = Math.max(1, Math.floor((columns - WORD_CHARACTERS + 2) / width));
  const rows = Array.from({ length: Math.ceil(cells.length / perLine) }, (_, row) => cells.slice(row * perLine, (row + 1) * perLine));
  return rows.map((row, at) =>
    `${(at === 0 ? word : '').padEnd(WORD_CHARACTERS)}${row.map((cell) => cell.padEnd(width)).join('')}`.trimEnd(),
  );
}

const columnsForProse = (): number => (process.stdout.isTTY ? columnsOf() : Infinity);
