import { lineOf } from '../../real/base/errors.js';
import { EXIT } from './exit.js';
import { complain } from './output.js';

/** A pipe whose reader has gone, and a terminal that was closed. */
const WITHOUT_READER: readonly string[] = ['EPIPE', 'EIO'];

let isServing = false;

/**
 * Says what happens when the standard streams fail. A reader of standard output that has gone (`| head`) is no error: the rest
 * of the output is not wanted, and the exit code is that of what was found until then. Output that cannot be stored (a full
 * disk) is lost, which is one line and exit code 2. What cannot be written to standard error is left out.
 */
export function watchStandardStreams(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isServing) return;
    if (WITHOUT_READER.includes(error.code ?? '')) process.exit(process.exitCode ?? EXIT.held);
    complain(`seedstorm: standard output cannot be written: ${lineOf(error)}`);
    process.exit(EXIT.misuse);
  });
}

/** From now on a lost standard output ends nothing: others rely on what this process does, and not on what it prints. */
export function serveWithoutOutput(): void {
  isServing = true;
}

/** Takes no more input, and lets the process end while a pipe or a terminal is still open. A file has nothing to wait for. */
export function letGoOf(input: NodeJS.ReadableStream): void {
  input.pause();
  if ('unref' in input && typeof input.unref === 'function') input.unref();
}
