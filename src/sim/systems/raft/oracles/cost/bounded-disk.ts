import type { FileEntry } from '../../../../../core/machine.js';
import { logIndex, type NodeId } from '../../../../../core/base/units.js';
import { snapshotNumber, unfinishedNumber } from '../../../../../core/storage/snapshot-format.js';
import { walNumber } from '../../../../../core/storage/wal-format.js';
import type { NodeOptions } from '../../../../../core/systems/raft/options.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle, ServerView } from '../oracle.js';

/** All files of a server's disk as the server sees them, ascending by name. */
export type VisibleFiles = (server: NodeId) => readonly FileEntry[];

/** A disk is looked at after so many syncs of its log. */
const LOOK_EVERY_SYNCS = 16;
/** What nothing needs may lie there over so many looks, and a second at least: its removal waits for a sync and takes one. */
const LOOKS_MAX = 8;
const GRACE_US = 1_000_000;
/** Of our own snapshots one may be finished and not in force yet, one more unfinished, and one that was sent as well. */
const FINISHED_BESIDES = 1;
const UNFINISHED_MAX = 2;

/** What it knows of one file of a log. */
interface LogFile {
  readonly path: string;
  /** Bytes that are durable. */
  sizeBytes: number;
  /** The last index that it can carry; Infinity while nothing of it is durable. */
  carriesTo: number;
  /** It became durable in this life of its server: at a crash one may go whose name was not, and its number is used again. */
  hasGrownInLife: boolean;
}

/** What the oracle knows of one server's disk. */
interface Books {
  /** The file of the log that was synced last, which is as a rule the one that is synced next. */
  latest: LogFile | null;
  readonly files: Map<string, LogFile>;
  /** Bytes of the log that ever became durable, and how many had before each entry did: by index, first time only. */
  bytesEver: number;
  readonly bytesBefore: number[];
  largestFlush: number;
  lastIndex: number;
  /** Entries up to here are dropped, and the snapshot that stands for them is durable. */
  droppedTo: number;
  syncs: number;
  /** Since when, and over how many looks, each thing has been wrong. */
  readonly wrong: Map<string, { readonly sinceUs: number; looks: number }>;
}

/**
 * Bounded Disk: what a server keeps on its disk is bounded by what it needs: no segment without a live entry, no more
 * snapshots than its options keep, no segment that grows when it is full, and no more bytes of log than were written
 * since the oldest live entry, and two segments. It rests on the files, their sizes and what became durable in them.
 */
export class BoundedDisk implements Oracle {
  readonly #options: NodeOptions;
  readonly #files: VisibleFiles;
  readonly #isDamaged: (server: NodeId) => boolean;
  readonly #books: (Books | undefined)[] = [];
  /** Found while a disk was at work: said at the next step, since the world would take it for an error of the disk. */
  #found: string | null = null;

  /** @param isDamaged Whose disks the nemesis meddled with for good: files may be gone, or come back. */
  constructor(options: NodeOptions, files: VisibleFiles, isDamaged: (server: NodeId) => boolean) {
    this.#options = options;
    this.#files = files;
    this.#isDamaged = isDamaged;
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (this.#found !== null) violated('Bounded Disk', this.#found, atUs, { servers: [server] });
    if (before.raft.log !== after.raft.log || before.storage !== after.storage) this.#note(this.#of(server), after);
  }

  onRecovered(_atUs: number, server: NodeId, view: ServerView): void {
    this.#note(this.#of(server), view);
  }

  onCrash(_atUs: number, server: NodeId): void {
    const books = this.#of(server);
    books.wrong.clear();
    for (const file of books.files.values()) file.hasGrownInLife = false;
  }

  onSynced(atUs: number, server: NodeId, path: string, _durable: Uint8Array, sizeBytes: number): void {
    const books = this.#of(server);
    if (path !== books.latest?.path) {
      if (walNumber(path) === null) return;
      books.latest = fileOf(books, path);
    }
    this.#grow(server, books, books.latest, sizeBytes);
    books.syncs++;
    if (books.syncs % LOOK_EVERY_SYNCS === 0 && !this.#isDamaged(server)) this.#look(atUs, server, books);
  }

  #note(books: Books, { raft, storage }: ServerView): void {
    books.lastIndex = raft.log.lastIndex;
    const isInForce = raft.snapshot === null || storage === null || storage.durableSnapshotIndex >= raft.snapshot.lastIndex;
    if (isInForce) books.droppedTo = raft.log.firstIndex - 1;
  }

  #grow(server: NodeId, books: Books, file: LogFile, sizeBytes: number): void {
    const { path, sizeBytes: sizeBefore } = file;
    const grown = sizeBytes - sizeBefore;
    if (grown <= 0) return;
    const segmentBytesMax = this.#options.storage?.segmentBytesMax ?? Infinity;
    if (file.hasGrownInLife && sizeBefore >= segmentBytesMax)
      this.#say(server, `${path} was full with ${sizeBefore} bytes, of ${segmentBytesMax}, and grew by ${grown}`);
    file.sizeBytes = sizeBytes;
    file.hasGrownInLife = true;
    file.carriesTo = sizeBefore === 0 ? books.lastIndex : Math.max(file.carriesTo, books.lastIndex);
    for (let index = books.bytesBefore.length; index <= books.lastIndex; index++) books.bytesBefore[index] = books.bytesEver;
    books.bytesEver += grown;
    books.largestFlush = Math.max(books.largestFlush, grown);
  }

