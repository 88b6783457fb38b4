import { assert, unreachable } from '../core/base/assert.js';
import type { DiskError, DiskOutcome, DiskStep, DiskValue, FileEntry } from '../core/machine.js';
import type { OperationId } from '../core/base/units.js';
import { SimDirectory, type NameFates } from './disk-directory.js';
import type { SimFile, WriteFates } from './disk-file.js';
import { between, type RandomStreams, type Stream } from './random.js';

/** How fast a simulated disk is. No field has a default. All spans in microseconds, 0 or more, min <= max. */
export interface SimDiskOptions {
  /** Before an operation's first step: the way to the disk. One draw for each operation. */
  readonly operationUsMin: number;
  readonly operationUsMax: number;
  /** Each `sync` and `syncDirectory` takes this long. One draw for each. */
  readonly syncUsMin: number;
  readonly syncUsMax: number;
}

/** A disk that takes no time: operations complete at the moment they are asked for, through the queue. */
export const INSTANT_DISK: SimDiskOptions = { operationUsMin: 0, operationUsMax: 0, syncUsMin: 0, syncUsMax: 0 };

/** What a power loss did to what was pending. */
export type PowerLossFates = WriteFates & NameFates;

/** Those fates in one line, for a transcript. */
export function describeFates(fates: PowerLossFates): string {
  return `writes ${fates.kept} kept, ${fates.lost} lost, ${fates.torn} torn; names ${fates.namesKept} kept, ${fates.namesLost} lost`;
}

/** One disk operation on its way. The world keeps it in its queue and hands it back when it is due. */
export interface DiskWork {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
  /** When to call {@link SimDisk.advance}, in world time. */
  dueUs: number;
  /** Set when the operation is over. */
  outcome: DiskOutcome | null;
  position: number;
  readonly values: DiskValue[];
  /** The sync under way: its file (null for the directory) and what it covers. */
  isSyncing: boolean;
  syncFile: SimFile | null;
  syncMark: number;
}

/** Steps that an injected error can strike. */
export type FailingStep = 'append' | 'write' | 'sync' | 'syncDirectory' | 'read';

/**
 * One node's simulated disk: one flat directory of files.
 *
 * `append`, `write` and `truncate` reach the page cache at once; they are durable when a `sync` that began
 * after them has ended. A name made, changed or removed is durable when a `syncDirectory` that began after
 * it has ended. The steps of one operation happen in their order; only syncs take time between them.
 *
 * It also holds its user to the contract: two operations in flight may not change the same bytes or names.
 */
export class SimDisk {
  /** Told of every file sync that ended well, with the whole durable content. A view: look, don't keep. */
  onSynced: ((path: string, durable: Uint8Array) => void) | null = null;

  #options: SimDiskOptions;
  readonly #name: string;
  readonly #streams: RandomStreams;
  readonly #latency: Stream;
  readonly #directory = new SimDirectory();
  #isInstant: boolean;
  #inFlight: DiskWork[] = [];
  #powerLosses = 0;
  #capacityBytes = Infinity;
  #failing: { readonly kind: FailingStep; readonly path: string | null }[] = [];

  constructor(name: string, options: SimDiskOptions, streams: RandomStreams) {
    checkSpans(options);
    this.#options = options;
    this.#name = name;
    this.#streams = streams;
    this.#latency = streams.stream('disk', name);
    this.#isInstant = isInstant(options);
  }

  /** From now on the disk is so fast or slow; a sync under way keeps its pace. */
  setSpeed(options: SimDiskOptions): void {
    checkSpans(options);
    this.#options = options;
    this.#isInstant = isInstant(options);
  }

