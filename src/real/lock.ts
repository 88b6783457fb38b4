import { constants } from 'node:fs';
import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf, UserError } from './errors.js';

/**
 * DIRECTORY LOCK. One process at a time may own a data directory.
 *
 * Each process first creates a file whose NAME says who it is, and only then looks for the files of
 * others:
 *
 *   lock.<host>.<boot>.<pid>.<start>
 *
 *   host   name of the machine, letters, digits and '-' only
 *   boot   8 characters that name this start of the machine's kernel, '0' where it does not say
 *   pid    process number
 *   start  when the process was started, in ticks since the kernel's start, '0' where it does not say
 *
 * Why it is safe: of two processes that start together, at least one looks after the other has created
 * its file, so they never both go on (both may give up). A file left by a dead process names nobody who
 * can ever live again, so removing it cannot remove somebody else's new lock, which is the race of the
 * usual one-name lock file. The file of another machine is never judged, only reported.
 */
const PREFIX = 'lock.';

/** True for the files of this module, which a machine must not see in its directory. */
export const isLockFile = (name: string): boolean => name.startsWith(PREFIX);

interface Owner {
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  readonly start: string;
}

/** What was locked, until `release`. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Locks an existing directory for this process.
 *
 * @throws {UserError} When another live process holds it, or one of another machine may.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const self = await currentOwner();
  const name = nameOf(self);
  const path = join(directory, name);
  await createLockFile(directory, path, self);
  try {
    for (const other of await readdir(directory)) {
      if (!isLockFile(other) || other === name) continue;
      await judge(directory, other, self);
    }
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return { release: () => unlink(path).catch(() => undefined) };
}

async function createLockFile(directory: string, path: string, self: Owner): Promise<void> {
  try {
    const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644);
    await file.close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new UserError(`data directory ${directory} is already in use by this process (${self.pid})`);
  }
}

/** Removes the lock file of a dead process; refuses to go on beside a live or unknown one. */
async function judge(directory: string, name: string, self: Owner): Promise<void> {
  const owner = ownerOf(name);
  if (owner === null || owner.host !== self.host) {
    const who = owner === null ? 'an unknown process' : `process ${owner.pid} on machine ${owner.host}`;
    throw new UserError(`data directory ${directory} is locked by ${who}; if that is gone for good, remove ${name}`);
  }
  if (owner.boot === self.boot && (await isAlive(owner))) {
    throw new UserError(`data directory ${directory} is in use by process ${owner.pid}`);
  }
  await unlink(join(directory, name)).catch(() => undefined);
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  // The number may have been given to a new process; its start tells.
  const { start, isGone } = await lookAt(owner.pid);
  return start === owner.start && !isGone;
}

async function currentOwner(): Promise<Owner> {
  return {
    host: hostname().replace(/[^A-Za-z0-9-]/g, '-') || 'localhost',
    boot: await bootOf(),
    pid: process.pid,
    start: await startOf(process.pid),
  };
}

const nameOf = (owner: Owner): string => `${PREFIX}${owner.host}.${owner.boot}.${owner.pid}.${owner.start}`;

function ownerOf(name: string): Owner | null {
  const parts = /^lock\.([A-Za-z0-9-]+)\.([0-9a-f]+)\.(\d+)\.(\d+)$/.exec(name);
  if (parts === null) return null;
  const [, host = '', boot = '', pid = '', start = ''] = parts;
  return { host, boot, pid: Number(pid), start };
}

async function bootOf(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '0');
  return id.replace(/[^0-9a-f]/g, '').slice(0, 8) || '0';
}

const startOf = async (pid: number): Promise<string> => (await lookAt(pid)).start;

/** Fields 3 and 22 of /proc/<pid>/stat; the command in field 2 may hold spaces and brackets, so count from behind its last bracket. */
async function lookAt(pid: number): Promise<{ start: string; isGone: boolean }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[18] ?? '';
  // Killed, but not yet buried by its parent. It counts as gone only when no thread of it can still be writing.
  const threads = state === 'Z' ? await readdir(`/proc/${pid}/task`).catch(() => []) : [];
  return { start: /^\d+$/.test(start) ? start : '0', isGone: state === 'Z' && threads.length <= 1 };
}
