import type { ExploreProgress } from '../../sim/campaign/campaign.js';
import { err } from './colours.js';
import { grouped, short, span } from './output.js';

/** A line that is redrawn needs no more than the eye can follow. */
const REDRAW_MS = 100;

/** A log file wants a sign of life, not a film. */
const LINE_MS = 5_000;

/** Where progress goes: standard error, or a stand-in of a test. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  readonly show: (progress: ExploreProgress) => void;
  /** Takes the redrawn line away, so that the report begins on a clean one. */
  readonly end: () => void;
}

/** On a terminal one line that is redrawn; elsewhere a new line every few seconds. */
export function progressOn(stream: ProgressStream): Progress {
  const isTerminal = stream.isTTY === true;
  const everyMs = isTerminal ? REDRAW_MS : LINE_MS;
  let shownAtMs = -Infinity;
  let hasLine = false;

  return {
    show(progress) {
      const isLast = progress.runs === progress.runsPlanned;
      if (progress.wallMs - shownAtMs < everyMs && !isLast) return;
      shownAtMs = progress.wallMs;
      const line = progressLine(progress);
      if (!isTerminal) stream.write(`${line}\n`);
      else stream.write(`\r\u001b[2K${coloured(line.slice(0, (stream.columns ?? 80) - 1), progress.failures)}`);
      hasLine = isTerminal;
    },
    end() {
      if (hasLine) stream.write('\r\u001b[2K');
    },
  };
}

/** How far it has come, in plain text, the most important first; it fits into 80 columns. */
export function progressLine(progress: ExploreProgress): string {
  const { runs, runsPlanned, failures, eventsPerSecond, simulatedMs, moments } = progress;
  const runsSoFar = runsPlanned === null ? `${grouped(runs)} runs` : `${grouped(runs)}/${grouped(runsPlanned)} runs`;
  return [
    runsSoFar,
    failures === 0 ? '0 failed' : `${failures} FAILED`,
    `${short(eventsPerSecond)} events/s`,
    `${span(simulatedMs)} simulated`,
    `${moments.size} moments seen`,
  ].join(' · ');
}

function coloured(line: string, failures: number): string {
  return failures > 0 ? err.red(line) : err.cyan(line);
}
