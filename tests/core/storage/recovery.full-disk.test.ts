import { expect, test } from 'vitest';
import type { DiskOutcome, DiskStep, DiskValue } from '../../../src/core/machine.js';
import { unfinishedName } from '../../../src/core/storage/snapshot-format.js';
import { startStorage, storageOnDisk, type Recovered } from '../../../src/core/storage/storage.js';
import type { TestDisk } from './disk.js';
import { IDENTITY, Life, OPTIONS } from './life.js';

const bytesIn = (disk: TestDisk): number => disk.list().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Steps on a disk of so many bytes. A file that has no room for its first byte is there all the same, as on a real one. */
function perform(disk: TestDisk, steps: readonly DiskStep[], bytesMax: number): DiskOutcome {
  const values: DiskValue[] = [];
  for (const step of steps) {
    const isTooMuch = step.kind === 'append' && bytesIn(disk) + step.bytes.length > bytesMax;
    const done = disk.perform(isTooMuch ? { ...step, bytes: new Uint8Array(0) } : step);
    if (!done.ok) return done.outcome;
    if (isTooMuch) return { ok: false, at: values.length, error: { code: 'full', message: 'no space left on the disk' } };
    values.push(done.value);
  }
  return { ok: true, values };
}

function start(disk: TestDisk, bytesMax: number): Recovered | string {
  const begun = startStorage(OPTIONS, IDENTITY, 'some');
  let { storage } = begun;
  const effects = [...begun.effects];
  for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
    const after = storageOnDisk(storage, effect.operation, perform(disk, effect.steps, bytesMax));
    if (after.problem !== null) return after.problem;
    if (after.recovered !== null) return after.recovered;
    ({ storage } = after);
    effects.push(...after.effects);
  }
  return 'recovery ended without a result';
}

test('a snapshot that a full disk left unfinished makes room for the next start, and starts in vain leave no file behind each', () => {
  const life = new Life(OPTIONS);
  life.settle();
  life.setTerm(1, 2);
  life.append(1);
  life.settle();
  const { disk } = life;
  const before = bytesIn(disk);

  // Nothing can be removed: the start fails, and so does the next one, and both leave the same.
  expect(start(disk, before)).toMatch(/no space left on the disk/);
  const left = disk.list().length;
  for (let tries = 0; tries < 5; tries++) expect(start(disk, before)).toMatch(/no space left on the disk/);
  expect(disk.list().length).toBe(left);

  disk.put(unfinishedName(1), new Uint8Array(10_000));
  const recovered = start(disk, before + 10_000);
  expect(recovered).toMatchObject({ currentTerm: 1, firstIndex: 1 });
  expect(disk.list().map(({ path }) => path)).not.toContain(unfinishedName(1));
});
