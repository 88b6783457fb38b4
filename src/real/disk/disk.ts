import { constants } from 'node:fs';
import { open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assert, unreachable } from '../../core/base/assert.js';
import type { DiskError, DiskOutcome, DiskStep, DiskValue, FileEntry } from '../../core/machine.js';
import { EMPTY_DIRECTORY } from '../../core/storage/recovery.js';
import { createDirectory, isThere } from './directories.js';
import { SpareDescriptors } from '../base/descriptors.js';
import { codeOf, lineOf, UserError } from '../base/errors.js';
import { isLockFile, lockDirectory, type DirectoryLock } from './directory-lock.js';
import { identityOf, Presence, type Identity } from './presence.js';

/** Open handles that are kept before the longest unused clean one is closed. */
const HANDLES_MAX = 64;
/** Milliseconds between two looks at what is still in the directory. */
const LOOK_MS = 500;
/** What a machine's files are called; all others in the directory are left alone. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** An open file. Two kinds, because a file opened for appending ignores the offset of a write (Linux, open(2)). */
interface OpenFile {
  readonly name: string;
  readonly handle: Promise<FileHandle>;
  readonly identity: Promise<Identity>;
  /** Something was written that no sync has covered: then it stays open, so that a late write error is reported to it. */
  isDirty: boolean;
  /** Steps that use it now. Operations overlap, so one may remove or rename a file while another still works on it. */
  users: number;
  /** It is to be closed as soon as nobody uses it. */
  isForgotten: boolean;
}

/** What was written is no longer where a restart would look for it. */
class LostError extends Error {}

/**
 * The flat data directory of one node on a real disk: carries out the disk effects of a machine.
 *
 * The twin of this class is the simulated disk; one contract test holds both to core/machine.ts. Nothing
 * is ever tried again here: after a failed sync the bytes may be gone although a second sync would
 * succeed (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so the machine
 * must hear of the first failure and decide. A sync of a file that is no longer in the directory is such a failure.
 */
export class DataDirectory {
  readonly path: string;
  /** What its user should know before it hurts, a line each. */
  readonly warnings: readonly string[];
  readonly #lock: DirectoryLock;
  readonly #presence: Presence;
  readonly #files = new Map<string, OpenFile>();
  readonly #spare = new SpareDescriptors();
  readonly #closing = new Set<Promise<void>>();
  readonly #underWay = new Set<Promise<DiskOutcome>>();
  #isClosed = false;
  #watch: NodeJS.Timeout | null = null;
  /** Why nothing can be kept here any more; null while it can. */
  #lost: string | null = null;

  private constructor(path: string, lock: DirectoryLock, presence: Presence) {
    this.path = path;
    this.warnings = lock.warning === null ? [] : [lock.warning];
    this.#lock = lock;
    this.#presence = presence;
  }

  /**
   * Locks the directory for this process, and creates it before if it is absent and may be created.
   *
   * @throws {UserError} When it cannot be created or read, is not there, or another process has it.
   */
  static async open(path: string, { mayCreate }: { readonly mayCreate: boolean }): Promise<DataDirectory> {
    try {
      if (mayCreate) await createDirectory(resolve(path));
      else if (!(await isThere(resolve(path)))) throw new UserError(`data directory ${path}: there is none; ${EMPTY_DIRECTORY}`);
      const presence = await Presence.open(path);
      try {
        return new DataDirectory(path, await lockDirectory(path), presence);
      } catch (error) {
        await presence.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`data directory ${path} cannot be used: ${reasonOf(error)}`);
    }
  }

