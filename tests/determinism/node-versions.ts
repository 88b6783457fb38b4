import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/tree.js';

/** Other versions of Node, as tests/node-versions/package.json names them; `npm ci --prefix tests/node-versions` installs them. */
export const OTHER_VERSIONS = [22, 24, 26] as const;

/** Where the program of that version is. */
export function nodeProgram(version: number): string {
  return join(ROOT, 'tests', 'node-versions', 'node_modules', `node-${version}`, 'bin', 'node');
}

/** In CI an absent version is a failure; on a laptop it is a reason to skip. */
export function isSkipped(version: number): boolean {
  return !existsSync(nodeProgram(version)) && process.env['CI'] === undefined;
}
