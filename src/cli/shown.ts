/** A text on a line of its own, whatever it holds: control characters as escapes, so that it stays on the line and commands no terminal. */
export function shown(text: string): string {
  return /[\p{Cc}\ufffd]/u.test(text) ? JSON.stringify(text) : text;
}
