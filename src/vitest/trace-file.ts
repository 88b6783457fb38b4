import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A trace is cut off here: nobody reads further, and disks end. */
const TRACE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Writes a trace line by line to a file of its own, in `node_modules/.seedstorm` where that can be, else among temporary files.
 *
 * @param tell Calls back with each line.
 * @returns The path, relative to the working directory if the file is inside it.
 */
export function writeTrace(name: string, tell: (line: (text: string) => void) => void): string {
  const path = join(folder(), `${name}.txt`);
  const file = openSync(path, 'w');
  let bytes = 0;
  try {
    tell((text) => {
      if (bytes > TRACE_BYTES_MAX) return;
      bytes += writeSync(file, `${text}\n`);
      if (bytes > TRACE_BYTES_MAX) writeSync(file, '… the trace is cut off here\n');
    });
  } finally {
    closeSync(file);
  }
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') ? path : inside;
}

function folder(): string {
  const modules = join(process.cwd(), 'node_modules');
  const wanted = existsSync(modules) ? join(modules, '.seedstorm') : join(tmpdir(), 'seedstorm');
  try {
    mkdirSync(wanted, { recursive: true });
    return wanted;
  } catch {
    const elsewhere = join(tmpdir(), 'seedstorm');
    mkdirSync(elsewhere, { recursive: true });
    return elsewhere;
  }
}
