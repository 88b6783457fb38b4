import { describe, expect, test } from 'vitest';
import { operationId } from '../../../src/core/base/units.js';
import type { DiskOutcome, DiskStep } from '../../../src/core/machine.js';
import { SimDisk } from '../../../src/sim/disk/disk.js';
import { INSTANT_DISK, type SimDiskOptions } from '../../../src/sim/disk/disk-options.js';
import { RandomStreams } from '../../../src/sim/base/random-streams.js';

const SLOW: SimDiskOptions = { operationUsMin: 10, operationUsMax: 10, syncUsMin: 10, syncUsMax: 10 };
const diskOf = (options: SimDiskOptions = INSTANT_DISK): SimDisk => new SimDisk('s1', options, new RandomStreams(1));

let nextOperation = 1;
function perform(disk: SimDisk, ...steps: DiskStep[]): DiskOutcome {
  const work = disk.begin(operationId(nextOperation++), steps, 0);
  while (work.outcome === null) disk.advance(work, work.dueUs);
  return work.outcome;
}

const append = (path: string, bytes: Uint8Array | string): DiskStep => ({
  kind: 'append',
  path,
  bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
});
const write = (path: string, offset: number, bytes: Uint8Array): DiskStep => ({ kind: 'write', path, offset, bytes });
const sync = (path: string): DiskStep => ({ kind: 'sync', path });
const syncDirectory: DiskStep = { kind: 'syncDirectory' };
const read = (path: string, offset = 0, length = 10_000): DiskStep => ({ kind: 'read', path, offset, length });
const remove = (path: string): DiskStep => ({ kind: 'remove', path });
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());
/** The first byte of each sector. */
const sectors = (bytes: Uint8Array | null): number[] =>
  Array.from({ length: Math.ceil((bytes?.length ?? 0) / 512) }, (_, i) => bytes?.[i * 512] ?? -1);

/** A disk that holds a file of four sectors, 1 1 1 1, for good. */
function settled(): SimDisk {
  const disk = diskOf();
  perform(disk, append('a', filled(2_048, 1)), sync('a'), syncDirectory);
  return disk;
}

describe('a stalled disk', () => {
  test('takes no step of anything, under way or new, and then goes on where it was', () => {
    const disk = diskOf(SLOW);
    const first = disk.begin(operationId(1), [append('a', 'x'), sync('a')], 0);
    disk.advance(first, 10);
    disk.stallUntil(5_000);
    const second = disk.begin(operationId(2), [append('b', 'y')], 15);
    for (const work of [first, second]) {
      disk.advance(work, work.dueUs);
      expect([work.outcome, work.dueUs]).toEqual([null, 5_000]);
      disk.advance(work, 5_000);
      expect(work.outcome?.ok).toBe(true);
    }
  });

  test('stalls no shorter for a shorter stall, and not at all once it is calm', () => {
    const disk = diskOf();
    disk.stallUntil(5_000);
    disk.stallUntil(100);
    const work = disk.begin(operationId(1), [], 200);
    disk.advance(work, 200);
    expect(work.dueUs).toBe(5_000);
    disk.calm(INSTANT_DISK);
    disk.advance(work, 300);
    expect(work.outcome?.ok).toBe(true);
  });
});

describe('an error', () => {
  test('of a write leaves as much of it as it was told to, and says so once', () => {
    const disk = diskOf();
    disk.failNext('append', 'a', 0.5);
    expect(perform(disk, append('a', '0123456789'))).toMatchObject({ ok: false, error: { code: 'io' } });
    expect(textOf(disk.cachedBytes('a'))).toBe('01234');
    expect(perform(disk, append('a', 'x')).ok).toBe(true);
  });

  test('is known to have struck, of this life of the process only, and can be taken back before', () => {
    const disk = diskOf();
    const taken = disk.failNext('append', null);
    disk.takeBack(taken);
    expect(perform(disk, append('a', 'x')).ok).toBe(true);
    expect([taken.hasStruck, disk.hasFailed]).toEqual([false, false]);
    const failure = disk.failNext('sync', null);
    perform(disk, sync('a'));
    expect([failure.hasStruck, disk.hasFailed]).toEqual([true, true]);
    disk.crashProcess();
    expect(disk.hasFailed).toBe(false);
  });

  test("that the user made is not the disk's", () => {
    const disk = diskOf();
    perform(disk, read('nothing'));
    expect(disk.hasFailed).toBe(false);
  });
});

