import type { SearchProgress } from '../../sim/checkers/linearizability.js';
import { count, short } from '../terminal/output.js';
import type { ProgressStream } from '../terminal/progress.js';

/** A short search needs no progress; then as often as the eye can follow, or a log file needs. */
const QUIET_MS = 1_000;
const REDRAW_MS = 200;
const LINE_MS = 5_000;

/** How a search ended: with a result, or because somebody stopped it. */
export type Searched<Result> = { readonly result: Result } | { readonly stoppedAt: SearchProgress };

/**
 * Carries a search on to its end, with its progress on `stream` once it takes long.
 *
 * @param stream null for none.
 * @param signal Stops it at its next breath.
 */
export async function searchToEnd<Result>(
  search: Iterator<SearchProgress, Result>,
  stream: ProgressStream | null,
  signal: AbortSignal,
): Promise<Searched<Result>> {
  const isTerminal = stream?.isTTY === true;
  let shownAtMs = performance.now() + QUIET_MS - (isTerminal ? REDRAW_MS : LINE_MS);
  let hasLine = false;
  try {
    for (let next = search.next(); ; next = search.next()) {
      if (next.done === true) return { result: next.value };
      if (stream !== null && performance.now() - shownAtMs >= (isTerminal ? REDRAW_MS : LINE_MS)) {
        shownAtMs = performance.now();
        hasLine = isTerminal;
        stream.write(isTerminal ? `\r\u001b[2K${searchLine(next.value)}` : `${searchLine(next.value)}\n`);
      }
      // A breath, in which Ctrl-C is heard.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return { stoppedAt: next.value };
    }
  } finally {
    if (hasLine) stream?.write('\r\u001b[2K');
  }
}

/** How far it has come, in plain text. */
export function searchLine({ stage, steps, stepsMax, keys, decided }: SearchProgress): string {
  const sofar = `${short(steps)} of at most ${short(stepsMax)} steps · ${decided} of ${count(keys, 'key')} linearizable`;
  return stage === 'telling' ? `${sofar} · one is not: looking for how to tell it` : sofar;
}