  #look(atUs: number, server: NodeId, books: Books): void {
    const files = this.#files(server);
    const wrong = [...this.#useless(books, files), ...this.#tooManyBytes(books, files)];
    for (const known of books.wrong.keys()) if (!wrong.includes(known)) books.wrong.delete(known);
    for (const what of wrong) {
      const seen = books.wrong.get(what) ?? { sinceUs: atUs, looks: 0 };
      seen.looks++;
      books.wrong.set(what, seen);
      if (seen.looks > LOOKS_MAX && atUs - seen.sinceUs > GRACE_US) {
        this.#say(server, `${what}, for ${Math.round((atUs - seen.sinceUs) / 1_000)} ms and ${seen.looks * LOOK_EVERY_SYNCS} syncs`);
      }
    }
  }

  /** Files that nothing needs any more. */
  #useless(books: Books, files: readonly FileEntry[]): readonly string[] {
    const { snapshotsKept } = this.#options.storage ?? { snapshotsKept: 0 };
    const newestFirst = files.map(({ path }) => path).toReversed();
    const segments = newestFirst.filter((path) => walNumber(path) !== null);
    const dead = segments.slice(1).filter((path) => (books.files.get(path)?.carriesTo ?? Infinity) <= books.droppedTo);
    const finished = newestFirst.filter((path) => snapshotNumber(path) !== null).slice(snapshotsKept + FINISHED_BESIDES);
    const unfinished = newestFirst.filter((path) => unfinishedNumber(path) !== null).slice(UNFINISHED_MAX);
    return [...dead, ...finished, ...unfinished].map((path) => `${path} is kept and nothing needs it`);
  }

  #tooManyBytes(books: Books, files: readonly FileEntry[]): readonly string[] {
    const { segmentBytesMax } = this.#options.storage ?? { segmentBytesMax: Infinity };
    const logBytes = files.reduce((sum, { path, sizeBytes }) => sum + (walNumber(path) === null ? 0 : sizeBytes), 0);
    // The oldest segment with a live entry goes as a whole, and so does one that a flush went into when it was nearly full.
    const oldestLive = logIndex(books.droppedTo + 1);
    const liveBytes = books.bytesEver - (books.bytesBefore[oldestLive] ?? books.bytesEver);
    const bytesMax = liveBytes + 2 * (segmentBytesMax + books.largestFlush);
    return logBytes <= bytesMax ? [] : ['the log takes more bytes than were written since its oldest live entry, and two segments'];
  }

  #say(server: NodeId, what: string): void {
    this.#found ??= `s${server}: ${what}`;
  }

  #of(server: NodeId): Books {
    return (this.#books[server] ??= {
      latest: null,
      files: new Map(),
      bytesEver: 0,
      bytesBefore: [],
      largestFlush: 0,
      lastIndex: 0,
      droppedTo: 0,
      syncs: 0,
      wrong: new Map(),
    });
  }
}

function fileOf(books: Books, path: string): LogFile {
  const known = books.files.get(path);
  if (known !== undefined) return known;
  const file: LogFile = { path, sizeBytes: 0, carriesTo: Infinity, hasGrownInLife: false };
  books.files.set(path, file);
  return file;
}
