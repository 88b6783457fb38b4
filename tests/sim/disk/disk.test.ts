import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operationId } from '../../../src/core/base/units.js';
import type { DiskOutcome, DiskStep } from '../../../src/core/machine.js';
import { SimDisk } from '../../../src/sim/disk/disk.js';
import { INSTANT_DISK, type SimDiskOptions } from '../../../src/sim/disk/disk-options.js';
import { RandomStreams } from '../../../src/sim/base/random-streams.js';

const diskOf = (seed: number, options: SimDiskOptions = INSTANT_DISK): SimDisk => new SimDisk('s1', options, new RandomStreams(seed));

let nextOperation = 1;
/** Performs the steps as one operation, to its end. */
function perform(disk: SimDisk, ...steps: DiskStep[]): DiskOutcome {
  const work = disk.begin(operationId(nextOperation++), steps, 0);
  while (work.outcome === null) disk.advance(work, work.dueUs);
  return work.outcome;
}

const append = (path: string, text: string): DiskStep => ({ kind: 'append', path, bytes: Buffer.from(text) });
const write = (path: string, offset: number, bytes: Uint8Array): DiskStep => ({ kind: 'write', path, offset, bytes });
const sync = (path: string): DiskStep => ({ kind: 'sync', path });
const syncDirectory: DiskStep = { kind: 'syncDirectory' };
const read = (path: string, offset = 0, length = 10_000): DiskStep => ({ kind: 'read', path, offset, length });
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

describe('a simulated disk', () => {
  test('reads what was written, in the order of the steps', () => {
    const outcome = perform(
      diskOf(1),
      append('a', 'one'),
      append('a', 'two'),
      write('a', 1, Buffer.from('NE')),
      read('a', 1, 4),
      { kind: 'truncate', path: 'a', length: 4 },
      read('a'),
      { kind: 'list' },
    );
    expect(outcome).toEqual({
      ok: true,
      values: [
        null,
        null,
        null,
        new Uint8Array(Buffer.from('NEtw')),
        null,
        new Uint8Array(Buffer.from('oNEt')),
        [{ path: 'a', sizeBytes: 4 }],
      ],
    });
  });

  test('a read that was handed over does not change with the file', () => {
    const disk = diskOf(1);
    const outcome = perform(disk, append('a', 'before'), read('a'));
    perform(disk, write('a', 0, Buffer.from('after!')));
    expect(outcome.ok && textOf(outcome.values[1] as Uint8Array)).toBe('before');
  });

  test.each([
    ['read', read('b')],
    ['sync', sync('b')],
    ['truncate', { kind: 'truncate', path: 'b', length: 0 }],
    ['rename', { kind: 'rename', path: 'b', to: 'c' }],
    ['remove', { kind: 'remove', path: 'b' }],
  ] as [string, DiskStep][])('%s of a file that was never there is missing, and nothing behind it happens', (_, step) => {
    const disk = diskOf(1);
    expect(perform(disk, append('a', 'x'), step, append('a', 'y'))).toMatchObject({ ok: false, at: 1, error: { code: 'missing' } });
    expect(textOf(disk.cachedBytes('a'))).toBe('x');
  });

  test('takes its time for syncs, within the bounds, and makes durable only what came before the sync began', () => {
    const disk = diskOf(4, { operationUsMin: 10, operationUsMax: 20, syncUsMin: 1_000, syncUsMax: 2_000 });
    const first = disk.begin(operationId(1), [append('a', 'one'), sync('a')], 100);
    expect(first.dueUs).toBeGreaterThanOrEqual(110);
    expect(first.dueUs).toBeLessThanOrEqual(120);
    const startedUs = first.dueUs;
    disk.advance(first, startedUs);
    expect(first.outcome).toBeNull();
    expect(first.dueUs - startedUs).toBeGreaterThanOrEqual(1_000);
    expect(first.dueUs - startedUs).toBeLessThanOrEqual(2_000);
    expect(disk.durableBytes('a')).toBeNull();

    const later = disk.begin(operationId(2), [write('b', 0, filled(3, 7)), syncDirectory], startedUs);
    disk.advance(later, later.dueUs);
    disk.advance(later, later.dueUs);
    expect(textOf(disk.durableBytes('a'))).toBe('');
    disk.advance(first, first.dueUs);
    expect(textOf(disk.durableBytes('a'))).toBe('one');
    expect(disk.operationsInFlight).toBe(0);
  });

  test('can become slow, and fast again', () => {
    const disk = diskOf(1);
    const stalled = { operationUsMin: 1_000_000, operationUsMax: 1_000_000, syncUsMin: 0, syncUsMax: 0 };
    disk.setSpeed(stalled);
    expect(disk.begin(operationId(1), [], 5).dueUs).toBe(1_000_005);
    disk.setSpeed(INSTANT_DISK);
    expect(disk.begin(operationId(2), [], 5).dueUs).toBe(5);
    expect(() => {
      disk.setSpeed({ ...stalled, syncUsMin: 1 });
    }).toThrow('min <= max');
  });

  test('holds its user to the contract: no two operations in flight on the same bytes or names', () => {
    const disk = diskOf(1, { operationUsMin: 5, operationUsMax: 5, syncUsMin: 5, syncUsMax: 5 });
    disk.begin(operationId(1), [append('a', 'x'), write('b', 0, filled(4, 1))], 0);
    expect(() => disk.begin(operationId(2), [append('a', 'y')], 0)).toThrow('same bytes or names');
    expect(() => disk.begin(operationId(2), [{ kind: 'rename', path: 'c', to: 'a' }], 0)).toThrow('same bytes or names');
    expect(() => disk.begin(operationId(2), [write('b', 3, filled(4, 1))], 0)).toThrow('same bytes or names');
    expect(() => disk.begin(operationId(1), [append('d', 'y')], 0)).toThrow('different numbers');
    disk.begin(operationId(3), [write('b', 4, filled(4, 1)), read('a'), sync('b')], 0);
  });
});

