import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Lines that come back with the arrow keys; the file is shortened to them once it has grown to twice as many. */
export const HISTORY_LINES_MAX = 1_000;

/** Keys and values are nobody else's business. */
const PRIVATE = { mode: 0o600 };

/**
 * What was typed in the shells of earlier sessions, in a file of lines, the newest last. A file that cannot be read or
 * written is as good as none: history is a comfort, and no reason to fail.
 */
export class ShellHistory {
  readonly #path: string | null;
  #last = '';

  /** @param path null: nothing is remembered. */
  constructor(path: string | null) {
    this.#path = path;
  }

  /** The newest lines, newest first, as readline wants them. */
  load(): string[] {
    const lines =
      this.#quietly((path) =>
        readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== ''),
      ) ?? [];
    const kept = lines.slice(-HISTORY_LINES_MAX);
    if (lines.length >= 2 * HISTORY_LINES_MAX) this.#quietly((path) => writeFileSync(path, `${kept.join('\n')}\n`, PRIVATE));
    this.#last = kept.at(-1) ?? '';
    return kept.reverse();
  }

  /** Remembers a line at once, so that a killed shell has forgotten nothing. One that is repeated is one. */
  add(line: string): void {
    const text = line.trim();
    if (text === '' || text === this.#last) return;
    this.#last = text;
    this.#quietly((path) => appendFileSync(path, `${text}\n`, PRIVATE));
  }

  #quietly<Value>(use: (path: string) => Value): Value | null {
    try {
      return this.#path === null ? null : use(this.#path);
    } catch {
      return null;
    }
  }
}

/** SEEDSTORM_HISTORY names the file, and nothing in it means none; else it is in the user's home. */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const path = environment['SEEDSTORM_HISTORY'] ?? join(homedir(), '.seedstorm_history');
  return path === '' ? null : path;
}
