import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex, nodeId, operationId, term } from '../../../src/core/base/units.js';
import {
  flushStorage,
  storageOnDisk,
  writeHardState,
  writeEntries,
  writeOut,
  type StoredEntry,
} from '../../../src/core/storage/storage.js';
import { walName } from '../../../src/core/storage/wal-format.js';
import { act, chances, script } from './chances.js';
import { Life, memoryOf } from './life.js';

describe('whatever was reported durable', () => {
  test.each([true, false])(
    'is there after any crashes, of power or of the process, and nothing void comes back; each flush synced: %s',
    (isAlwaysSynced) => {
      let recoveries = 0;
      let rotations = 0;
      let snapshots = 0;
      fc.assert(
        fc.property(script(150), fc.integer(), (actions, from) => {
          const life = new Life();
          life.isAlwaysSynced = isAlwaysSynced;
          const chance = chances(from);
          life.settle();
          for (const action of actions) {
            act(life, action, chance);
            expect(life.problem).toBeNull();
          }
          life.crash(chance);
          life.settle();
          expect(life.problem).toBeNull();
          recoveries += life.recoveries;
          rotations += life.storage.wal.segment - life.recoveries;
          snapshots += life.recovered?.snapshot === null ? 0 : 1;
        }),
        { numRuns: 300 },
      );
      expect(recoveries).toBeGreaterThan(300);
      expect(rotations).toBeGreaterThan(50);
      expect(snapshots).toBeGreaterThan(30);
    },
  );

  test('outlives the process from the write on, and the power from the sync on', () => {
    const life = new Life();
    life.settle();
    life.append(2);
    life.flush(false);
    life.advance(0);
    expect(life.storage).toMatchObject({ appendedSequence: 1, durableSequence: 0 });
    life.crash(null);
    life.settle();
    expect(life.recovered?.entries).toHaveLength(2);
    life.append(1);
    life.flush(false);
    life.advance(0);
    life.crash(() => 0.99);
    life.settle();
    expect(life.recovered?.entries).toHaveLength(2);
  });

  test('is there though a sync had failed and dropped the pages, which the next life still sees and a power cut takes', () => {
    const life = new Life();
    life.settle();
    life.setTerm(1, 3);
    life.append(2);
    life.settle();
    life.append(1);
    life.flush();
    life.advance(0);
    life.disk.dropPages(life.storage.wal.path);
    life.crash(null);
    life.settle();
    expect(life.recovered?.entries).toHaveLength(3);
    // The server may now have acknowledged all three.
    life.crash(() => 0.99);
    life.settle();
    expect(life.problem).toBeNull();
    expect(life.recovered?.entries).toHaveLength(3);
  });

  test('is there after a crash at each single step of a day with new files and snapshots', () => {
    for (let crashAt = 0, isOver = false; !isOver; crashAt++) {
      for (const powerSeed of [null, 1, 2, 3]) {
        const life = new Life();
        let steps = 0;
        const work = () => {
          for (life.flush(); life.running.length > 0 && steps < crashAt; life.flush()) {
            life.advance(steps);
            steps += 1;
          }
        };
        const story = [
          () => life.setTerm(1, 3),
          () => life.append(9),
          () => life.append(6),
          () => life.snapshotOwn(0.9, 2),
          () => life.append(9),
          () => life.truncate(0.7),
          () => life.setTerm(2, 1),
          () => life.append(8),
          () => life.snapshotOwn(0.6, 0),
          () => life.append(3),
          () => life.install(5),
          () => life.append(4),
        ];
        work();
        for (const tell of story) {
          if (steps >= crashAt) break;
          tell();
          work();
        }
        isOver = steps < crashAt;
        life.crash(powerSeed === null ? null : chances(powerSeed * 7_919 + crashAt));
        life.settle();
        expect(life.problem, `crash at step ${crashAt}`).toBeNull();
      }
    }
  });
});

/** Performs steps until one of this sort, of this file if one is given, has been performed. */
function advanceTo(life: Life, kind: string, path?: string): void {
  for (;;) {
    const operation = life.running[0];
    const step = operation?.steps[operation.values.length];
    if (step === undefined) throw new Error(`no ${kind} is coming`);
    life.advance(0);
    if (step.kind === kind && (path === undefined || ('path' in step && step.path === path))) return;
  }
}

test('two crashes of the process and one of power cannot take a file from the middle of the log', () => {
  const life = settled();
  life.setTerm(1, 2);
  life.append(1);
  life.settle();
  life.crash(null);
  advanceTo(life, 'append', walName(2));
  life.crash(null);
  advanceTo(life, 'sync', walName(3));
  // Were both names still pending, the first would be lost and the second kept.
  let isFirst = true;
  life.crash(() => {
    const fate = isFirst ? 0.9 : 0.1;
    isFirst = false;
    return fate;
  });
  life.settle();
  expect(life.problem).toBeNull();
  expect(life.recovered?.entries).toHaveLength(1);
});

function settled(): Life {
  const life = new Life();
  life.settle();
  return life;
}

const entry = (index: number, inTerm: number, ...payload: number[]): StoredEntry => ({
  index: logIndex(index),
  term: term(inTerm),
  kind: 1,
  payload: Uint8Array.from(payload),
});

