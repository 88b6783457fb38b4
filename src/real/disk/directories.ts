import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../base/errors.js';

/**
 * Creates a directory and what is missing above it, so that a power cut right after cannot take it away again. Nobody but
 * the owner of this process may look into it (mode 0700), unless it was there before.
 *
 * One level at a time: mkdir with `recursive` goes round for ever where the system answers "no such directory" for a
 * new name in one that is there, as /proc does (seen on Node 20).
 *
 * @throws The error of the operating system.
 */
export async function createDirectory(path: string): Promise<void> {
  const whole = resolve(path);
  try {
    await mkdir(whole, PRIVATE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const parent = dirname(whole);
    if (codeOf(error) !== 'ENOENT' || parent === whole || (await isThere(parent))) throw error;
    await createDirectory(parent);
    await mkdir(whole, PRIVATE);
  }
  await syncDirectory(dirname(whole));
}

const PRIVATE = 0o700;

/** Whether something of that name can be opened. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDONLY)).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<null> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return null;
}
