/** Stands before a word that the parser of options must leave alone. No word of a command line can hold it. */
const SHIELD = '\0';

/**
 * The words with `-`, and those behind `--` that look like options, shielded: the parser would read them as options, or
 * as nothing at all. The `--` itself is gone.
 */
export function shielded(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const behind = end < 0 ? [] : words.slice(end + 1);
  return [
    ...before.map((word) => (word === '-' ? SHIELD + word : word)),
    ...behind.map((word) => (word.startsWith('-') ? SHIELD + word : word)),
  ];
}

/** Takes the shields away again, from every value of what was parsed. */
export function unshield(parsed: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(parsed)) parsed[name] = Array.isArray(value) ? value.map(bare) : bare(value);
}

function bare(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(SHIELD) ? value.slice(SHIELD.length) : value;
}
