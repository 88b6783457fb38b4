/** More edits than this, and the word meant is anybody's guess. */
const EDITS_MAX = 3;

/**
 * The known name nearest to a mistyped one, or null when none is near.
 *
 * @param known Names in the order of preference: of two equally near ones the first is taken.
 */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Math.min(EDITS_MAX, Math.max(1, Math.floor(name.length / 2))) + 1;
  for (const candidate of known) {
    const edits = editsBetween(lowered(name), lowered(candidate));
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/** Names are plain words: only their letters A to Z have a small form here, so that no locale has a say. */
const lowered = (name: string): string => name.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

/** What is said of an unknown name: which one was probably meant, and those there are. */
export function unknownLine(what: string, name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const meant = guess === null ? '' : ` did you mean "${guess}"?`;
  return `unknown ${what} "${name}";${meant} known: ${known.join(', ')}`;
}

/** Insertions, removals and changes of one character that turn `a` into `b` (Levenshtein), row by row. */
export function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