  /**
   * Looks now and then whether the directory and all that was written to it are still there.
   *
   * @param onLost Called once, with a line, when somebody removed or replaced them; every later operation fails.
   */
  watch(onLost: (reason: string) => void): void {
    let isLooking = false;
    this.#watch = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      void this.#look(onLost).then(() => (isLooking = false));
    }, LOOK_MS).unref();
  }

  async #look(onLost: (reason: string) => void): Promise<void> {
    // A look that fails says nothing; the next one may say more.
    const missing = await this.#presence.check([...this.#files.values()]).catch(() => null);
    if (missing === null || this.#isClosed || this.#lost !== null) return;
    this.#endWatch();
    this.#lost = `${missing === 'it' ? this.path : missing} ${REPLACED}`;
    onLost(this.#lost);
  }

  #endWatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  /** Carries out the steps in order up to the first error. Never rejects. */
  perform(steps: readonly DiskStep[]): Promise<DiskOutcome> {
    const operation = this.#performAll(steps);
    this.#underWay.add(operation);
    void operation.then(() => this.#underWay.delete(operation));
    return operation;
  }

  async #performAll(steps: readonly DiskStep[]): Promise<DiskOutcome> {
    const values: DiskValue[] = [];
    for (const [at, step] of steps.entries()) {
      try {
        assert(!this.#isClosed, 'a closed directory is not used');
        if (this.#lost !== null) throw new LostError(this.#lost);
        values.push(await this.#performStep(step));
      } catch (error) {
        return { ok: false, at, error: { code: CODES[codeOf(error)] ?? 'io', message: reasonOf(error) } };
      }
    }
    return { ok: true, values };
  }

  /**
   * Waits for the steps under way, closes all files and releases the lock. Steps that have not begun fail, and
   * nothing is synced: what the machine did not ask for does not happen.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endWatch();
    await Promise.all(this.#underWay);
    for (const key of [...this.#files.keys()]) this.#forget(key);
    await Promise.all(this.#closing);
    this.#spare.close();
    await this.#lock.release();
    await this.#presence.close();
  }

  async #performStep(step: DiskStep): Promise<DiskValue> {
    switch (step.kind) {
      case 'append':
        return this.#writeAll(step.path, step.bytes, null);
      case 'write':
        return this.#writeAll(step.path, step.bytes, step.offset);
      case 'sync':
        return this.#sync(step.path);
      case 'syncDirectory':
        await this.#presence.syncDirectory();
        if (!(await this.#presence.isInPlace())) throw new LostError(`${this.path} ${REPLACED}`);
        return null;
      case 'read':
        return this.#read(step.path, step.offset, step.length);
      case 'truncate':
        return this.#using(step.path, 'existing', async (handle, file) => {
          file.isDirty = true;
          await handle.truncate(step.length);
          return null;
        });
      case 'rename':
        return this.#rename(step.path, step.to);
      case 'remove':
        return this.#remove(step.path);
      case 'list':
        return this.#list();
      default:
        return unreachable(step);
    }
  }

  #writeAll(path: string, bytes: Uint8Array, offset: number | null): Promise<null> {
    return this.#using(path, offset === null ? 'append' : 'write', async (handle, file) => {
      file.isDirty = true;
      for (let done = 0; done < bytes.length; ) {
        const at = offset === null ? null : offset + done;
        done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
      return null;
    });
  }

  async #rename(path: string, to: string): Promise<null> {
    const [from, onto] = [this.#pathOf(path), this.#pathOf(to)];
    const act = async (): Promise<void> => {
      await rename(from, onto);
      this.#forgetFile(path);
      this.#forgetFile(to);
    };
    await this.#presence.leave(path, () => this.#presence.leave(to, act));
    this.#presence.add(to);
    return null;
  }

  async #remove(path: string): Promise<null> {
    const place = this.#pathOf(path);
    await this.#presence.leave(path, async () => {
      await unlink(place);
      this.#forgetFile(path);
    });
    return null;
  }

  /** Both handles of a file reach the same pages, but each is told only of the errors since it was opened: ask every dirty one. */
  async #sync(path: string): Promise<null> {
    const dirty = MODES.filter((mode) => this.#files.get(keyOf(path, mode))?.isDirty === true);
    for (const mode of dirty.length > 0 ? dirty : (['existing'] as const)) {
      await this.#using(path, mode, async (handle, file) => {
        file.isDirty = false;
        // Looked at beside the sync: what was written before it began was written into the file that is seen.
        const [isThere] = await Promise.all([this.#presence.holds(file), handle.datasync()]);
        if (!isThere) throw new LostError(`${path} ${REPLACED}`);
      });
    }
    return null;
  }

  #read(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#using(path, 'existing', async (handle) => {
      const { size } = await handle.stat();
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    });
  }

  async #list(): Promise<readonly FileEntry[]> {
    const names = await this.#spare.open(() => readdir(this.path, { withFileTypes: true }));
    const files = names.filter((entry) => entry.isFile() && isOfMachine(entry.name)).map((entry) => entry.name);
    const sized = files.sort(ascending).map(async (path) => ({ path, sizeBytes: (await stat(this.#pathOf(path))).size }));
    const list = await Promise.all(sized);
    for (const { path } of list) this.#presence.add(path);
    return list;
  }

  #pathOf(name: string): string {
    assert(isOfMachine(name), `a file of a machine has a plain name, not "${name}"`);
    return join(this.path, name);
  }

  /** Opens the file unless it is kept open. `existing` takes whichever handle is kept, and never creates the file. */
  async #using<Value>(path: string, kind: Mode | 'existing', act: (handle: FileHandle, file: OpenFile) => Promise<Value>): Promise<Value> {
    const file = this.#keep(path, kind);
    file.users += 1;
    try {
      return await act(await file.handle, file);
    } finally {
      file.users -= 1;
      if (file.isForgotten && file.users === 0) this.#close(file);
      this.#closeUnused();
    }
  }

  #keep(path: string, kind: Mode | 'existing'): OpenFile {
    const modes = kind === 'existing' ? MODES : [kind];
    for (const mode of modes) {
      const kept = this.#files.get(keyOf(path, mode));
      if (kept !== undefined) return kept;
    }
    const mode = kind === 'existing' ? 'append' : kind;
    const flags = constants.O_RDWR | (mode === 'append' ? constants.O_APPEND : 0) | (kind === 'existing' ? 0 : constants.O_CREAT);
    const place = this.#pathOf(path);
    const handle = this.#spare.open(() => open(place, flags, 0o600));
    const identity = handle.then(identityOf);
    const file: OpenFile = { name: path, handle, identity, isDirty: false, users: 0, isForgotten: false };
    this.#files.set(keyOf(path, mode), file);
    const isKept = (): boolean => this.#files.get(keyOf(path, mode)) === file;
    identity.then(
      () => isKept() && this.#presence.add(path),
      () => isKept() && this.#files.delete(keyOf(path, mode)),
    );
    return file;
  }

  #closeUnused(): void {
    if (this.#files.size <= HANDLES_MAX) return;
    for (const [key, file] of this.#files) {
      if (!file.isDirty && file.users === 0) return this.#forget(key);
    }
  }

  #forgetFile(path: string): void {
    for (const mode of MODES) this.#forget(keyOf(path, mode));
  }

  #forget(key: string): void {
    const file = this.#files.get(key);
    if (file === undefined) return;
    this.#files.delete(key);
    file.isForgotten = true;
    if (file.users === 0) this.#close(file);
  }

  /** A close can report nothing that a sync would not have reported, and nobody was promised anything by it. */
  #close(file: OpenFile): void {
    const closing = file.handle.then((handle) => handle.close()).catch(() => undefined);
    this.#closing.add(closing);
    void closing.then(() => {
      this.#closing.delete(closing);
      this.#spare.refill();
    });
  }
}

type Mode = 'append' | 'write';
const MODES: readonly Mode[] = ['append', 'write'];

const isOfMachine = (name: string): boolean => PLAIN_NAME.test(name) && !isLockFile(name);

/** What a line says of a file or directory that is gone. */
const REPLACED = 'was removed or replaced under this server, and what it wrote may be lost: put it back before it starts again';

const keyOf = (path: string, mode: Mode): string => `${mode} ${path}`;

const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const CODES: Readonly<Record<string, DiskError['code']>> = { ENOENT: 'missing', ENOSPC: 'full', EDQUOT: 'full' };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'it is not a directory',
  EEXIST: 'it is not a directory',
  EIO: 'the disk reported an error',
  EMFILE: 'this process may open no more files',
  ENFILE: 'this machine may open no more files',
  EFBIG: 'the file would be larger than it may be',
};

const reasonOf = (error: unknown): string => REASONS[codeOf(error)] ?? lineOf(error);
