import { assert, unreachable } from '../../core/base/assert.js';
import type { DiskError, DiskOutcome, DiskStep, DiskValue, FileEntry } from '../../core/machine.js';
import type { OperationId } from '../../core/base/units.js';
import { DiskContract } from './contract.js';
import type { Damage, DamageFacts } from './damage.js';
import type { DiskImage, FoundDamage, Layer, SurveyedFile } from './disk-views.js';
import type { DiskWork } from './disk-work.js';
import { SimDirectory, type NameFates } from './directory.js';
import type { SimFile, WriteFates } from './file.js';
import { DiskIlls, type FailingStep, type Failure, type Lie } from './pending-faults.js';
import { settleLying } from './lying-sync.js';
import { checkSpans, isInstant, type SimDiskOptions } from './disk-options.js';
import { between, type RandomStreams, type Stream } from '../base/random-streams.js';

export type { DiskImage, FoundDamage, Layer, SurveyedFile } from './disk-views.js';
export type { DiskWork } from './disk-work.js';

/** What a power loss did to what was pending. */
export type PowerLossFates = WriteFates & NameFates;

/**
 * One node's simulated disk: one flat directory of files.
 *
 * `append`, `write` and `truncate` reach the page cache at once; they are durable when a `sync` that began
 * after them has ended. A name made, changed or removed is durable when a `syncDirectory` that began after
 * it has ended. The steps of one operation happen in their order; only syncs take time between them.
 *
 * It also holds its user to the contract (see DiskContract), and to reading only what was ever written.
 * Damage is laid over bytes that stay as they were written, so it can be listed, explained and switched off.
 */
export class SimDisk {
  /** Told of every file sync that ended well: the first `sizeBytes` of `durable` are all that an honest disk would now keep. Look, don't keep. */
  onSynced: ((path: string, durable: Uint8Array, sizeBytes: number) => void) | null = null;

  /**
   * True: a read of a hole, and a use of a removed file, are the user's mistake and throw. False: they are answered as
   * the contract says, with zeros and with `missing`; for who tests the disk and not its user.
   */
  isStrict = true;

