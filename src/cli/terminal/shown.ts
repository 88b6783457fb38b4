/** A text on a line of its own, whatever it holds: control characters as escapes, so that it stays on the line and commands no terminal. */
export function shown(text: string): string {
  return /[\p{Cc}\ufffd]/u.test(text) ? JSON.stringify(text) : text;
}

/** A text of several lines for a terminal: control characters but line ends and tabs as escapes, all else as it is. */
export function escaped(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