describe('when the process is killed', () => {
  test('the page cache keeps everything, and a power loss afterwards can still take it', () => {
    const outcomes = new Set<string | null>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = diskOf(seed);
      perform(disk, append('a', 'old'), sync('a'), syncDirectory, append('a', 'new'));
      disk.crashProcess();
      expect(textOf(disk.cachedBytes('a'))).toBe('oldnew');
      disk.losePower();
      outcomes.add(textOf(disk.cachedBytes('a')));
    }
    expect(outcomes).toEqual(new Set(['old', 'oldnew']));
  });
});

describe('when the power goes', () => {
  test('everything synced under a synced name survives; each fate of the rest is seen', () => {
    const seen = { kept: 0, lost: 0, torn: 0, namesKept: 0, namesLost: 0 };
    const part = fc.record({ size: fc.integer({ min: 1, max: 1_500 }), byte: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(fc.nat(), fc.array(part, { maxLength: 6 }), fc.array(part, { maxLength: 4 }), (seed, synced, unsynced) => {
        const disk = diskOf(seed);
        for (const { size, byte } of synced) perform(disk, { kind: 'append', path: 'log', bytes: filled(size, byte) });
        if (synced.length > 0) perform(disk, sync('log'), syncDirectory);
        const promised = disk.cachedBytes('log') ?? new Uint8Array();
        for (const { size, byte } of unsynced) perform(disk, { kind: 'append', path: 'log', bytes: filled(size, byte) });
        const hoped = disk.cachedBytes('log') ?? new Uint8Array();
        perform(disk, append('temporary', 'x'));

        const fates = disk.losePower();
        const left = disk.cachedBytes('log') ?? new Uint8Array();
        expect(Buffer.compare(left.subarray(0, promised.length), promised)).toBe(0);
        expect(left.length).toBeLessThanOrEqual(hoped.length);
        // What is behind is, byte for byte, either what was written or a hole.
        expect(left.every((byte, at) => byte === hoped[at] || (byte === 0 && at >= promised.length))).toBe(true);
        expect(Buffer.compare(disk.durableBytes('log') ?? new Uint8Array(), left)).toBe(0);
        for (const key of ['kept', 'lost', 'torn', 'namesKept', 'namesLost'] as const) seen[key] += fates[key];
      }),
      { seed: 1, numRuns: 300 },
    );
    for (const [fate, count] of Object.entries(seen)) expect([fate, count > 10]).toEqual([fate, true]);
  });

  test('a torn overwrite leaves whole sectors, old or new, and each mixture comes up', () => {
    const mixtures = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = diskOf(seed);
      perform(disk, write('f', 0, filled(1_536, 1)), sync('f'), syncDirectory, write('f', 0, filled(1_536, 2)));
      disk.losePower();
      const left = disk.cachedBytes('f') ?? new Uint8Array();
      for (let sector = 0; sector < 3; sector++) expect(new Set(left.subarray(sector * 512, sector * 512 + 512)).size).toBe(1);
      mixtures.add([left[0], left[512], left[1_024]].join(''));
    }
    expect(mixtures.size).toBe(8);
  });

  test('a later write in one sector never survives without the earlier one', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = diskOf(seed);
      perform(disk, append('f', '....'), sync('f'), syncDirectory, write('f', 0, Buffer.from('A')), write('f', 1, Buffer.from('B')));
      disk.losePower();
      seen.add(textOf(disk.cachedBytes('f')) ?? '');
    }
    expect(seen).toEqual(new Set(['....', 'A...', 'AB..']));
  });

  test('an append behind a truncation never survives without it', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = diskOf(seed);
      perform(disk, append('f', 'abcdef'), sync('f'), syncDirectory, { kind: 'truncate', path: 'f', length: 2 }, append('f', 'X'));
      disk.losePower();
      seen.add(textOf(disk.cachedBytes('f')) ?? '');
    }
    expect(seen).toEqual(new Set(['abcdef', 'ab', 'abX']));
  });

  test('a name that was not synced can be lost with all its synced bytes; a lost rename leaves the old name', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = diskOf(seed);
      perform(disk, append('target', 'old'), sync('target'), syncDirectory);
      perform(disk, append('temporary', 'new'), sync('temporary'), { kind: 'rename', path: 'temporary', to: 'target' });
      disk.losePower();
      seen.add(
        disk
          .list()
          .map(({ path }) => `${path}=${textOf(disk.cachedBytes(path))}`)
          .join(' '),
      );
    }
    expect(seen).toEqual(new Set(['target=old', 'target=old temporary=new', 'target=new']));
  });

  test('a removed file can come back until the directory is synced, and not after', () => {
    const seen = new Set<string | null>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = diskOf(seed);
      perform(disk, append('a', 'x'), append('b', 'y'), sync('a'), sync('b'), syncDirectory);
      perform(disk, { kind: 'remove', path: 'a' }, syncDirectory, { kind: 'remove', path: 'b' });
      disk.losePower();
      expect(disk.cachedBytes('a')).toBeNull();
      seen.add(textOf(disk.cachedBytes('b')));
    }
    expect(seen).toEqual(new Set([null, 'y']));
  });

  test('how much was pending at one loss does not change what happens at the next', () => {
    const secondLoss = (pendingAtFirst: number): Uint8Array => {
      const disk = diskOf(9);
      perform(disk, append('log', 'base'), sync('log'), syncDirectory);
      for (let i = 0; i < pendingAtFirst; i++) perform(disk, write('scratch', i * 512, filled(512, 1)));
      disk.losePower();
      for (let i = 0; i < 10; i++) perform(disk, write('log', i * 2_048, filled(2_048, i + 1)));
      disk.losePower();
      return disk.cachedBytes('log') ?? new Uint8Array();
    };
    expect(Buffer.compare(secondLoss(7), secondLoss(0))).toBe(0);
  });
});

