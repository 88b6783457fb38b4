import type { DiskOutcome, DiskStep, DiskValue, FileEntry } from '../../../src/core/machine.js';

/** Bytes that live or die together when a write is torn. Small, so that short records are torn too. */
const SECTOR_BYTES = 16;

interface File {
  /** What a read shows. */
  bytes: Uint8Array;
  /** What a power cut cannot take away. */
  durable: Uint8Array;
  pending: { offset: number; bytes: Uint8Array }[];
}

type NameChange = (names: Map<string, File>) => void;

/** A directory in memory that forgets at a power cut what was not synced, each write and each name on its own. */
export class TestDisk {
  names = new Map<string, File>();
  #durableNames = new Map<string, File>();
  #pendingNames: NameChange[] = [];

  perform(step: DiskStep): { ok: true; value: DiskValue } | { ok: false; outcome: Extract<DiskOutcome, { ok: false }> } {
    const missing = (path: string) =>
      ({ ok: false, outcome: { ok: false, at: 0, error: { code: 'missing', message: `no file ${path}` } } }) as const;
    switch (step.kind) {
      case 'append':
      case 'write': {
        const file = this.names.get(step.path) ?? this.#create(step.path);
        const offset = step.kind === 'append' ? file.bytes.length : step.offset;
        file.bytes = overlaid(file.bytes, offset, step.bytes);
        file.pending.push({ offset, bytes: step.bytes });
        return { ok: true, value: null };
      }
      case 'sync': {
        const file = this.names.get(step.path);
        if (file === undefined) return missing(step.path);
        for (const { offset, bytes } of file.pending) file.durable = overlaid(file.durable, offset, bytes);
        file.pending = [];
        return { ok: true, value: null };
      }
      case 'syncDirectory':
        this.#durableNames = new Map(this.names);
        this.#pendingNames = [];
        return { ok: true, value: null };
      case 'read': {
        const file = this.names.get(step.path);
        return file === undefined ? missing(step.path) : { ok: true, value: file.bytes.slice(step.offset, step.offset + step.length) };
      }
      case 'rename': {
        const file = this.names.get(step.path);
        if (file === undefined) return missing(step.path);
        this.#change((names) => {
          names.delete(step.path);
          names.set(step.to, file);
        });
        return { ok: true, value: null };
      }
      case 'remove':
        if (!this.names.has(step.path)) return missing(step.path);
        this.#change((names) => void names.delete(step.path));
        return { ok: true, value: null };
      case 'list':
        return { ok: true, value: this.list() };
      case 'truncate':
        throw new Error('the storage never truncates');
    }
  }

  list(): readonly FileEntry[] {
    return [...this.names.keys()].sort().map((path) => ({ path, sizeBytes: (this.names.get(path) as File).bytes.length }));
  }

  /** Puts a file there, durable. */
  put(path: string, bytes: Uint8Array): void {
    const file = { bytes, durable: bytes, pending: [] };
    this.names.set(path, file);
    this.#durableNames.set(path, file);
  }

  /** What would be left if every pending thing were lost, ascending by name. */
  durableFiles(): readonly { path: string; bytes: Uint8Array }[] {
    return [...this.#durableNames.keys()].sort().map((path) => ({ path, bytes: (this.#durableNames.get(path) as File).durable }));
  }

  bytesOf(path: string): Uint8Array {
    return (this.names.get(path) as File).bytes;
  }

  /** A sync failed: what was written stays in sight, counts as clean, and is not on the disk. */
  dropPages(path: string): void {
    (this.names.get(path) as File).pending = [];
  }

  /** Each pending write and name survives, vanishes or (writes) is torn, as `chance` says: 0 .. 1 from call to call. */
  cutPower(chance: () => number): void {
    const names = new Map(this.#durableNames);
    for (const change of this.#pendingNames) if (chance() < 0.5) change(names);
    for (const file of new Set([...this.names.values(), ...names.values()])) {
      let bytes = file.durable;
      for (const write of file.pending) {
        const fate = chance();
        if (fate < 0.3) bytes = overlaid(bytes, write.offset, write.bytes);
        else if (fate < 0.7) bytes = torn(bytes, write, chance);
      }
      file.bytes = bytes;
      file.durable = bytes;
      file.pending = [];
    }
    this.names = names;
    this.#durableNames = new Map(names);
    this.#pendingNames = [];
  }

  #create(path: string): File {
    const file: File = { bytes: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
    this.#change((names) => void names.set(path, file));
    return file;
  }

  #change(change: NameChange): void {
    change(this.names);
    this.#pendingNames.push(change);
  }
}

function overlaid(below: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(Math.max(below.length, offset + bytes.length));
  all.set(below);
  all.set(bytes, offset);
  return all;
}

function torn(below: Uint8Array, write: { offset: number; bytes: Uint8Array }, chance: () => number): Uint8Array {
  // Some file systems make the file longer before the bytes are there: then zeros show, behind what was there.
  const length = write.offset + write.bytes.length;
  let bytes = chance() < 0.5 && length > below.length ? overlaid(new Uint8Array(length), 0, below) : below;
  const isPrefix = chance() < 0.5;
  for (let at = 0; at < write.bytes.length; at += SECTOR_BYTES) {
    if (chance() < 0.5) bytes = overlaid(bytes, write.offset + at, write.bytes.subarray(at, at + SECTOR_BYTES));
    else if (isPrefix) break;
  }
  return bytes;
}