test('a full disk writes the part that fits, and all of it once there is space', () => {
  const disk = diskOf();
  disk.setCapacity(4);
  expect(perform(disk, append('a', '0123456789'))).toMatchObject({ ok: false, error: { code: 'full' } });
  expect([textOf(disk.cachedBytes('a')), disk.isBounded, disk.hasFailed]).toEqual(['0123', true, true]);
  disk.calm(INSTANT_DISK);
  expect(perform(disk, append('a', '45')).ok).toBe(true);
  expect([textOf(disk.cachedBytes('a')), disk.isBounded]).toEqual(['012345', false]);
});

describe('a place that cannot be read', () => {
  test('fails reads once the page cache is gone, each time, until it is written anew', () => {
    const disk = settled();
    expect(disk.makeUnreadable('a', 600, 100)).toMatchObject({ kind: 'unreadable', offset: 600 });
    expect(perform(disk, read('a')).ok).toBe(true);
    disk.losePower();
    for (let i = 0; i < 2; i++) expect(perform(disk, read('a', 650, 1))).toMatchObject({ ok: false, error: { code: 'io' } });
    expect(perform(disk, read('a', 0, 600), read('a', 700)).ok).toBe(true);
    perform(disk, write('a', 600, filled(100, 2)));
    expect(perform(disk, read('a')).ok).toBe(true);
    expect(disk.damages()).toHaveLength(1);
    perform(disk, sync('a'));
    expect(disk.damages()).toEqual([]);
  });

  test('must be a place', () => {
    expect([diskOf().makeUnreadable('a', 0, 1), settled().makeUnreadable('a', 2_048, 1)]).toEqual([null, null]);
  });
});

describe('rot below what is still to be written back', () => {
  test('reaches no reader, since nothing is read again before it is written, and the sync heals it', () => {
    const disk = settled();
    perform(disk, write('a', 600, filled(100, 2)));
    disk.rot('a', 650, 0);
    expect(disk.cachedBytes('a')?.slice(650, 651)).toEqual(Uint8Array.of(2));
    perform(disk, sync('a'));
    expect([disk.hasDamage, disk.cachedBytes('a')]).toEqual([false, disk.durableBytes('a')]);
  });

  test('is read beside it, and by all once the power took what was to be written', () => {
    const disk = settled();
    perform(disk, write('a', 600, filled(100, 2)));
    disk.rot('a', 599, 0);
    expect(disk.cachedBytes('a')?.slice(598, 601)).toEqual(Uint8Array.of(1, 0, 2));
    disk.rot('a', 600, 0);
    disk.crashProcess();
    expect(disk.survey('cache', true)[0]?.bytes[600]).toBe(2);
    expect(disk.survey('medium', true)[0]?.bytes[600]).toBe(0);
  });

  test('does not come back behind a truncation', () => {
    const disk = settled();
    perform(disk, { kind: 'truncate', path: 'a', length: 600 }, append('a', 'new'));
    disk.rot('a', 601, 0);
    expect(textOf(disk.cachedBytes('a')?.slice(600) ?? null)).toBe('new');
  });
});

describe('a directory sync that keeps no names', () => {
  test('ends well, and leaves what was made before it to the next power loss, until an honest one comes', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const disk = new SimDisk('s1', INSTANT_DISK, new RandomStreams(seed));
      disk.forgetNamesUntil(1_000_000);
      expect(perform(disk, append('a', 'AAA'), sync('a'), syncDirectory).ok).toBe(true);
      expect(disk.hasNamesInDoubt).toBe(true);
      expect(disk.survey('medium', true)).toEqual([]);
      expect(disk.survey('cache', true).map(({ path }) => path)).toEqual(['a']);
      disk.losePower();
      expect(disk.hasNamesInDoubt).toBe(true);
      const left = disk
        .list()
        .map(({ path }) => path)
        .join();
      expect(disk.hasLostNames).toBe(left === '');
      seen.add(left);
      disk.calm(INSTANT_DISK);
      perform(disk, syncDirectory);
      expect(disk.hasNamesInDoubt || disk.hasLostNames).toBe(false);
    }
    expect(seen).toEqual(new Set(['', 'a']));
  });

  test('is no lie where there was nothing to keep', () => {
    const disk = settled();
    disk.forgetNamesUntil(1_000_000);
    perform(disk, syncDirectory);
    expect(disk.hasNamesInDoubt).toBe(false);
  });
});

