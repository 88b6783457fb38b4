import { constants } from 'node:fs';
import { lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { codeOf, UserError } from '../base/errors.js';
import {
  currentOwner,
  isLockFile,
  isProcessAlive,
  isUnfinishedLock,
  nameOf,
  ownerOf,
  sharesKernel,
  unfinishedNameOf,
  type Owner,
} from './lock-owner.js';
import { knockAt, listenAt } from './lock-socket.js';

/**
 * DIRECTORY LOCK. One process at a time may own a data directory.
 *
 * Each process first creates a file whose NAME says who it is, and only then looks for the files of others:
 *
 *   lock.<host>.<boot>.<pid>.<start>.<nonce>      see Owner
 *
 * The file is a socket at which its owner listens. Whether the owner lives is asked of the kernel, by connecting: that is refused from
 * the moment the process is gone, and holds across containers, where neither process numbers nor host names mean anything.
 *
 * Why it is safe: of two processes that start together, at least one looks after the other has created its file, so they never
 * both go on (both may give up). A file appears under that name only when its owner listens already: it is made as
 * `lock.new.<nonce>` and renamed. Whoever finds one of those with nobody behind it removes it, and a maker that was only slow fails to rename
 * it and begins anew. No name is ever used twice, so removing the file of the dead cannot remove somebody else's new lock, which
 * is the race of the usual one-name lock file. What another kernel has locked is never judged, only reported; except that
 * a machine of the same name and with another boot is this one, before it was restarted.
 *
 * Two more kinds of owner. Former versions left empty plain files without a nonce, and a file system that holds no sockets still makes us
 * do so: these are judged by host name and process number, which means little across containers.
 */
export { isLockFile } from './lock-owner.js';

/** What was locked, until `release`. */
export interface DirectoryLock {
  /** What its user should know, a line; null when the lock is as good as it can be. */
  readonly warning: string | null;
  release(): Promise<void>;
}

/** Makes the socket of a lock; tests put a file system without sockets here. */
type Listen = (directory: string, name: string) => Promise<Pick<Server, 'close'>>;

/** How often a lock is begun anew that somebody took for the leftovers of a dead process. */
const TRIES_MAX = 10;

/** What systems answer where a file system holds no sockets. */
const NO_SOCKETS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS'];

/**
 * Locks an existing directory for this process.
 *
 * @throws {UserError} When another live process holds it, or one of another machine may.
 */
export async function lockDirectory(directory: string, listen: Listen = listenAt): Promise<DirectoryLock> {
  const self = await currentOwner();
  const { name, server } = await createLock(directory, self, listen);
  const path = join(directory, name);
  const release = async (): Promise<void> => {
    await unlink(path).catch(() => undefined);
    server?.close();
  };
  try {
    for (const other of await readdir(directory)) {
      if (isLockFile(other) && other !== name) await judge(directory, other, self);
    }
  } catch (error) {
    await release();
    throw error;
  }
  const warning = server === null ? `data directory ${directory} is on a file system without sockets: ${PLAIN_LOCK}` : null;
  return { warning, release };
}

const PLAIN_LOCK = 'its lock does not hold between containers; never let two use it';

async function createLock(
  directory: string,
  self: Owner,
  listen: Listen,
): Promise<{ readonly name: string; readonly server: Pick<Server, 'close'> | null }> {
  const [name, unfinished] = [nameOf(self), unfinishedNameOf(self)];
  for (let tries = 1; ; tries++) {
    let server: Pick<Server, 'close'>;
    try {
      server = await listen(directory, unfinished);
    } catch (error) {
      if (!NO_SOCKETS.includes(codeOf(error))) throw error;
      return { name: await createPlainLock(directory, self), server: null };
    }
    try {
      await rename(join(directory, unfinished), join(directory, name));
      return { name, server };
    } catch (error) {
      server.close();
      if (codeOf(error) !== 'ENOENT' || tries === TRIES_MAX) throw error;
    }
  }
}

async function createPlainLock(directory: string, self: Owner): Promise<string> {
  const name = nameOf({ ...self, nonce: '' });
  try {
    const file = await open(join(directory, name), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await file.close();
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? inUse(directory, self, self) : error;
  }
  return name;
}

/** Removes what a dead process left; refuses to go on beside a live or unknown one. */
async function judge(directory: string, name: string, self: Owner): Promise<void> {
  const path = join(directory, name);
  const isSocket = await lstat(path).then(
    (stats) => stats.isSocket(),
    () => null,
  );
  if (isSocket === null) return;
  const remove = (): Promise<void> => unlink(path).catch(() => undefined);
  const owner = ownerOf(name);
  if (isSocket && (isUnfinishedLock(name) || (owner !== null && sharesKernel(owner, self)))) {
    const found = await knockAt(directory, name);
    if (found === 'dead') return remove();
    // One that is being made looks around later than we do, and will find us.
    if (found === 'missing' || isUnfinishedLock(name)) return;
    throw owner !== null && found === 'alive' ? inUse(directory, owner, self) : locked(directory, name, owner);
  }
  if (owner === null || owner.host !== self.host) throw locked(directory, name, owner);
  if (owner.boot === self.boot && (await isProcessAlive(owner))) throw inUse(directory, owner, self);
  return remove();
}

function inUse(directory: string, { host, pid, start }: Owner, self: Owner): UserError {
  if (pid === self.pid && start === self.start && host === self.host)
    return new UserError(`data directory ${directory} is already in use by this process (${pid})`);
  const where = host === self.host ? '' : ` of container or machine ${host}`;
  return new UserError(`data directory ${directory} is in use by process ${pid}${where}`);
}

function locked(directory: string, name: string, owner: Owner | null): UserError {
  const who = owner === null ? 'an unknown process' : `process ${owner.pid} on machine ${owner.host}`;
  return new UserError(`data directory ${directory} is locked by ${who}; if that is gone for good, remove ${name}`);
}