describe('a flush', () => {
  test('takes all that gathered and is one append and one sync', () => {
    const { storage } = settled();
    const written = writeEntries(writeHardState(storage, term(1), nodeId(2)), [entry(1, 1, 5)]);
    const { effects } = flushStorage(written);

    expect(effects.map(({ steps }) => steps.map((step) => step.kind))).toEqual([['append', 'sync']]);
  });

  test('is not begun while one is in flight; what gathers meanwhile goes with the next', () => {
    const life = settled();
    const first = flushStorage(writeHardState(life.storage, term(1), nodeId(2)));
    const gathering = writeEntries(writeHardState(first.storage, term(2), nodeId(1)), [entry(1, 2, 5)]);
    expect(flushStorage(gathering)).toEqual({ storage: gathering, effects: [] });
    expect(gathering.durableSequence).toBe(0);

    const operation = first.effects[0]?.operation ?? operationId(0);
    const done = storageOnDisk(gathering, operation, { ok: true, values: [null, null] });
    expect(done.storage.durableSequence).toBe(1);
    const second = flushStorage(done.storage);
    expect(second.effects).toHaveLength(1);
    const end = storageOnDisk(second.storage, second.effects[0]?.operation ?? operationId(0), { ok: true, values: [null, null] });
    expect(end.storage.durableSequence).toBe(end.storage.writtenSequence);
  });

  test('that only writes leaves the sync to a later one, which needs nothing new to write', () => {
    const life = new Life();
    life.settle();
    life.append(1);
    const wrote = writeOut(life.storage);
    expect(wrote.effects).toMatchObject([{ steps: [{ kind: 'append' }] }]);
    const { storage } = storageOnDisk(wrote.storage, wrote.effects[0]?.operation ?? operationId(0), { ok: true, values: [null] });
    expect(writeOut(storage).effects).toEqual([]);
    expect(flushStorage(storage).effects).toMatchObject([{ steps: [{ kind: 'sync', path: walName(1) }] }]);
  });

  test('that begins a file syncs the one before it first, and is synced itself', () => {
    const life = new Life();
    life.settle();
    while (life.storage.wal.segment === 1) {
      life.append(1);
      life.flush(false);
      if (life.storage.wal.segment === 1) life.advance(0);
    }
    const steps = life.running[0]?.steps.map((step) => ('path' in step ? `${step.kind} ${step.path}` : step.kind));
    expect(steps).toEqual([`sync ${walName(1)}`, `append ${walName(2)}`, `sync ${walName(2)}`, 'syncDirectory']);
  });

  test('that puts a snapshot in force is synced, and only then are files removed', () => {
    const life = new Life();
    life.settle();
    life.append(3);
    life.flush(false);
    life.advance(0);
    life.snapshotOwn(1, 0);
    life.flush(false);
    while (life.storage.saving !== null) life.advance(0);
    life.flush(false);
    expect(life.running[0]?.steps.map(({ kind }) => kind)).toEqual(['append', 'sync']);
  });

  test('costs nothing when nothing is pending', () => {
    const { storage } = settled();
    expect(flushStorage(storage).storage).toBe(storage);
  });

  test('syncs the directory too when it begins a file', () => {
    const life = settled();
    life.setTerm(1, 1);
    life.append(20);
    life.settle();
    life.append(1);
    const { effects } = flushStorage(life.storage);
    expect(effects[0]?.steps.map((step) => step.kind)).toEqual(['append', 'sync', 'syncDirectory']);
  });

  test.each([
    ['append', 0],
    ['sync', 1],
  ])('that fails in its %s stops the storage with one line and is never tried again', (kind, at) => {
    const life = settled();
    const { storage, effects } = flushStorage(writeHardState(life.storage, term(1), nodeId(2)));
    const operation = effects[0]?.operation ?? operationId(0);
    const failed = storageOnDisk(storage, operation, { ok: false, at, error: { code: 'io', message: 'the disk is on fire' } });

    expect(failed.problem).toBe(`${kind} of ${walName(1)} failed: the disk is on fire (io); check the disk, then start again`);
    expect(failed.storage.durableSequence).toBe(0);
    expect(flushStorage(writeHardState(failed.storage, term(2), nodeId(2))).effects).toEqual([]);
  });
});

describe('an older state', () => {
  test('still says the same after newer ones were written and flushed', () => {
    const life = settled();
    const base = writeHardState(life.storage, term(1), nodeId(2));
    const left = flushStorage(writeEntries(base, [entry(1, 1, 1, 1, 1)])).effects;
    const right = flushStorage(writeEntries(base, [entry(1, 1, 2), entry(2, 1, 2)])).effects;
    const alone = flushStorage(base).effects;

    for (const [effects, payloads] of [
      [left, ['1,1,1']],
      [right, ['2', '2']],
      [alone, []],
    ] as const) {
      const replay = settled();
      for (const step of effects[0]?.steps ?? []) replay.disk.perform(step);
      const { entries, votedFor } = rebootOf(replay);
      expect(votedFor).toBe(2);
      expect(entries.map(({ payload }) => String(payload))).toEqual(payloads);
    }
  });
});

/** What a new life reads, without the twin's opinion. */
function rebootOf(life: Life) {
  const reader = new Life(life.options, life.disk);
  reader.isTrusting = true;
  reader.settle();
  if (reader.recovered === null) throw new Error(reader.problem ?? 'not recovered');
  return reader.recovered;
}

test('one vote and its term are never apart', () => {
  const life = settled();
  life.setTerm(4, 2);
  life.settle();
  life.crash(null);
  life.settle();
  expect(life.recovered === null ? null : memoryOf(life.recovered)).toMatchObject({ currentTerm: 4, votedFor: 2 });
});