describe('damage that is taken back', () => {
  test('never was, on the medium as in the page cache', () => {
    const disk = settled();
    const damage = disk.rot('a', 5, 0);
    disk.rot('a', 6, 0);
    if (damage !== null) disk.takeBackDamage(damage);
    expect(disk.damages().map(({ damage: { offset } }) => offset)).toEqual([6]);
    expect(disk.cachedBytes('a')?.slice(4, 8)).toEqual(Uint8Array.of(1, 1, 0, 1));
  });
});

describe('a sync that lies', () => {
  test('leaves one of the sectors that it changed as it had been; the page cache shows nothing of it until the power goes', () => {
    const disk = settled();
    disk.lieOnNextSync({ kind: 'stale', which: 0.5, where: 0 });
    expect(perform(disk, write('a', 512, filled(1_024, 2)), sync('a')).ok).toBe(true);
    expect(disk.hasLieWaiting).toBe(false);
    expect(sectors(disk.cachedBytes('a'))).toEqual([1, 2, 2, 1]);
    disk.losePower();
    expect(sectors(disk.cachedBytes('a'))).toEqual([1, 2, 1, 1]);
    expect(disk.damages()).toMatchObject([{ path: 'a', damage: { kind: 'stale', path: 'a', offset: 1_024, lengthBytes: 512 } }]);
  });

  test('waits for a sync that changes something', () => {
    const disk = settled();
    disk.lieOnNextSync({ kind: 'stale', which: 0, where: 0 });
    perform(disk, sync('a'));
    expect(disk.hasLieWaiting).toBe(true);
  });

  test('leaves zeros where the file became longer', () => {
    const disk = settled();
    disk.lieOnNextSync({ kind: 'stale', which: 0, where: 0 });
    perform(disk, append('a', filled(700, 2)), sync('a'));
    disk.losePower();
    expect([sectors(disk.cachedBytes('a')), disk.cachedBytes('a')?.length]).toEqual([[1, 1, 1, 1, 0, 2], 2_748]);
  });

  test('may put the bytes in another place, of this file or of another, as far as that file reaches', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const disk = settled();
      perform(disk, append('b', filled(100, 7)), sync('b'), syncDirectory);
      disk.lieOnNextSync({ kind: 'misdirected', which: 0, where: i / 10 });
      perform(disk, write('a', 0, filled(512, 2)), sync('a'));
      disk.losePower();
      expect(disk.cachedBytes('b')).toHaveLength(100);
      seen.add(`${sectors(disk.cachedBytes('a')).join('')} ${sectors(disk.cachedBytes('b')).join('')}`);
    }
    expect(seen).toEqual(new Set(['1211 7', '1121 7', '1112 7', '1111 2']));
  });

  test('is undone by switching its damage off, and came to be by switching it on', () => {
    const disk = settled();
    disk.lieOnNextSync({ kind: 'misdirected', which: 0, where: 0.9 });
    perform(disk, write('a', 0, filled(512, 2)), sync('a'));
    disk.losePower();
    const [stale, misdirected] = disk.damages().map(({ damage }) => damage.id);
    expect(sectors(disk.cachedBytes('a'))).toEqual([1, 1, 1, 2]);
    disk.switchDamage(stale ?? 0, false);
    expect(sectors(disk.cachedBytes('a'))).toEqual([2, 1, 1, 2]);
    disk.switchDamage(misdirected ?? 0, false);
    expect(sectors(disk.cachedBytes('a'))).toEqual([2, 1, 1, 1]);
    disk.switchDamage(null, true);
    expect(sectors(disk.cachedBytes('a'))).toEqual([1, 1, 1, 2]);
  });
});

