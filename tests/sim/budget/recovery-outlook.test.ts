import { expect, test } from 'vitest';
import { operationId } from '../../../src/core/base/units.js';
import type { DiskStep } from '../../../src/core/machine.js';
import { SimDisk } from '../../../src/sim/disk/disk.js';
import { INSTANT_DISK } from '../../../src/sim/disk/disk-options.js';
import { RandomStreams } from '../../../src/sim/base/random-streams.js';

const disk = new SimDisk('s1', INSTANT_DISK, new RandomStreams(1));
let nextOperation = 1;

function perform(...steps: DiskStep[]): void {
  const work = disk.begin(operationId(nextOperation++), steps, 0);
  while (work.outcome === null) disk.advance(work, work.dueUs);
}

const layers = ['medium', 'named', 'cache'] as const;

/** All that a budget may ask of the disk. */
const everythingThere = (): string =>
  JSON.stringify(
    layers.flatMap((layer) =>
      [true, false].map((withDamage) =>
        disk
          .survey(layer, withDamage)
          .map(({ path, bytes, isUnreadable }) => [path, Buffer.from(bytes).toString('latin1'), isUnreadable(0, bytes.length)]),
      ),
    ),
  );

const append: DiskStep = { kind: 'append', path: 'a', bytes: new Uint8Array(1_000).fill(97) };
const image = disk.image();

/** Each changes something that can be read, now or after a power loss. In this order each finds what it works on. */
const changes: readonly (readonly [what: string, act: () => void])[] = [
  [
    'an append',
    () => {
      perform(append);
    },
  ],
  [
    'a sync of the directory',
    () => {
      perform({ kind: 'syncDirectory' });
    },
  ],
  [
    'a sync',
    () => {
      perform({ kind: 'sync', path: 'a' });
    },
  ],
  [
    'a write',
    () => {
      perform({ kind: 'write', path: 'a', offset: 3, bytes: Uint8Array.of(98, 99) });
    },
  ],
  [
    'a sync that drops the pages and what comes after it',
    () => {
      disk.failNext('sync', null);
      perform({ kind: 'sync', path: 'a' });
      perform({ kind: 'write', path: 'a', offset: 9, bytes: Uint8Array.of(98) });
    },
  ],
  [
    'a lie',
    () => {
      disk.lieOnNextSync({ kind: 'stale', which: 0, where: 0 });
      perform({ kind: 'sync', path: 'a' });
    },
  ],
  [
    'a power loss',
    () => {
      disk.losePower();
    },
  ],
  [
    'a flipped bit',
    () => {
      disk.rot('a', 700, 1);
    },
  ],
  [
    'a place that cannot be read',
    () => {
      disk.makeUnreadable('a', 100, 10);
    },
  ],
  [
    'damage switched off',
    () => {
      disk.switchDamage(null, false);
    },
  ],
  [
    'damage switched on',
    () => {
      disk.switchDamage(null, true);
    },
  ],
  [
    'damage taken back',
    () => {
      for (const { damage } of disk.damages()) disk.takeBackDamage(damage);
    },
  ],
  [
    'a rename',
    () => {
      perform({ kind: 'rename', path: 'a', to: 'b' });
    },
  ],
  [
    'a truncation',
    () => {
      perform({ kind: 'truncate', path: 'b', length: 5 });
    },
  ],
  [
    'a removal',
    () => {
      perform({ kind: 'remove', path: 'b' });
    },
  ],
  [
    'a wipe',
    () => {
      disk.wipe();
    },
  ],
  [
    'an append to a new disk',
    () => {
      perform(append);
    },
  ],
  [
    'an old copy',
    () => {
      disk.become(image);
    },
  ],
];

// What Fates rests on: what was read of a disk holds for as long as its number of changes stands. One disk for all, so that each finds what the one before it left.
test('the number of changes of a disk stands still only while everything there reads the same', () => {
  for (const [what, act] of changes) {
    const [was, wasAt] = [everythingThere(), disk.changes];
    act();
    expect(everythingThere(), what).not.toBe(was);
    expect(disk.changes, what).toBeGreaterThan(wasAt);
  }
});

test('reading changes nothing', () => {
  perform(append);
  const { changes: before } = disk;
  perform({ kind: 'read', path: 'a', offset: 0, length: 10 }, { kind: 'list' });
  everythingThere();
  expect(disk.changes).toBe(before);
});
