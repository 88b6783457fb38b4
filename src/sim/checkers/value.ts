/**
 * Values in histories. A text stands for itself. Whatever else a file can hold (a number, a keyword, a list, bytes that are no
 * UTF-8) is its spelling behind a mark, the same for equal values and never equal to a text.
 */

/** No character of any text that is exchanged (Unicode: "noncharacter"); a text that begins with it all the same is marked as one. */
const MARK = '\uffff';
const TEXT_MARK = `${MARK}"`;

/** The value that is this text. */
export function textValue(text: string): string {
  return text.startsWith(MARK) ? TEXT_MARK + text : text;
}

/** The value that is no text and is spelled like this; a spelling begins with no quotation mark. */
export function otherValue(spelling: string): string {
  return MARK + spelling;
}

/** The text that a value is, or null. */
export function textOf(value: string): string | null {
  if (!value.startsWith(MARK)) return value;
  return value.startsWith(TEXT_MARK) ? value.slice(TEXT_MARK.length) : null;
}

/** How a value is written: a text in quotation marks, anything else as its spelling. */
export function spelled(value: string): string {
  const text = textOf(value);
  return text === null ? value.slice(MARK.length) : JSON.stringify(text);
}

/** A value as JSON has it: a number if it is exact, else a text. */
export function jsonOf(value: string): string | number {
  const text = textOf(value);
  if (text !== null) return text;
  const spelling = spelled(value);
  const number = Number(spelling);
  return String(number) === spelling && (Number.isSafeInteger(number) || !Number.isInteger(number)) ? number : spelling;
}