describe('a lost sector', () => {
  const lied = (kind: 'junk' | 'shorn', where: number): SimDisk => {
    const disk = settled();
    disk.lieOnNextSync({ kind, which: 0.5, where });
    perform(disk, write('a', 512, filled(1_024, 2)), sync('a'));
    expect(disk.cachedBytes('a')?.subarray(512, 1_536)).toEqual(filled(1_024, 2));
    disk.losePower();
    return disk;
  };

  test('may hold what nobody wrote, the same for the same draw', () => {
    const [one, same, other] = [lied('junk', 0.3), lied('junk', 0.3), lied('junk', 0.4)].map((disk) =>
      disk.cachedBytes('a')?.slice(1_024, 1_536),
    );
    expect(new Set(one).size).toBeGreaterThan(100);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    const disk = lied('junk', 0.3);
    expect(disk.damages()).toMatchObject([{ path: 'a', damage: { kind: 'junk', offset: 1_024, lengthBytes: 512 } }]);
    expect(disk.cachedBytes('a')?.length).toBe(2_048);
    expect(sectors(disk.cachedBytes('a')).filter((_, i) => i !== 2)).toEqual([1, 2, 1]);
  });

  test('may be shorn: it begins as it was meant, and goes on as it was', () => {
    for (const where of [0, 0.5, 0.999]) {
      const disk = lied('shorn', where);
      const sector = disk.cachedBytes('a')?.slice(1_024, 1_536) ?? new Uint8Array();
      const newBytes = sector.indexOf(1);
      expect(newBytes).toBe(1 + Math.floor(where * 511));
      expect(sector).toEqual(Uint8Array.from({ length: 512 }, (_, i) => (i < newBytes ? 2 : 1)));
      expect(disk.damages()).toMatchObject([{ damage: { kind: 'shorn', offset: 1_024, newBytes } }]);
    }
  });
});

describe('a file that is shorter than was synced', () => {
  const shortened = (): SimDisk => {
    const disk = settled();
    expect(disk.shorten('a', 700)).toMatchObject({ kind: 'shortened', path: 'a', offset: 700, lengthBytes: 1_348 });
    return disk;
  };

  test('shows it once the power has gone, and is whole again with its damage switched off', () => {
    const disk = shortened();
    expect([disk.cachedBytes('a')?.length, disk.durableBytes('a')?.length]).toEqual([2_048, 700]);
    disk.losePower();
    expect([disk.cachedBytes('a')?.length, disk.list(), disk.usedBytes]).toEqual([700, [{ path: 'a', sizeBytes: 700 }], 700]);
    expect(perform(disk, read('a', 600, 500))).toEqual({ ok: true, values: [filled(100, 1)] });
    expect(disk.survey('medium', true).map(({ bytes }) => bytes.length)).toEqual([700]);
    expect(disk.survey('medium', false).map(({ bytes }) => bytes.length)).toEqual([2_048]);
    disk.switchDamage(null, false);
    expect(disk.cachedBytes('a')).toEqual(filled(2_048, 1));
  });

  test('goes on where it ends for whoever opens it then, and what was missing never comes back', () => {
    const disk = shortened();
    disk.losePower();
    perform(disk, append('a', filled(10, 2)), sync('a'));
    disk.switchDamage(null, false);
    for (const bytes of [disk.cachedBytes('a'), disk.durableBytes('a')])
      expect(bytes).toEqual(Uint8Array.of(...filled(700, 1), ...filled(10, 2)));
    disk.losePower();
    expect(disk.cachedBytes('a')?.length).toBe(710);
    expect(disk.damages()).toEqual([]);
  });

  test('is cut and made longer by its user as it seems to be', () => {
    const disk = shortened();
    disk.losePower();
    perform(disk, { kind: 'truncate', path: 'a', length: 800 }, sync('a'));
    expect(disk.durableBytes('a')).toEqual(Uint8Array.of(...filled(700, 1), ...filled(100, 0)));
  });

  test('has zeros where bytes are missing, if its user writes on without having noticed', () => {
    const disk = shortened();
    perform(disk, append('a', filled(10, 2)), sync('a'));
    disk.losePower();
    expect(disk.cachedBytes('a')).toEqual(Uint8Array.of(...filled(700, 1), ...filled(1_348, 0), ...filled(10, 2)));
  });

  test('ends where the last of several losses left it', () => {
    const disk = shortened();
    disk.shorten('a', 300);
    expect(disk.shorten('a', 300)).toBeNull();
    disk.losePower();
    expect(disk.cachedBytes('a')?.length).toBe(300);
    disk.switchDamage(2, false);
    expect(disk.cachedBytes('a')?.length).toBe(700);
  });

  test('may end where it ended after an earlier sync', () => {
    const disk = settled();
    perform(disk, append('a', 'xyz'), sync('a'));
    perform(disk, append('a', 'xyz'), sync('a'), sync('a'));
    expect(disk.earlierEnds('a')).toEqual([2_048, 2_051]);
    expect(disk.earlierEnds('b')).toEqual([]);
  });
});

