import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { limitedLog } from './limited-log.js';
import { lineLog, type Log, type LogLevel } from './log.js';

const STANDARD_ERROR = 2;
/** Bytes of lines that may wait for a reader of a pipe who does not read. What comes then is left out. */
const WAITING_BYTES_MAX = 1_048_576;

/**
 * The log of a server process: lines on standard error, held to a rate.
 *
 * Logging never ends a server, and never makes it wait for whoever reads. What cannot be written (a full disk, a reader that has gone
 * or does not read) is left out, and counted in a line as soon as something can be written again.
 */
export function standardErrorLog(least: LogLevel): Log {
  return limitedLog(lineLog(patientWriter(lineWriter()), least));
}

/** Takes one line. @returns Whether it was written, or will be. */
type Write = (line: string) => boolean;

function lineWriter(): Write {
  const { stderr } = process;
  stderr.on('error', () => undefined);
  if (!isStream()) {
    // Not through the stream: one that has failed once is never written to again, and a disk may have room again.
    return (line) => {
      try {
        writeSync(STANDARD_ERROR, line);
        return true;
      } catch {
        return false;
      }
    };
  }
  return (line) => {
    if (!stderr.writable || stderr.writableLength > WAITING_BYTES_MAX) return false;
    stderr.write(line);
    return true;
  };
}

/** A pipe or a terminal, which Node writes to without waiting, rather than a file. */
function isStream(): boolean {
  try {
    const kind = fstatSync(STANDARD_ERROR);
    return kind.isFIFO() || kind.isSocket() || isatty(STANDARD_ERROR);
  } catch {
    return false;
  }
}

/** Counts the lines that could not be written, and says how many before the first one that can. */
export function patientWriter(write: Write): (line: string) => void {
  let lost = 0;
  return (line) => {
    const count = lost === 0 ? '' : `${new Date().toISOString()} warn  ${lost} lines could not be written\n`;
    if (write(count + line)) lost = 0;
    else lost += 1;
  };
}
