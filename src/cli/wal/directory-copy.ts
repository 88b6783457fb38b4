import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskOutcome, DiskStep, DiskValue } from '../../core/machine.js';
import { CLEAN_STOP_NAME, UNFINISHED_CLEAN_STOP_NAME } from '../../core/storage/clean-stop.js';
import { snapshotNumber, unfinishedNumber } from '../../core/storage/snapshot-format.js';
import { walNumber } from '../../core/storage/wal-format.js';
import { codeOf, lineOf } from '../../real/base/errors.js';
import { misuse } from '../terminal/exit.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'it is no directory; name the data directory that the file is in',
  EACCES: 'permission denied; look as the user that the server runs as',
};

/**
 * The files of one data directory, copied into memory. Disk steps are carried out on the copy, so that a
 * recovery can be tried without changing a byte of what is on the disk.
 */
export class DirectoryCopy {
  readonly #files = new Map<string, Uint8Array>();
  readonly #passedOver: string[] = [];

  /** As it was named, for messages. */
  readonly path: string;

  /** @throws {UserError} When the directory cannot be read, or holds no file of ours. */
  constructor(directory: string) {
    this.path = directory;
    try {
      // Only what a server counts as its files: of a link, a pipe or a directory it takes no notice, whatever it is called.
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isFile() && isOurs(entry.name)) this.#files.set(entry.name, readFileSync(join(directory, entry.name)));
        else if (isOurs(entry.name)) this.#passedOver.push(entry.name);
      }
    } catch (error) {
      throw misuse(`${directory} cannot be read: ${REASONS[codeOf(error)] ?? lineOf(error)}`);
    }
    if (this.#files.size === 0 && this.#passedOver.length > 0)
      throw misuse(
        `${directory} holds no write-ahead log: ${this.#passedOver.join(', ')} is no regular file, and a server would not read it`,
      );
    if (this.#files.size === 0)
      throw misuse(
        `${directory} holds no write-ahead log: it is empty or no server's data directory (of a cluster, name one server's directory in it)`,
      );
  }

  /** Names and bytes, ascending by name. */
  files(): readonly (readonly [name: string, bytes: Uint8Array])[] {
    return [...this.#files].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Carries out one operation, by the rules of the contract in core/machine.ts. */
  perform(steps: readonly DiskStep[]): DiskOutcome {
    const values: DiskValue[] = [];
    for (const step of steps) {
      const value = this.#step(step);
      if (value === undefined) return { ok: false, at: values.length, error: { code: 'missing', message: 'no such file' } };
      values.push(value);
    }
    return { ok: true, values };
  }

  /** @returns undefined when the file is missing. */
  #step(step: DiskStep): DiskValue | undefined {
    if (step.kind === 'list') return this.files().map(([path, bytes]) => ({ path, sizeBytes: bytes.length }));
    if (step.kind === 'syncDirectory') return null;
    const before = this.#files.get(step.path);
    switch (step.kind) {
      case 'append':
        return this.#write(step.path, before ?? new Uint8Array(), before?.length ?? 0, step.bytes);
      case 'write':
        return this.#write(step.path, before ?? new Uint8Array(), step.offset, step.bytes);
      case 'sync':
        return before === undefined ? undefined : null;
      case 'read':
        return before?.subarray(step.offset, step.offset + step.length);
      case 'truncate':
        return before === undefined ? undefined : this.#write(step.path, before.subarray(0, step.length), step.length, new Uint8Array());
      case 'rename':
        if (before === undefined) return undefined;
        this.#files.delete(step.path);
        this.#files.set(step.to, before);
        return null;
      case 'remove':
        return this.#files.delete(step.path) ? null : undefined;
    }
  }

  #write(path: string, before: Uint8Array, offset: number, bytes: Uint8Array): null {
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.#files.set(path, after);
    return null;
  }
}

function isOurs(name: string): boolean {
  const isMark = name === CLEAN_STOP_NAME || name === UNFINISHED_CLEAN_STOP_NAME;
  return isMark || walNumber(name) !== null || snapshotNumber(name) !== null || unfinishedNumber(name) !== null;
}
