import { lineOf, UserError } from '../base/errors.js';
import { readyLine } from './ready-line.js';
import { startServer } from './server.js';
import type { ServerSettings } from './settings.js';
import { silentLog } from '../base/log.js';

/** What a server process says to the parent that started it with a channel, once it takes requests. */
export interface ReadyMessage {
  readonly kind: 'ready';
}

/** Milliseconds in which the reader of the log may take the last lines. */
const LAST_LINES_MS_MAX = 2_000;

/**
 * Runs one server as this process: until SIGTERM or SIGINT, until the parent that holds its channel is
 * gone, or until the server ends by itself.
 *
 * @returns The exit code: 0 after a wished end, 1 when the server ended by itself (its last log line says why).
 * @throws {UserError} When it cannot be started as asked.
 */
export async function runServerProcess(settings: ServerSettings): Promise<number> {
  const log = settings.log ?? silentLog;
  // What is thrown outside of the machine, by a parser say, must also end in a line and not in silence.
  process.once('uncaughtException', (error) => {
    log('error', `ended: this program failed: ${lineOf(error)}`);
    if (error.stack !== undefined) log('debug', error.stack);
    process.exit(1);
  });
  const server = await startServer(settings);
  log('info', readyLine(settings));
  const stop = (why: string) => () => {
    log('info', `stopping: ${why}`);
    void server.stop();
  };
  process.once('SIGTERM', stop('SIGTERM'));
  process.once('SIGINT', stop('SIGINT'));
  // A terminal that was closed is no reason to stop: who wants that says SIGTERM.
  process.on('SIGHUP', () => log('info', 'SIGHUP: going on'));
  process.once('disconnect', stop('the parent process is gone'));
  if (process.connected) process.send?.({ kind: 'ready' } satisfies ReadyMessage);
  else if (process.send !== undefined) stop('the parent process is gone')();

  const reason = await server.ended;
  if (process.connected) process.disconnect();
  if (reason === null) log('info', 'stopped');
  else log('error', `ended: ${reason}`);
  const exitCode = reason === null ? 0 : 1;
  // Lines that nobody reads must not keep a process whose server has ended.
  setTimeout(() => process.exit(exitCode), LAST_LINES_MS_MAX).unref();
  return exitCode;
}

/** The one line and the exit code for whatever a command of this process threw: 2 for a user's mistake, else 1. */
export function exitFor(error: unknown): { readonly line: string; readonly exitCode: number } {
  return error instanceof UserError
    ? { line: error.message, exitCode: error.exitCode }
    : { line: `unexpected: ${lineOf(error)}`, exitCode: 1 };
}