describe('another disk', () => {
  test('an image holds what was durable when it was made, damage included, and is put back as often as one likes', () => {
    const disk = diskOf();
    perform(disk, append('a', 'AAA'), sync('a'), syncDirectory, append('a', 'BBB'), append('b', 'never synced'));
    disk.rot('a', 1, 1);
    const image = disk.image();
    perform(disk, append('a', 'CCC'), sync('a'), append('c', 'new'), sync('c'), syncDirectory);
    for (let i = 0; i < 2; i++) {
      disk.losePower();
      disk.become(image);
      expect(disk.list().map(({ path }) => `${path}=${textOf(disk.cachedBytes(path)) ?? ''}`)).toEqual(['a=ACA']);
      perform(disk, append('a', 'later'), sync('a'));
    }
    expect(textOf(disk.durableBytes('a'))).toBe('ACAlater');
  });

  test('does not take the place of one that is in use', () => {
    const disk = diskOf(SLOW);
    const image = disk.image();
    disk.begin(operationId(1), [append('a', 'x')], 0);
    expect(() => {
      disk.wipe();
    }).toThrow('while nobody uses it');
    expect(() => {
      disk.become(image);
    }).toThrow('while nobody uses it');
  });
});

describe('the user of a disk', () => {
  test.each([
    ['reads', read('a')],
    ['syncs', sync('a')],
    ['cuts', { kind: 'truncate', path: 'a', length: 0 }],
    ['renames', { kind: 'rename', path: 'a', to: 'b' }],
    ['removes', remove('a')],
  ] as [string, DiskStep][])('who %s a file after its removal is told', (_, step) => {
    for (const goes of [remove('a'), { kind: 'rename', path: 'a', to: 'c' } as const]) {
      const disk = settled();
      perform(disk, goes);
      expect(() => perform(disk, step)).toThrow('after it was removed');
    }
  });

  test('may make a removed file anew, and another life knows of no removal', () => {
    const disk = settled();
    perform(disk, remove('a'), append('a', 'new'));
    expect(perform(disk, read('a')).ok).toBe(true);
    perform(disk, remove('a'));
    disk.crashProcess();
    expect(perform(disk, read('a'))).toMatchObject({ ok: false, error: { code: 'missing' } });
  });

  test('is answered as by any disk where the disk is not strict', () => {
    const disk = settled();
    disk.isStrict = false;
    expect(perform(disk, remove('a'), read('a'))).toMatchObject({ ok: false, at: 1, error: { code: 'missing' } });
    expect(perform(disk, write('b', 2, filled(1, 1)), read('b'))).toMatchObject({ ok: true, values: [null, Uint8Array.of(0, 0, 1)] });
  });

  test('does not use a name that another operation in flight takes away', () => {
    const disk = diskOf(SLOW);
    disk.begin(operationId(1), [remove('a')], 0);
    expect(() => disk.begin(operationId(2), [read('a')], 0)).toThrow('that another takes away');
    const other = diskOf(SLOW);
    other.begin(operationId(1), [sync('a')], 0);
    expect(() => other.begin(operationId(2), [{ kind: 'rename', path: 'a', to: 'b' }], 0)).toThrow('that another takes away');
  });

  test('reads no hole that nobody ever wrote, but what a power loss left of a write', () => {
    const disk = diskOf();
    perform(disk, append('a', 'xx'), write('a', 10, filled(5, 1)));
    expect(perform(disk, read('a', 0, 2), read('a', 10)).ok).toBe(true);
    expect(() => perform(disk, read('a', 5, 1))).toThrow('never written is not read');
    const filledUp = diskOf();
    perform(filledUp, append('a', 'xx'), write('a', 10, filled(5, 1)), write('a', 2, filled(8, 1)));
    expect(perform(filledUp, read('a')).ok).toBe(true);
    const longer = settled();
    perform(longer, { kind: 'truncate', path: 'a', length: 4_096 });
    expect(() => perform(longer, read('a', 3_000, 10))).toThrow('never written is not read');
    for (let seed = 0; seed < 20; seed++) {
      const torn = new SimDisk('s1', INSTANT_DISK, new RandomStreams(seed));
      perform(torn, append('a', 'x'), sync('a'), syncDirectory, append('a', filled(3_000, 1)));
      torn.losePower();
      expect(perform(torn, read('a')).ok).toBe(true);
    }
  });
});
