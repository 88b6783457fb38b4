import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/errors.js';

/** What a file is, whatever it is called. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A file that is kept open, for {@link Presence.check}. */
export interface Kept {
  readonly name: string;
  readonly identity: Promise<Identity>;
  /** The machine itself removed or renamed it meanwhile. */
  readonly isForgotten: boolean;
}

/**
 * Whether what a server writes still is in its directory. A system goes on taking writes and syncs into a file that somebody
 * removed, or moved away with its directory, and all of it is gone when the server stops. So it is looked at by name, too.
 *
 * Needs to be told of what the machine removes and renames itself, before that is done.
 */
export class Presence {
  readonly #path: string;
  readonly #directory: FileHandle;
  readonly #identity: Identity;
  /** Files that must be there. */
  readonly #names = new Set<string>();
  /** Names that the machine takes away just now. */
  readonly #leaving = new Map<string, number>();

  private constructor(path: string, directory: FileHandle, identity: Identity) {
    this.#path = path;
    this.#directory = directory;
    this.#identity = identity;
  }

  static async open(path: string): Promise<Presence> {
    const directory = await open(path, 'r');
    return new Presence(path, directory, await identityOf(directory));
  }

  /** Makes the names in the directory durable. */
  syncDirectory(): Promise<void> {
    return this.#directory.sync();
  }

  close(): Promise<void> {
    return this.#directory.close();
  }

  /** A file of this name is there now. */
  add(name: string): void {
    this.#names.add(name);
  }

  /** Takes a name away while `act` removes or renames the file. */
  async leave<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
    this.#leaving.set(name, (this.#leaving.get(name) ?? 0) + 1);
    try {
      const value = await act();
      this.#names.delete(name);
      return value;
    } finally {
      const left = (this.#leaving.get(name) ?? 1) - 1;
      if (left === 0) this.#leaving.delete(name);
      else this.#leaving.set(name, left);
    }
  }

  /** @returns Whether this file is what its name stands for in the directory. */
  async holds(file: Kept): Promise<boolean> {
    const [is, should] = await Promise.all([this.#identityAt(join(this.#path, file.name)), file.identity]);
    return isSame(is, should) || file.isForgotten || this.#leaving.has(file.name);
  }

  /** @returns Whether the path still leads to the directory that was opened. */
  async isInPlace(): Promise<boolean> {
    return isSame(await this.#identityAt(this.#path), this.#identity);
  }

  /** Looks at everything. @returns What is not there any more, in words; null when all is. */
  async check(kept: readonly Kept[]): Promise<string | null> {
    if (!(await this.isInPlace())) return 'it';
    const before = [...this.#names].filter((name) => !this.#leaving.has(name));
    const there = new Set(await readdir(this.#path).catch(() => []));
    // Only what is expected now as well: a name may have left while we looked.
    const missing = before.find((name) => !there.has(name) && this.#names.has(name) && !this.#leaving.has(name));
    if (missing !== undefined) return missing;
    for (const file of kept) {
      const holds = await this.holds(file).catch(() => true);
      if (!holds) return file.name;
    }
    return null;
  }

  async #identityAt(path: string): Promise<Identity | null> {
    try {
      return await stat(path, { bigint: true });
    } catch (error) {
      if (GONE.includes(codeOf(error))) return null;
      throw error;
    }
  }
}

/** ENOTDIR: a part of the path was replaced by a file. ESTALE: the same, as a network file system says it. */
const GONE: readonly string[] = ['ENOENT', 'ENOTDIR', 'ESTALE', 'ELOOP'];

export async function identityOf(handle: FileHandle): Promise<Identity> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return { dev, ino };
}

const isSame = (a: Identity | null, b: Identity): boolean => a !== null && a.dev === b.dev && a.ino === b.ino;
