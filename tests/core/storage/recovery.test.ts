import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Past } from '../../../src/core/machine.js';
import { crc32c } from '../../../src/core/base/crc32c.js';
import { setU64, viewOf } from '../../../src/core/storage/bytes.js';
import { snapshotName, unfinishedName } from '../../../src/core/storage/snapshot-format.js';
import { KIND_TRUNCATE_TAIL, recordBytes, sealRecord, segmentCrc, WAL_HEAD_BYTES, walName } from '../../../src/core/storage/wal-format.js';
import { act, chances, script } from './chances.js';
import { TestDisk } from './disk.js';
import { IDENTITY, Life, OPTIONS } from './life.js';

/** Bytes of every file. */
const contents = (disk: TestDisk): string =>
  disk
    .list()
    .map(({ path }) => `${path}=${String(disk.bytesOf(path))}`)
    .join('\n');

function damage(life: Life, path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  life.disk.put(path, change(life.disk.bytesOf(path).slice()));
}

const flip =
  (at: number) =>
  (bytes: Uint8Array): Uint8Array => {
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes;
  };

const contentOf = (life: Life, pathOf: (life: Life) => string): Uint8Array => life.disk.bytesOf(pathOf(life));

/** A server that has written `count` batches, each with a flush of its own, and rests. */
function lived(count: number, options = OPTIONS): Life {
  const life = new Life(options);
  life.settle();
  life.setTerm(1, 2);
  for (let i = 0; i < count; i++) {
    life.append(1);
    life.settle();
  }
  return life;
}

const WIDE = { ...OPTIONS, segmentBytesMax: 1_000_000 };