describe('a failing disk', () => {
  test('a sync that fails has dropped the pages, and the next one lies', () => {
    const disk = diskOf(1);
    perform(disk, append('a', 'safe'), sync('a'), syncDirectory, append('a', 'gone'));
    disk.failNext('sync', 'a');
    expect(perform(disk, sync('a'))).toMatchObject({ ok: false, at: 0, error: { code: 'io' } });
    expect(perform(disk, sync('a')).ok).toBe(true);
    expect(textOf(disk.cachedBytes('a'))).toBe('safegone');
    disk.losePower();
    expect(textOf(disk.cachedBytes('a'))).toBe('safe');
  });

  test('what is appended behind dropped pages becomes durable without them', () => {
    const disk = diskOf(1);
    perform(disk, append('a', 'safe'), sync('a'), syncDirectory, append('a', 'gone'));
    disk.failNext('sync', 'a');
    perform(disk, sync('a'));
    expect(perform(disk, append('a', 'more'), sync('a')).ok).toBe(true);
    expect(textOf(disk.cachedBytes('a'))).toBe('safegonemore');
    disk.losePower();
    expect(textOf(disk.cachedBytes('a'))).toBe('safe\0\0\0\0more');
  });

  test('a full disk refuses what makes files longer, takes the rest, and recovers', () => {
    const disk = diskOf(1);
    disk.setCapacity(10);
    expect(perform(disk, append('a', '0123456789')).ok).toBe(true);
    expect(perform(disk, append('b', 'x'))).toMatchObject({ ok: false, error: { code: 'full' } });
    expect(perform(disk, write('a', 0, filled(10, 1))).ok).toBe(true);
    perform(disk, { kind: 'truncate', path: 'a', length: 5 });
    expect(perform(disk, append('b', 'x')).ok).toBe(true);
    expect(disk.usedBytes).toBe(6);
  });

  test('rot flips one durable bit for good, and only where there is a byte', () => {
    const disk = diskOf(1);
    perform(disk, append('a', 'AAA'), sync('a'), syncDirectory);
    expect(disk.rot('a', 1, 1)).toMatchObject({ kind: 'rot', offset: 1 });
    expect(disk.rot('a', 3, 0)).toBeNull();
    expect(disk.rot('b', 0, 0)).toBeNull();
    disk.losePower();
    expect(textOf(disk.cachedBytes('a'))).toBe('ACA');
  });

  test('reads and writes fail when told to, once, and a wiped disk is new', () => {
    const disk = diskOf(1);
    perform(disk, append('a', 'x'), sync('a'), syncDirectory);
    disk.failNext('read', null);
    disk.failNext('append', 'b');
    expect(perform(disk, read('a'))).toMatchObject({ error: { code: 'io' } });
    expect(perform(disk, append('a', 'y')).ok).toBe(true);
    expect(perform(disk, append('b', 'y'))).toMatchObject({ error: { code: 'io' } });
    expect(perform(disk, append('b', 'y'), read('a')).ok).toBe(true);
    disk.wipe();
    expect(disk.list()).toEqual([]);
  });

  test('many small appends to one growing file cost no copy of the file each', () => {
    const disk = diskOf(1);
    for (let i = 0; i < 20_000; i++) perform(disk, { kind: 'append', path: 'log', bytes: filled(50, i & 255) }, sync('log'));
    expect(disk.usedBytes).toBe(1_000_000);
  }, 2_000);
});
