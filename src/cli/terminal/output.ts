/** One line for people on standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Many lines for people on standard output, in one piece. */
export function sayAll(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

/** The one JSON object of a `--json` command: nothing else goes to standard output. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** One line for people on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** "1 run", "2 runs". Only words whose plural ends in s. */
export function count(n: number, word: string): string {
  return `${grouped(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** 1234567 as "1 234 567", the same in every locale. */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A short number for a line that is redrawn: 950, 12.3k, 1.2M. */
export function short(n: number): string {
  if (n >= 999_950) return `${(n / 1_000_000).toFixed(1)}M`;
  if (n >= 1_000) return `${(n / 1_000).toFixed(1)}k`;
  return String(Math.round(n));
}

/** A span of milliseconds in the unit that fits: "340 ms", "12.0 s", "3 min 05 s", "2 h 10 min". */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const pad = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}
