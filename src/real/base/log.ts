/** How much a line matters; `debug` is the chattiest. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** All levels, the gravest first. */
export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** Takes one line about what happened. Never throws. */
export type Log = (level: LogLevel, text: string) => void;

/** A log that says nothing. */
export const silentLog: Log = () => undefined;

/**
 * A log of plain lines: moment (UTC), level, text.
 *
 * @param write Takes one whole line, with its line end.
 * @param least The least important level that is still written.
 */
export function lineLog(write: (line: string) => void, least: LogLevel): Log {
  const bound = LOG_LEVELS.indexOf(least);
  return (level, text) => {
    if (LOG_LEVELS.indexOf(level) > bound) return;
    write(`${new Date().toISOString()} ${level.padEnd(5)} ${onOneLine(text)}\n`);
  };
}

/** Strangers' words end up in logs; a line end in them must not look like a second line. */
function onOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