  /** Takes up an operation. Nothing of it has happened yet; see its `dueUs`. */
  begin(operation: OperationId, steps: readonly DiskStep[], nowUs: number): DiskWork {
    const work: DiskWork = {
      operation, steps, dueUs: nowUs, outcome: null, position: 0, values: [], isSyncing: false, syncFile: null, syncMark: 0,
    };
    for (const other of this.#inFlight) {
      assert(other.operation !== operation, 'operations in flight have different numbers');
      assert(!collide(other.steps, steps), 'two disk operations in flight change the same bytes or names');
    }
    this.#inFlight.push(work);
    if (!this.#isInstant) work.dueUs = nowUs + between(this.#latency, this.#options.operationUsMin, this.#options.operationUsMax);
    return work;
  }

  /** Goes on with an operation that is due, until it has to wait or is over (`outcome` is set). */
  advance(work: DiskWork, nowUs: number): void {
    while (work.position < work.steps.length) {
      const step = work.steps[work.position] as DiskStep;
      if ((step.kind === 'sync' || step.kind === 'syncDirectory') && !work.isSyncing && this.#beginSync(work, step, nowUs)) return;
      const done = work.isSyncing ? this.#endSync(work, step) : this.#perform(step);
      if (isError(done)) {
        this.#end(work, { ok: false, at: work.position, error: done });
        return;
      }
      work.values.push(done);
      work.position++;
    }
    this.#end(work, { ok: true, values: work.values });
  }

  /** The process dies; what the page cache holds stays. Its operations in flight go no further. */
  crashProcess(): void {
    this.#inFlight = [];
  }

  /** The power goes: what was pending is kept, lost or torn (see SimFile and SimDirectory). */
  losePower(): PowerLossFates {
    this.#inFlight = [];
    const fates: PowerLossFates = { kept: 0, lost: 0, torn: 0, namesKept: 0, namesLost: 0 };
    // A stream for each loss, so that how much was pending at one does not change what happens at the next.
    this.#powerLosses++;
    this.#directory.losePower(this.#streams.stream('power-loss', `${this.#name}#${this.#powerLosses}`), fates);
    return fates;
  }

  /** What a power loss now would certainly leave of a file; null if its name is not durable. A copy. */
  durableBytes(path: string): Uint8Array | null {
    return this.#directory.findDurable(path)?.durable().slice() ?? null;
  }

  /** What a reader would see now; null if there is no such file. A copy. */
  cachedBytes(path: string): Uint8Array | null {
    const file = this.#directory.find(path);
    return file === undefined ? null : file.read(0, file.sizeBytes);
  }

  /** All files that a reader would see, ascending by name. */
  list(): readonly FileEntry[] {
    return this.#directory.paths().map((path) => ({ path, sizeBytes: this.#directory.find(path)?.sizeBytes ?? 0 }));
  }

  /** Whether a power loss now could lose writes. */
  get hasPendingWrites(): boolean {
    for (const file of this.#directory.files()) if (file.pendingCount > 0) return true;
    return false;
  }

  get operationsInFlight(): number {
    return this.#inFlight.length;
  }

  /** Flips one bit (0 .. 7) of the byte at `offset`, for good. @returns Whether there was such a byte. */
  rot(path: string, offset: number, bit: number): boolean {
    const file = this.#directory.findDurable(path);
    if (file === undefined || offset >= file.durable().length) return false;
    file.rot(offset, bit);
    return true;
  }

  /** The disk holds this many bytes in all; more is answered with `full`. null for no bound. */
  setCapacity(capacityBytes: number | null): void {
    this.#capacityBytes = capacityBytes ?? Infinity;
  }

  get usedBytes(): number {
    let used = 0;
    for (const file of this.#directory.files()) used += file.sizeBytes;
    return used;
  }

  /**
   * The next step of this kind, on this file or on any (null), fails with `io`. A sync that fails has
   * dropped the pages: readers still see them, the next sync succeeds, and they are not on the disk.
   */
  failNext(kind: FailingStep, path: string | null): void {
    this.#failing.push({ kind, path });
  }

  /** Everything is gone, as with a new disk. */
  wipe(): void {
    this.#inFlight = [];
    this.#directory.wipe();
  }

  /** @returns Whether the sync takes time; if not it can end at once. A missing file is reported by {@link SimDisk.#endSync}. */
  #beginSync(work: DiskWork, step: DiskStep, nowUs: number): boolean {
    work.isSyncing = true;
    work.syncFile = step.kind === 'sync' ? (this.#directory.find(step.path) ?? null) : null;
    work.syncMark = step.kind === 'sync' ? (work.syncFile?.mark() ?? 0) : this.#directory.mark();
    if (this.#isInstant) return false;
    const tookUs = between(this.#latency, this.#options.syncUsMin, this.#options.syncUsMax);
    work.dueUs = nowUs + tookUs;
    return tookUs > 0;
  }

  #endSync(work: DiskWork, step: DiskStep): DiskError | null {
    work.isSyncing = false;
    if (step.kind !== 'sync') {
      if (this.#failsNow('syncDirectory', '')) return ioError('the directory could not be synced');
      this.#directory.settle(work.syncMark);
      return null;
    }
    const file = work.syncFile;
    if (file === null) return missing(step.path);
    if (this.#failsNow('sync', step.path)) {
      file.dropPages(work.syncMark);
      return ioError(`${step.path} could not be synced`);
    }
    file.settle(work.syncMark);
    if (this.onSynced !== null) this.onSynced(step.path, file.durable());
    return null;
  }

  #perform(step: DiskStep): DiskValue | DiskError {
    switch (step.kind) {
      case 'append':
        return this.#write(step.kind, step.path, -1, step.bytes);
      case 'write':
        return this.#write(step.kind, step.path, step.offset, step.bytes);
      case 'read': {
        const file = this.#directory.find(step.path);
        if (file === undefined) return missing(step.path);
        return this.#failsNow('read', step.path) ? ioError(`${step.path} could not be read`) : file.read(step.offset, step.length);
      }
      case 'truncate': {
        const file = this.#directory.find(step.path);
        if (file === undefined) return missing(step.path);
        file.truncate(step.length);
        return null;
      }
      case 'rename': {
        const file = this.#directory.find(step.path);
        if (file === undefined) return missing(step.path);
        this.#directory.rename(step.path, step.to, file);
        return null;
      }
      case 'remove':
        if (this.#directory.find(step.path) === undefined) return missing(step.path);
        this.#directory.remove(step.path);
        return null;
      case 'list':
        return this.list();
      case 'sync':
      case 'syncDirectory':
        throw new Error('a sync has a beginning and an end of its own');
      default:
        return unreachable(step);
    }
  }

  /** @param offset -1 for the end of the file. */
  #write(kind: 'append' | 'write', path: string, offset: number, bytes: Uint8Array): DiskError | null {
    if (this.#failsNow(kind, path)) return ioError(`${path} could not be written`);
    const known = this.#directory.find(path);
    const sizeBytes = known?.sizeBytes ?? 0;
    const at = offset < 0 ? sizeBytes : offset;
    const growsBy = at + bytes.length - sizeBytes;
    if (growsBy > 0 && this.#capacityBytes !== Infinity && this.usedBytes + growsBy > this.#capacityBytes) {
      return { code: 'full', message: `no space left for ${path}` };
    }
    (known ?? this.#directory.create(path)).write(at, bytes);
    return null;
  }

  #failsNow(kind: FailingStep, path: string): boolean {
    if (this.#failing.length === 0) return false;
    const at = this.#failing.findIndex((fault) => fault.kind === kind && (fault.path === null || fault.path === path));
    if (at < 0) return false;
    this.#failing.splice(at, 1);
    return true;
  }

  #end(work: DiskWork, outcome: DiskOutcome): void {
    work.outcome = outcome;
    const at = this.#inFlight.indexOf(work);
    assert(at >= 0, 'an operation ends once, in the life that began it');
    this.#inFlight.splice(at, 1);
  }
}

function checkSpans(options: SimDiskOptions): void {
  assert(options.operationUsMin >= 0 && options.operationUsMin <= options.operationUsMax, 'an operation takes 0 <= min <= max');
  assert(options.syncUsMin >= 0 && options.syncUsMin <= options.syncUsMax, 'a sync takes 0 <= min <= max');
}

/** Such a disk draws nothing. */
function isInstant(options: SimDiskOptions): boolean {
  return options.operationUsMax === 0 && options.syncUsMax === 0;
}

function missing(path: string): DiskError {
  return { code: 'missing', message: `there is no file ${path}` };
}

function ioError(message: string): DiskError {
  return { code: 'io', message };
}

function isError(done: DiskValue | DiskError): done is DiskError {
  return done !== null && 'code' in done;
}

/** Whether two operations would change the same bytes of a file or the same names. */
function collide(some: readonly DiskStep[], others: readonly DiskStep[]): boolean {
  return some.some((one) => others.some((other) => changesSame(one, other)));
}

function changesSame(one: DiskStep, other: DiskStep): boolean {
  if (one.kind === 'write' && other.kind === 'write') {
    return one.path === other.path && one.offset < other.offset + other.bytes.length && other.offset < one.offset + one.bytes.length;
  }
  const names = namesChanged(other);
  return namesChanged(one).some((name) => names.includes(name));
}

function namesChanged(step: DiskStep): readonly string[] {
  switch (step.kind) {
    case 'append':
    case 'write':
    case 'truncate':
    case 'remove':
      return [step.path];
    case 'rename':
      return [step.path, step.to];
    default:
      return [];
  }
}
