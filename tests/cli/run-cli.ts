import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../house/tree.js';

/** What a run of the built command line left behind. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const PROGRAM = join(ROOT, 'bin', 'seedstorm.js');

export interface How {
  /** The Node that runs it; this one unless said otherwise. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Called with each piece of standard error, and a way to send a signal. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `seedstorm` with these words as a child process, to its end. Needs a build. */
export function seedstorm(words: readonly string[], how: How = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(how.node ?? process.execPath, [PROGRAM, ...words], {
      env: { ...process.env, SEEDSTORM_DEBUG: '', SEEDSTORM_SERVERS: '', ...how.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      how.onStderr?.(text, (signal) => child.kill(signal));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(how.stdin ?? '');
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}
