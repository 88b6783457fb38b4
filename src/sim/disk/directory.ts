import { SimFile, type WriteFates } from './file.js';
import { between, type Stream } from '../base/random-streams.js';

/** A change of names that no directory sync has covered yet. */
type NameChange =
  | { readonly kind: 'create'; readonly path: string; readonly file: SimFile }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string; readonly file: SimFile }
  | { readonly kind: 'remove'; readonly path: string };

/** How many pending name changes a power loss kept and lost. */
export interface NameFates {
  namesKept: number;
  namesLost: number;
}

/**
 * The one flat directory of a disk: which name leads to which file now, which would after a power
 * loss, and the changes between the two in order. A synced file under a name that is not durable is lost.
 */
export class SimDirectory {
  #cached = new Map<string, SimFile>();
  #durable = new Map<string, SimFile>();
  #pending: NameChange[] = [];
  #settled = 0;
  /** Where the last lying sync stood; -1 while none did. */
  #claimed = -1;
  #hasLostClaimed = false;

  find(path: string): SimFile | undefined {
    return this.#cached.get(path);
  }

  findDurable(path: string): SimFile | undefined {
    return this.#durable.get(path);
  }

  /** Ascending by name. */
  paths(): string[] {
    return [...this.#cached.keys()].sort();
  }

  /** Names that a power loss would leave, ascending. */
  durablePaths(): string[] {
    return [...this.#durable.keys()].sort();
  }

  /** Each file that is there now or would be after a power loss, once, ascending by name. */
  allFiles(): readonly (readonly [path: string, file: SimFile])[] {
    const names = new Map<SimFile, string>();
    for (const [path, file] of this.#cached) names.set(file, path);
    for (const [path, file] of this.#durable) names.set(file, path);
    return [...names].map(([file, path]) => [path, file] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  files(): Iterable<SimFile> {
    return this.#cached.values();
  }

  create(path: string): SimFile {
    const file = new SimFile();
    this.#change({ kind: 'create', path, file });
    return file;
  }

  rename(path: string, to: string, file: SimFile): void {
    this.#change({ kind: 'rename', path, to, file });
  }

  remove(path: string): void {
    this.#change({ kind: 'remove', path });
  }

  mark(): number {
    return this.#settled + this.#pending.length;
  }

  /** A sync that ends well and does nothing: what was before `mark` may be believed to be durable, and is not. */
  claim(mark: number): void {
    if (mark > this.#settled) this.#claimed = Math.max(this.#claimed, mark);
  }

  /** Whether names that a sync vouched for may be lost, or have been, and no honest sync came since. */
  get isInDoubt(): boolean {
    return this.#claimed >= 0;
  }

  /** Whether a power loss now would decide which of them are: after one it is decided, and what is changed later is as sure as ever. */
  get isUndecided(): boolean {
    return this.#claimed > this.#settled;
  }

  /** Whether a power loss took a change of names that a sync had vouched for, and no honest one came since. */
  get hasLostClaimed(): boolean {
    return this.#hasLostClaimed;
  }

  /** Makes every change before `mark` durable. */
  settle(mark: number): void {
    if (mark >= this.#claimed) {
      this.#claimed = -1;
      this.#hasLostClaimed = false;
    }
    const count = mark - this.#settled;
    if (count <= 0) return;
    for (const change of this.#pending.splice(0, count)) carryOut(this.#durable, change);
    this.#settled += count;
  }

  /**
   * The power goes: each pending change is kept or lost, one draw each; one that rests on a lost change
   * of the same name is lost with it. Then the files that are left lose their power too.
   */
  losePower(stream: Stream, fates: WriteFates & NameFates): void {
    const unsure = new Set<string>();
    for (const [place, change] of this.#pending.entries()) {
      const isKept = between(stream, 0, 1) === 0;
      const names = change.kind === 'rename' ? [change.path, change.to] : [change.path];
      if (isKept && !names.some((name) => unsure.has(name))) {
        carryOut(this.#durable, change);
        fates.namesKept++;
      } else {
        for (const name of names) unsure.add(name);
        fates.namesLost++;
        if (this.#settled + place < this.#claimed) this.#hasLostClaimed = true;
      }
    }
    this.#settled += this.#pending.length;
    this.#pending = [];
    this.#cached = new Map(this.#durable);
    for (const path of this.paths()) this.#cached.get(path)?.losePower(stream, fates);
  }

  /** A directory of what a power loss would certainly leave of this one, names and bytes. */
  durableCopy(): SimDirectory {
    const copy = new SimDirectory();
    for (const path of this.durablePaths()) copy.#durable.set(path, (this.#durable.get(path) as SimFile).durableCopy());
    copy.#cached = new Map(copy.#durable);
    return copy;
  }

  wipe(): void {
    this.#cached = new Map();
    this.#durable = new Map();
    this.#settled += this.#pending.length;
    this.#pending = [];
    this.#claimed = -1;
    this.#hasLostClaimed = false;
  }

  #change(change: NameChange): void {
    carryOut(this.#cached, change);
    this.#pending.push(change);
  }
}

function carryOut(names: Map<string, SimFile>, change: NameChange): void {
  if (change.kind === 'rename') {
    names.delete(change.path);
    names.set(change.to, change.file);
  } else if (change.kind === 'create') names.set(change.path, change.file);
  else names.delete(change.path);
}