describe('damage', () => {
  test('of any byte gives the same as before, a refusal that touches nothing, or a cut behind all that was marked durable', () => {
    const seen = { refused: 0, recovered: 0, cut: 0, passedOver: 0 };
    fc.assert(
      fc.property(
        script(100),
        fc.integer(),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (actions, from, whichFile, whichByte, bits) => {
          const life = new Life();
          life.isAlwaysSynced = from % 2 === 0;
          const chance = chances(from);
          life.settle();
          for (const action of actions) act(life, action, chance);
          if (life.storage.isReady && whichByte % 2 === 0) life.settle();
          if (!life.storage.isReady) return;
          life.crash(chance);
          const files = life.disk.list().filter(({ sizeBytes }) => sizeBytes > 0);
          const file = files[whichFile % files.length];
          if (file === undefined) return;
          life.isDamaged = true;
          damage(life, file.path, (bytes) => {
            bytes[whichByte % bytes.length] = (bytes[whichByte % bytes.length] as number) ^ bits;
            return bytes;
          });
          const before = contents(life.disk);
          life.settle();
          if (life.problem === null) seen.recovered += 1;
          else {
            seen.refused += 1;
            expect(life.problem).toContain('do not delete the file to make it start');
            expect(contents(life.disk)).toBe(before);
          }
          if (life.recovered?.notes.some((note) => note.startsWith('cut'))) seen.cut += 1;
          if (life.recovered?.notes.some((note) => note.startsWith('passed over'))) seen.passedOver += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(seen.refused).toBeGreaterThan(100);
    expect(seen.recovered).toBeGreaterThan(100);
    expect(seen.cut).toBeGreaterThan(10);
    expect(seen.passedOver).toBeGreaterThan(2);
  });

  test('that comes while the log is read is never written back, at any byte of its last file and between any two reads', () => {
    let [written, readAgain] = [0, 0];
    const newest = (life: Life): string =>
      life.disk
        .list()
        .filter(({ path }) => path.startsWith('wal-'))
        .at(-1)?.path ?? '';
    for (const batches of [0, 2]) {
      const { length } = contentOf(lived(batches, WIDE), newest);
      for (let at = 0; at < length; at += 5) {
        for (let reads = 1; reads <= 6; reads++) {
          const life = lived(batches, WIDE);
          const path = newest(life);
          const pristine = life.disk.bytesOf(path).slice();
          life.isDamaged = true;
          life.crash(null);
          for (let i = 0; life.running.length > 0; i++) {
            if (i === reads) damage(life, path, flip(at));
            const [operation] = life.running;
            const step = operation?.steps[operation.values.length];
            if (step?.kind === 'write' && ++written > 0)
              expect([...step.bytes]).toEqual([...pristine.subarray(step.offset, step.offset + step.bytes.length)]);
            if (step?.kind === 'list' && i > 1) readAgain++;
            life.advance(0);
          }
        }
      }
    }
    expect(written).toBeGreaterThan(100);
    expect(readAgain).toBeGreaterThan(20);
  });

  test('in each of several readings anew is refused in the end', () => {
    const life = lived(2, WIDE);
    const whole = life.disk.bytesOf(walName(1)).slice();
    life.isDamaged = true;
    life.crash(null);
    let lists = 0;
    while (life.running.length > 0) {
      const [operation] = life.running;
      const step = operation?.steps[operation.values.length];
      if (step?.kind === 'list') lists++;
      // The last read before the snapshot is the one for the last flush: bad for it, good for all others.
      const isLastFlush = step?.kind === 'read' && life.storage.recovery?.stage.kind === 'lastFlush';
      life.disk.put(walName(1), isLastFlush ? flip(whole.length - 6)(whole.slice()) : whole.slice());
      life.advance(0);
    }
    expect([lists, life.problem]).toEqual([
      3,
      expect.stringMatching(/^wal-0{15}1\.log: each of 3 times it gave other bytes while it was read; restore this disk/),
    ]);
  });

  test('in the middle of what was synced is refused, with file and place', () => {
    const life = lived(5, WIDE);
    damage(life, walName(1), flip(WAL_HEAD_BYTES + 72));
    life.crash(null);
    life.settle();
    expect(life.problem).toMatch(
      /^wal-0000000000000001\.log, byte \d+: a record is damaged that was durable before later ones were written; restore this disk or remove this server/,
    );
  });

  test.each([17, 3, 9, 25].map((at) => WAL_HEAD_BYTES + at))(
    'at byte %i of the first record is refused although nothing valid may stand right behind it',
    (at) => {
      const life = lived(3, WIDE);
      damage(life, walName(1), flip(at));
      life.crash(null);
      life.settle();
      expect(life.problem).toContain('wal-0000000000000001.log, byte 192: a record is damaged');
    },
  );

  test('in an older file is refused', () => {
    const life = lived(30);
    damage(life, walName(2), flip(WAL_HEAD_BYTES + 22));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('durable before the next file was begun');
  });

  test('of the head of a file with flushes behind it is refused', () => {
    const life = lived(3, WIDE);
    damage(life, walName(1), flip(30));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('its head is damaged, and records in it say that it was durable');
  });

  test('of the last batch, of which nothing later tells, is cut as a torn tail and said', () => {
    const life = lived(3, WIDE);
    const size = life.disk.bytesOf(walName(1)).length;
    damage(life, walName(1), flip(size - 6));
    life.isDamaged = true;
    life.crash(null);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.recovered?.notes.join()).toMatch(/^cut a torn tail of \d+ bytes in wal-0000000000000001\.log/);
    expect(life.recovered?.entries).toHaveLength(2);
  });

  test('that is found far behind, over many reads, is still found', () => {
    const life = new Life({ ...WIDE, recordBytesMax: 10_000 });
    life.settle();
    life.setTerm(1, 1);
    for (let i = 0; i < 200; i++) {
      life.append(10);
      life.settle();
    }
    const size = life.disk.bytesOf(walName(1)).length;
    expect(size).toBeGreaterThan(10 * OPTIONS.readBytes);
    // Everything but the last batch is zeroed: only its mark tells.
    damage(life, walName(1), (bytes) => bytes.fill(0, WAL_HEAD_BYTES, size - 400));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('byte 192: a record is damaged');
  });
});

/** A head after a change, with its checksum made good. */
function resealed(bytes: Uint8Array): Uint8Array {
  viewOf(bytes).setUint32(WAL_HEAD_BYTES - 4, crc32c(bytes.subarray(0, WAL_HEAD_BYTES - 4)), true);
  return bytes;
}

describe('what is known of the lives before', () => {
  const begun = (past: Past, disk = new TestDisk()): Life => {
    const life = new Life(OPTIONS, disk, past);
    life.isTrusting = true;
    life.settle();
    return life;
  };

  test('an empty directory is refused where the server ran before, and nothing is written to it', () => {
    const life = begun('some');
    expect(life.problem).toMatch(/^it holds no data\. Is this a new server .* start it with --new.* its disk is lost/);
    expect(life.disk.list()).toEqual([]);
    expect(begun('none').recovered?.isFresh).toBe(true);
  });

  test('a directory with data is refused where the server never ran, and goes on where it did', () => {
    const { disk } = lived(2);
    const before = contents(disk);
    expect(begun('none', disk).problem).toMatch(/^it holds the data of a server that has run before, and --new/);
    expect(contents(disk)).toBe(before);
    expect(begun('some', disk).recovered?.entries).toHaveLength(2);
  });

  test('what a first start left that a crash ended while it began its file is no data', () => {
    const disk = new TestDisk();
    disk.put(walName(1), new Uint8Array(40));
    expect(begun('some', disk).problem).toContain('it holds no data');
    expect(begun('none', disk).problem).toBeNull();
  });
});

describe('a directory', () => {
  test.each<[string, { readonly system?: string; readonly members?: readonly number[] }, string]>([
    [
      'of another system',
      { system: 'single' },
      'this directory belongs to a server of the system single, not test: start that system on it, or name another directory',
    ],
    [
      'of fewer servers',
      { members: [3] },
      'this directory belongs to a cluster of the servers 3, and this start names 1, 3: the members are fixed',
    ],
    [
      'of other servers',
      { members: [2, 3] },
      'this directory belongs to a cluster of the servers 2, 3, and this start names 1, 3: the members are fixed',
    ],
  ])('%s is refused, and both are named', (_, { system = IDENTITY.system, members = IDENTITY.members }, words) => {
    const life = lived(2);
    damage(life, walName(1), (bytes) => {
      bytes.fill(0, 120, 186);
      for (let i = 0; i < system.length; i++) bytes[120 + i] = system.charCodeAt(i);
      viewOf(bytes).setUint16(136, members.length, true);
      for (const [i, member] of members.entries()) viewOf(bytes).setUint16(138 + 2 * i, member, true);
      return resealed(bytes);
    });
    const before = contents(life.disk);
    life.crash(null);
    life.settle();
    expect(life.problem).toContain(words);
    expect(contents(life.disk)).toBe(before);
  });

  test('that is empty is a new server', () => {
    const life = new Life();
    life.settle();
    expect(life.recovered).toMatchObject({
      isFresh: true,
      currentTerm: 0,
      votedFor: 0,
      firstIndex: 1,
      prevTerm: 0,
      entries: [],
      snapshot: null,
    });
  });

  test.each([[{ clusterId: 7, nodeId: 4 }], [{ clusterId: 8, nodeId: 3 }]])('of another server is refused: %o', (identity) => {
    const life = lived(2);
    damage(life, walName(1), (bytes) => {
      viewOf(bytes).setUint32(16, identity.clusterId, true);
      viewOf(bytes).setUint32(20, identity.nodeId, true);
      return resealed(bytes);
    });
    life.crash(null);
    life.settle();
    expect(life.problem).toContain(`it belongs to another server (cluster ${identity.clusterId}, server ${identity.nodeId}, segment 1)`);
  });

  test('of another version is refused', () => {
    const life = lived(2);
    damage(life, walName(1), (bytes) => {
      viewOf(bytes).setUint32(8, 1, true);
      viewOf(bytes).setUint32(12, crc32c(bytes.subarray(0, 12)), true);
      return bytes.subarray(0, 16);
    });
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('it was written in another version of the format (version 1)');
  });

  test('with a file under a wrong name is refused', () => {
    const life = lived(2);
    life.disk.put(walName(9), life.disk.bytesOf(walName(1)));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('it was written under another name');
  });

  test.each([1, 2, 3])('in which file %i of the log is missing is refused', (segment) => {
    const life = lived(30);
    life.disk.names.delete(walName(segment));
    life.crash(null);
    life.settle();
    expect(life.problem).toMatch(/entries 1 to \d+ are gone: a file of the log before this one is missing/);
  });

  test('with a file from another history of the same server is refused', () => {
    const [life, other] = [lived(30), new Life()];
    other.settle();
    other.setTerm(1, 3);
    for (let i = 0; i < 30; i++) {
      other.append(1);
      other.settle();
    }
    life.disk.put(walName(1), other.disk.bytesOf(walName(1)));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain(`${walName(2)}: its head does not say what the files before it add up to`);
  });

  test('with a sound record that does not follow on those before it is refused', () => {
    const life = lived(2, WIDE);
    damage(life, walName(1), (bytes) => {
      const more = new Uint8Array(bytes.length + recordBytes(8));
      more.set(bytes);
      setU64(viewOf(more), bytes.length + 20, 9);
      sealRecord(more, viewOf(more), bytes.length, segmentCrc(IDENTITY, 1), bytes.length, bytes.length, KIND_TRUNCATE_TAIL, 8);
      return more;
    });
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('a record does not follow on what stands before it');
  });

  test('with snapshots and no log is refused: the vote is gone', () => {
    const life = lived(9);
    life.snapshotOwn(0.9, 0);
    life.settle();
    for (const { path } of life.disk.list()) if (path.startsWith('wal')) life.disk.names.delete(path);
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('there is a snapshot and no log');
  });

  test('with unfinished and foreign files is cleaned of the former and keeps the latter', () => {
    const life = lived(2);
    life.disk.put(unfinishedName(4), new Uint8Array(9));
    life.disk.put('LOCK', new Uint8Array(1));
    life.crash(null);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.disk.list().map(({ path }) => path)).toEqual(['LOCK', walName(1), walName(2)]);
    expect(life.storage.nextSnapshotNumber).toBe(5);
  });

  test('whose last file ends in zeros, as after a crash while it grew, is read up to them', () => {
    const life = lived(3, WIDE);
    damage(life, walName(1), (bytes) => Uint8Array.from([...bytes, ...new Uint8Array(5_000)]));
    life.crash(null);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.recovered?.entries).toHaveLength(3);
  });

  test('of arbitrary bytes never throws', () => {
    const name = fc.constantFrom(walName(1), walName(2), walName(3), snapshotName(1), snapshotName(2), unfinishedName(3), 'other');
    const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, bytes, fc.boolean()), { maxLength: 5 }), (files) => {
        const disk = new TestDisk();
        const whole = lived(2).disk.bytesOf(walName(1));
        for (const [path, content, isAfterWhole] of files) disk.put(path, isAfterWhole ? Uint8Array.from([...whole, ...content]) : content);
        const life = new Life(OPTIONS, disk);
        life.isTrusting = true;
        life.settle();
        expect(life.problem !== null || life.recovered !== null).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a damaged snapshot', () => {
  /** Two snapshots; the log reaches back to the older one if `slack` is large enough. */
  function withTwoSnapshots(slack: number): Life {
    const life = lived(10);
    life.snapshotOwn(0.6, slack);
    life.settle();
    for (let i = 0; i < 4; i++) life.append(1);
    life.snapshotOwn(0.9, slack);
    life.settle();
    expect(life.disk.list().filter(({ path }) => path.startsWith('snapshot'))).toHaveLength(2);
    return life;
  }

  test.each([70, 5])('is passed over for an older one from which the log goes on (byte %i)', (at) => {
    const life = withTwoSnapshots(8);
    const newest = life.storage.durableSnapshotIndex;
    damage(life, snapshotName(2), flip(at));
    life.isDamaged = true;
    life.crash(null);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.recovered?.notes).toEqual([expect.stringContaining(`passed over ${snapshotName(2)}`)]);
    expect(life.recovered?.snapshot?.lastIndex).toBeLessThan(newest);
    life.crash(null);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.recovered?.notes).toEqual([]);
  });

  test('is refused where entries behind the older one are gone', () => {
    const life = withTwoSnapshots(0);
    damage(life, snapshotName(2), flip(70));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain(`${snapshotName(1)}: the newest snapshot that can be read is too old`);
  });

  test('is refused where none is left and the log does not reach back to the first entry', () => {
    const life = withTwoSnapshots(0);
    life.disk.names.delete(snapshotName(1));
    life.disk.names.delete(snapshotName(2));
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('no snapshot can be read, and the entries that it covered are gone');
  });

  test('of another server is refused', () => {
    const life = withTwoSnapshots(8);
    damage(life, snapshotName(2), (bytes) => {
      viewOf(bytes).setUint32(20, 9, true);
      viewOf(bytes).setUint32(60, crc32c(bytes.subarray(0, 60)), true);
      return bytes;
    });
    life.crash(null);
    life.settle();
    expect(life.problem).toContain('it belongs to another server or another version');
  });
});

test('old files go when a snapshot makes them needless, term and vote stay', () => {
  const life = lived(40);
  const before = life.disk.list().length;
  life.snapshotOwn(1, 0);
  life.settle();
  life.append(12);
  life.settle();
  life.append(1);
  life.settle();
  life.snapshotOwn(1, 0);
  life.settle();
  expect(before).toBeGreaterThan(5);
  expect(life.disk.list().length).toBeLessThan(6);
  life.crash(null);
  life.settle();
  expect(life.problem).toBeNull();
  expect(life.recovered).toMatchObject({ currentTerm: 1, votedFor: 2 });
});