  #options: SimDiskOptions;
  readonly #name: string;
  readonly #streams: RandomStreams;
  readonly #latency: Stream;
  #directory = new SimDirectory();
  readonly #contract = new DiskContract();
  readonly #ills = new DiskIlls();
  #isInstant: boolean;
  #inFlight: DiskWork[] = [];
  #powerLosses = 0;
  #damagesEver = 0;
  #changes = 0;
  #hasFailed = false;

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
      operation,
      steps,
      dueUs: nowUs,
      outcome: null,
      position: 0,
      values: new Array<DiskValue>(steps.length),
      isSyncing: false,
      syncFile: null,
      syncMark: 0,
      haltAt: -1,
      onHalt: null,
    };
    for (const other of this.#inFlight) {
      assert(other.operation !== operation, 'operations in flight have different numbers');
      this.#contract.checkTogether(other.steps, steps);
    }
    // Most operations are alone, and for them a list of one is made: an empty one that is pushed to makes room for seventeen.
    if (this.#inFlight.length === 0) this.#inFlight = [work];
    else this.#inFlight.push(work);
    if (!this.#isInstant) work.dueUs = nowUs + between(this.#latency, this.#options.operationUsMin, this.#options.operationUsMax);
    return work;
  }

  /** Goes on with an operation that is due, until it has to wait or is over (`outcome` is set). */
  advance(work: DiskWork, nowUs: number): void {
    if (nowUs < this.#ills.stalledUntilUs) {
      work.dueUs = this.#ills.stalledUntilUs;
      return;
    }
    while (work.position < work.steps.length) {
      if (work.position === work.haltAt) return;
      const step = work.steps[work.position] as DiskStep;
      if (this.isStrict && !work.isSyncing) this.#contract.checkStep(step);
      if ((step.kind === 'sync' || step.kind === 'syncDirectory') && !work.isSyncing && this.#beginSync(work, step, nowUs)) return;
      if (step.kind !== 'read' && step.kind !== 'list') this.#changes++;
      const done = work.isSyncing ? this.#endSync(work, step, nowUs) : this.#perform(step);
      if (isError(done)) {
        this.#end(work, { ok: false, at: work.position, error: done });
        return;
      }
      work.values[work.position] = done;
      work.position++;
    }
    this.#end(work, { ok: true, values: work.values });
  }

  /** The process dies; what the page cache holds stays. Its operations in flight go no further. */
  crashProcess(): void {
    this.#inFlight = [];
    this.#contract.forget();
    this.#hasFailed = false;
  }

  /** The power goes: what was pending is kept, lost or torn (see SimFile and SimDirectory). */
  losePower(): PowerLossFates {
    this.#inFlight = [];
    this.#changes++;
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

  /** The same as if no damage had ever come over it: what an honest disk would certainly keep. A view, valid until the next change. */
  pristineBytes(path: string): Uint8Array | null {
    return this.#directory.findDurable(path)?.pristine() ?? null;
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

  /** Goes up with everything that may change what is there to read, now or after a power loss; what was read of one number holds for as long as it stands. */
  get changes(): number {
    return this.#changes;
  }

  get operationsInFlight(): number {
    return this.#inFlight.length;
  }

  /** Flips one bit (0 .. 7) of the byte at `offset`, for good. @returns The damage; null if there is no such byte. */
  rot(path: string, offset: number, bit: number): Damage | null {
    const file = this.#directory.findDurable(path);
    if (file === undefined || offset >= file.durable().length) return null;
    const was = file.durable()[offset] as number;
    const bytes = Uint8Array.of(was ^ (1 << bit));
    const damage = this.#damage({ kind: 'rot', path, offset, lengthBytes: 1, bit, was, is: bytes[0] ?? 0 });
    file.lay(damage, bytes, true);
    return damage;
  }

  /** Reads that touch these bytes of the medium fail with `io` once the power has gone, until they are written anew. */
  makeUnreadable(path: string, offset: number, lengthBytes: number): Damage | null {
    const file = this.#directory.findDurable(path);
    if (file === undefined || offset >= file.pristine().length) return null;
    const damage = this.#damage({ kind: 'unreadable', path, offset, lengthBytes });
    file.lay(damage, null, false);
    return damage;
  }

  /**
   * The file ends after so many bytes of the medium once the power has gone. Whoever had it open goes on writing behind the old end, and
   * leaves zeros where bytes are missing.
   *
   * @returns The damage; null if the file is not longer.
   */
  shorten(path: string, lengthBytes: number): Damage | null {
    const file = this.#directory.findDurable(path);
    const missing = file === undefined ? 0 : file.durable().length - lengthBytes;
    if (file === undefined || missing <= 0) return null;
    const damage = this.#damage({ kind: 'shortened', path, offset: lengthBytes, lengthBytes: missing });
    file.lay(damage, new Uint8Array(missing), false);
    return damage;
  }

  /** Where a durable file ended after earlier syncs, ascending by time: places between what was synced at once. A few of them. */
  earlierEnds(path: string): readonly number[] {
    return this.#directory.findDurable(path)?.earlierEnds ?? [];
  }

  /**
   * The next file sync that changes a durable sector tells a lie: it ends well, and one of the sectors it changed
   * holds what it held before (`stale`), its new bytes being lost or in the place of another sector
   * (`misdirected`), or it holds what nobody wrote (`junk`), or only the beginning of what it should (`shorn`). The page cache shows all as it should be until the power goes.
   */
  lieOnNextSync(lie: Lie): void {
    this.#ills.lieNext(lie);
  }

  get hasLieWaiting(): boolean {
    return this.#ills.nextLie !== null;
  }

  /** A lie that was not told yet never will be. */
  takeBackLie(lie: Lie): void {
    this.#ills.takeBackLie(lie);
  }

  /** Before this moment of world time each sync of the directory ends well and leaves all changes of names pending. */
  forgetNamesUntil(atUs: number): void {
    this.#ills.forgetsNamesUntilUs = Math.max(this.#ills.forgetsNamesUntilUs, atUs);
  }

  /** Whether such names may be kept or lost, each for itself, by the next power loss. */
  get hasNamesUndecided(): boolean {
    return this.#directory.isUndecided;
  }

  /** Whether a sync of the directory vouched for names that it did not keep, and no honest one came since. */
  get hasNamesInDoubt(): boolean {
    return this.#directory.isInDoubt;
  }

  /** Whether names that a sync of the directory vouched for are gone, and no honest one came since. */
  get hasLostNames(): boolean {
    return this.#directory.hasLostClaimed;
  }

  /**
   * What a recovery would read, ascending by name. `medium`: what a power loss now would certainly leave. `named`: the
   * same once the names that are there to see are durable. `cache`: what there is to see now. Without damage: as if none
   * had ever come. Copies.
   */
  survey(from: Layer, withDamage: boolean): readonly SurveyedFile[] {
    const paths = from === 'medium' ? this.#directory.durablePaths() : this.#directory.paths();
    return paths.map((path) => {
      const file = (from === 'medium' ? this.#directory.findDurable(path) : this.#directory.find(path)) as SimFile;
      return { path, ...file.look(from === 'cache' ? 'cache' : 'medium', withDamage) };
    });
  }

  /** This damage never came: nobody had read it yet. */
  takeBackDamage(damage: Damage): void {
    this.#changes++;
    for (const [, file] of this.#directory.allFiles()) file.takeBack(damage);
  }

  /** All damage of which something is left, ascending by file, then in the order it came. */
  damages(): readonly FoundDamage[] {
    return this.#directory.allFiles().flatMap(([path, file]) => file.damages().map((damage) => ({ path, damage })));
  }

  /** The same of the file that is there to see under this name, whatever a power loss would call it. */
  damagesAt(path: string): readonly Damage[] {
    return this.#directory.find(path)?.damages() ?? [];
  }

  /** Whether any damage is on of which something is left. */
  get hasDamage(): boolean {
    return this.#damagesEver > 0 && this.damages().some(({ damage }) => damage.isOn);
  }

  /** Switches one damage, or all (null), off or on again: underneath, the bytes are as they were written. */
  switchDamage(id: number | null, isOn: boolean): void {
    this.#changes++;
    for (const { damage } of this.damages()) if (id === null || damage.id === id) damage.isOn = isOn;
  }

  /** The disk holds this many bytes in all; of more, what fits is written and the rest answered with `full`. null for no bound. */
  setCapacity(capacityBytes: number | null): void {
    this.#ills.capacityBytes = capacityBytes ?? Infinity;
  }

  get isBounded(): boolean {
    return this.#ills.capacityBytes !== Infinity;
  }

  /** No operation gets on before this moment of world time: not those in flight, and none that begins. */
  stallUntil(atUs: number): void {
    this.#ills.stalledUntilUs = Math.max(this.#ills.stalledUntilUs, atUs);
  }

  /** No more errors, lies, bounds and stalls, and this speed. Damage stays. */
  calm(options: SimDiskOptions): void {
    this.#ills.calm();
    this.setSpeed(options);
  }

  /** Whether this life of the process was told of an error that the disk, not its user, is to blame for. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get usedBytes(): number {
    let used = 0;
    for (const file of this.#directory.files()) used += file.sizeBytes;
    return used;
  }

  /**
   * The next step of this kind, on this file or on any (null), fails with `io`. A sync that fails has
   * dropped the pages: readers still see them, the next sync succeeds, and they are not on the disk.
   *
   * @param share Of a write that fails: how much of it is in the file all the same, in [0, 1].
   * @param onStrike Called when it has failed.
   */
  failNext(kind: FailingStep, path: string | null, share = 0, onStrike?: () => void): Failure {
    return this.#ills.failNext(kind, path, share, onStrike);
  }

  /** A failure that has not struck yet never will. */
  takeBack(failure: Failure): void {
    this.#ills.takeBack(failure);
  }

  /** Everything is gone, as with a new disk. Only for a process that is down. */
  wipe(): void {
    assert(this.#inFlight.length === 0, 'a disk is changed while nobody uses it');
    this.#changes++;
    this.#directory.wipe();
  }

  /** What a power loss now would certainly leave, damage included. */
  image(): DiskImage {
    return { directory: this.#directory.durableCopy() };
  }

  /** The disk holds what it held when the image was made, and nothing since. Only for a process that is down. */
  become(image: DiskImage): void {
    assert(this.#inFlight.length === 0, 'a disk is changed while nobody uses it');
    this.#changes++;
    this.#directory = image.directory.durableCopy();
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

  #endSync(work: DiskWork, step: DiskStep, nowUs: number): DiskError | null {
    work.isSyncing = false;
    if (step.kind !== 'sync') {
      if (this.#ills.takeFailure('syncDirectory', '') !== null) return this.#failed('the directory could not be synced');
      if (nowUs < this.#ills.forgetsNamesUntilUs) this.#directory.claim(work.syncMark);
      else this.#directory.settle(work.syncMark);
      return null;
    }
    const file = work.syncFile;
    if (file === null) return missing(step.path);
    if (this.#ills.takeFailure('sync', step.path) !== null) {
      file.dropPages(work.syncMark);
      return this.#failed(`${step.path} could not be synced`);
    }
    const lie = this.#ills.nextLie;
    if (lie === null) file.settle(work.syncMark);
    else {
      const damages = settleLying(this.#directory, { path: step.path, file }, work.syncMark, lie, this.#damage.bind(this));
      if (damages.length > 0) this.#ills.lieTold();
      if (damages.length > 0) lie.onTold?.(damages);
    }
    if (this.onSynced !== null) this.onSynced(step.path, file.pristineBuffer, file.durableBytes);
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
        const isStruck = this.#ills.takeFailure('read', step.path) !== null || file.isUnreadable(step.offset, step.length);
        if (isStruck) return this.#failed(`${step.path} could not be read`);
        if (this.isStrict) file.checkWritten(step.offset, step.length);
        return file.read(step.offset, step.length);
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
    const known = this.#directory.find(path);
    const sizeBytes = known?.sizeBytes ?? 0;
    const at = offset < 0 ? sizeBytes : offset;
    const struck = this.#ills.takeFailure(kind, path);
    const room = struck === null ? this.#roomFor(bytes.length, at, sizeBytes) : Math.floor(struck.share * bytes.length);
    if (struck === null && room === bytes.length) {
      (known ?? this.#directory.create(path)).write(at, bytes);
      return null;
    }
    if (room > 0) (known ?? this.#directory.create(path)).write(at, bytes.subarray(0, room));
    if (struck !== null) return this.#failed(`${path} could not be written`);
    this.#hasFailed = true;
    return { code: 'full', message: `no space left for ${path}` };
  }

  /** How many of so many bytes can be written there. */
  #roomFor(lengthBytes: number, at: number, sizeBytes: number): number {
    if (!this.isBounded) return lengthBytes;
    const free = Math.max(this.#ills.capacityBytes - this.usedBytes, 0);
    return Math.max(Math.min(lengthBytes, sizeBytes + free - at), 0);
  }

  #damage(facts: DamageFacts): Damage {
    this.#damagesEver++;
    this.#changes++;
    return { ...facts, id: this.#damagesEver, isOn: true };
  }

  #failed(message: string): DiskError {
    this.#hasFailed = true;
    return { code: 'io', message };
  }

  #end(work: DiskWork, outcome: DiskOutcome): void {
    work.outcome = outcome;
    const at = this.#inFlight.indexOf(work);
    assert(at >= 0, 'an operation ends once, in the life that began it');
    if (this.#inFlight.length === 1) this.#inFlight = [];
    else this.#inFlight.splice(at, 1);
  }
}

function missing(path: string): DiskError {
  return { code: 'missing', message: `there is no file ${path}` };
}

function isError(done: DiskValue | DiskError): done is DiskError {
  return done !== null && 'code' in done;
}
