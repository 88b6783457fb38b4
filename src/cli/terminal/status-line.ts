import { columnsOf } from './width.js';
import type { ProgressStream } from './progress.js';

/** A line on a terminal that says what a command is busy with, drawn over itself. */
export interface StatusLine {
  readonly show: (text: string) => void;
  /** Takes the line away, so that a report begins on a clean one. */
  readonly end: () => void;
}

/** @param stream Standard error, or null for none. Where it is no terminal nothing is shown: a log has no use for it. */
export function statusLine(stream: ProgressStream | null): StatusLine {
  let hasLine = false;
  return {
    show(text) {
      if (stream?.isTTY !== true) return;
      hasLine = true;
      stream.write(`\r\u001b[2K${text.slice(0, columnsOf(stream) - 1)}`);
    },
    end() {
      if (hasLine) stream?.write('\r\u001b[2K');
      hasLine = false;
    },
  };
}
