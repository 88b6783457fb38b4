import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { DEFAULT_NODE_OPTIONS } from '../../../../../../src/core/systems/raft/options.js';
import { BoundedDisk } from '../../../../../../src/sim/systems/raft/oracles/cost/bounded-disk.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const S1 = nodeId(1);
const options = { ...DEFAULT_NODE_OPTIONS, storage: { segmentBytesMax: 100, recordBytesMax: 64, readBytes: 64, snapshotsKept: 1 } };
const wal = (number: number): string => `wal-${String(number).padStart(16, '0')}.log`;
const snapshot = (number: number, end = 'snap'): string => `snapshot-${String(number).padStart(16, '0')}.${end}`;
const inForce = (durableSnapshotIndex: number) => ({ writtenSequence: 1, durableSequence: 1, durableSnapshotIndex });

/** One server's disk under the eyes of the oracle, step by step. */
class Disk {
  readonly #sizes = new Map<string, number>();
  readonly #oracle: BoundedDisk;
  #before = view({});
  #atUs = 0;

  constructor(isDamaged = false) {
    const files = () => [...this.#sizes].map(([path, sizeBytes]) => ({ path, sizeBytes })).sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#oracle = new BoundedDisk(options, files, () => isDamaged);
  }

  /** The log now reaches from behind `droppedTo` to `lastIndex`; a snapshot covers what was dropped, and is in force unless said otherwise. */
  holds(lastIndex: number, droppedTo = 0, durableSnapshotIndex = droppedTo): this {
    const log = Array.from({ length: lastIndex - droppedTo }, () => 1);
    const after = view({
      log,
      compactedTo: droppedTo,
      ...(droppedTo > 0 ? { snapshotIndex: droppedTo } : {}),
      storage: inForce(durableSnapshotIndex),
    });
    this.#oracle.onStep(this.#atUs, S1, this.#before, after);
    this.#before = after;
    return this;
  }

  has(path: string, sizeBytes = 10): this {
    this.#sizes.set(path, sizeBytes);
    return this;
  }

  syncs(path: string, sizeBytes: number): this {
    this.has(path, sizeBytes);
    this.#oracle.onSynced(this.#atUs, S1, path, new Uint8Array(sizeBytes), sizeBytes);
    return this;
  }

  /** The server goes on for so many syncs of a file, 20 ms each, and takes a step. */
  goesOn(syncs: number, path: string): void {
    for (let i = 0; i < syncs; i++) {
      this.#atUs += 20_000;
      this.syncs(path, this.#sizes.get(path) ?? 0);
    }
    this.#oracle.onStep(this.#atUs, S1, this.#before, this.#before);
  }

  crashes(): void {
    this.#oracle.onCrash(this.#atUs, S1);
  }
}

/** Two segments, the first with entries 1 to 5 and the second with 6 to 9. */
const twoSegments = (): Disk => new Disk().holds(5).syncs(wal(1), 100).holds(9).syncs(wal(2), 50);

describe('Bounded Disk', () => {
  test('sees a segment whose entries are all dropped, once it should have been removed', () => {
    expectViolated('Bounded Disk', /s1: wal-0{15}1\.log is kept and nothing needs it, for \d+ ms and 144 syncs/, () =>
      twoSegments().holds(9, 5).goesOn(160, wal(2)),
    );
    twoSegments().holds(9, 5).goesOn(64, wal(2));
    twoSegments().holds(9, 4).goesOn(400, wal(2));
  });

  test('a snapshot that is not durable yet frees nothing', () => {
    twoSegments().holds(9, 5, 0).goesOn(400, wal(2));
  });

  test('a crash begins the time of grace anew', () => {
    const disk = twoSegments().holds(9, 5);
    disk.goesOn(100, wal(2));
    disk.crashes();
    disk.goesOn(100, wal(2));
  });

  test('sees snapshots beyond those that are kept and one, and unfinished ones beyond two', () => {
    const three = () => twoSegments().has(snapshot(1)).has(snapshot(2)).has(snapshot(3));
    expectViolated('Bounded Disk', /snapshot-0{15}1\.snap is kept and nothing needs it/, () => three().goesOn(160, wal(2)));
    twoSegments().has(snapshot(1)).has(snapshot(2)).goesOn(400, wal(2));
    const unfinished = () => twoSegments().has(snapshot(7, 'tmp')).has(snapshot(8, 'tmp'));
    expectViolated('Bounded Disk', /snapshot-0{15}7\.tmp is kept/, () => unfinished().has(snapshot(9, 'tmp')).goesOn(160, wal(2)));
    unfinished().goesOn(400, wal(2));
  });

  test('sees a full segment grow', () => {
    expectViolated('Bounded Disk', /wal-0{15}1\.log was full with 100 bytes, of 100, and grew by 1/, () =>
      new Disk().syncs(wal(1), 100).syncs(wal(1), 101).holds(1),
    );
    new Disk().syncs(wal(1), 99).syncs(wal(1), 180).holds(1);
  });

  test('sees a log that takes more than was written since its oldest live entry, and two segments and flushes', () => {
    // A file that nobody saw become durable: 551 bytes, where 150 were written and 2 segments of 100 and 2 flushes of 100 may stand besides.
    expectViolated('Bounded Disk', /the log takes more bytes than were written since its oldest live entry/, () =>
      twoSegments().has(wal(3), 401).goesOn(160, wal(2)),
    );
    expect(() => twoSegments().has(wal(3), 400).goesOn(400, wal(2))).not.toThrow();
  });

  test('says nothing of a disk that was damaged', () => {
    const disk = new Disk(true).holds(5).syncs(wal(1), 100).holds(9).syncs(wal(2), 50).holds(9, 5);
    disk.goesOn(400, wal(2));
  });
});
