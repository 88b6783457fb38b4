import { describe, expect, test } from 'vitest';
import { CLEAN_STOP_NAME, cleanStopBytes } from '../../../src/core/storage/clean-stop.js';
import { inspectFiles } from '../../../src/core/storage/inspect.js';
import { closingSteps, isAtRest } from '../../../src/core/storage/storage.js';
import { walName } from '../../../src/core/storage/wal-format.js';
import { chances } from './chances.js';
import { IDENTITY, Life, OPTIONS } from './life.js';

const WIDE = { ...OPTIONS, segmentBytesMax: 1_000_000 };

/** A server that wrote three batches; `isSynced` says whether any flush of them was a sync. */
function lived(options = WIDE, isSynced = true): Life {
  const life = new Life(options);
  life.settle();
  life.setTerm(1, 2);
  for (let i = 0; i < 3; i++) {
    life.append(1);
    life.flush(isSynced);
    while (life.running.length > 0) life.advance(0);
  }
  return life;
}

function stop(life: Life): void {
  for (const step of closingSteps(life.storage)) life.disk.perform(step);
}

/** Starts anew from what a power cut leaves. */
function startAgain(life: Life): Life {
  const again = new Life(life.options, life.disk);
  again.isTrusting = true;
  again.settle();
  return again;
}

function flipInLastFlush(life: Life, behindBytes: number): void {
  const bytes = life.disk.bytesOf(walName(1)).slice();
  const at = bytes.length - behindBytes - 6;
  bytes[at] = (bytes[at] as number) ^ 1;
  life.disk.put(walName(1), bytes);
}

describe('a stop in good order', () => {
  test('vouches for the last flush: a bit that flips in it afterwards is refused', () => {
    const life = lived();
    const sizeBytes = life.disk.bytesOf(walName(1)).length;
    stop(life);
    flipInLastFlush(life, life.disk.bytesOf(walName(1)).length - sizeBytes);
    expect(startAgain(life).problem).toContain('a record is damaged or missing that was durable');
  });

  test('without it the same damage looks like a torn tail, and what is said leaves it open', () => {
    const life = lived();
    flipInLastFlush(life, 0);
    const again = startAgain(life);
    expect(again.problem).toBeNull();
    expect(again.recovered?.notes.join()).toMatch(
      /^cut a torn tail .*: a write that a crash interrupted, or damage to the end of the log.* acknowledged writes may be among these bytes$/,
    );
  });

  test.each([
    ['in a file with room', WIDE, true],
    ['where a new file is due', { ...OPTIONS, segmentBytesMax: 200 }, true],
    ['after flushes without a sync', WIDE, false],
  ])('loses nothing and is read again, %s, also when the power goes right after it', (_, options, isSynced) => {
    const life = lived(options, isSynced);
    stop(life);
    life.disk.cutPower(() => 0);
    const again = startAgain(life);
    expect(again.problem).toBeNull();
    expect(again.recovered).toMatchObject({ currentTerm: 1, votedFor: 2, notes: [] });
    expect(again.recovered?.entries).toHaveLength(3);
  });

  test('vouches for nothing while a flush is under way, or waits', () => {
    const life = lived();
    life.append(1);
    expect(isAtRest(life.storage)).toBe(false);
    expect(closingSteps(life.storage)).toEqual([]);
    life.flush();
    expect(closingSteps(life.storage)).toEqual([]);
    life.settle();
    expect(closingSteps(life.storage).map(({ kind }) => kind)).toEqual(['append', 'sync', 'write', 'sync', 'rename', 'syncDirectory']);
  });
});

/** A server that wrote and stopped in good order, and the file in which its log ended then. */
function stopped(options = WIDE): { readonly life: Life; readonly path: string } {
  const life = lived(options);
  stop(life);
  return { life, path: life.disk.list().findLast(({ path }) => path.startsWith('wal-'))?.path ?? '' };
}

/** Where each record of a file begins, and where the file ends. */
function boundaries(life: Life, path: string): readonly number[] {
  const places = [...inspectFiles(life.disk.durableFiles())].filter((item) => item.path === path).map(({ offset }) => offset);
  return [...places, life.disk.bytesOf(path).length];
}

function damage(life: Life, path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  life.disk.put(path, change(life.disk.bytesOf(path).slice()));
}

describe('after a stop in good order', () => {
  test('a log that lacks its last records is refused, wherever it is cut, and the directory stays as it is', () => {
    const { life, path } = stopped();
    const sizeBytes = life.disk.bytesOf(path).length;
    expect(boundaries(life, path).length).toBeGreaterThan(5);
    for (let length = 0; length < sizeBytes; length++) {
      const cut = stopped();
      damage(cut.life, path, (bytes) => bytes.slice(0, length));
      const files = String(cut.life.disk.list().map((file) => `${file.path} ${file.sizeBytes}`));
      expect(startAgain(cut.life).problem, `cut to ${length} bytes`).toMatch(/durable|missing/);
      expect(String(cut.life.disk.list().map((file) => `${file.path} ${file.sizeBytes}`))).toBe(files);
    }
  });

  test('a refusal says how long the file was and how long it is', () => {
    const { life, path } = stopped();
    const at = boundaries(life, path).at(-3) ?? 0;
    const sizeBytes = life.disk.bytesOf(path).length;
    damage(life, path, (bytes) => bytes.slice(0, at));
    expect(startAgain(life).problem).toContain(
      `${path}, byte ${at}: a record is damaged or missing that was durable before the next file was begun, or when the server stopped in good order ` +
        `(the file has ${at} bytes, and ${sizeBytes} of it were durable)`,
    );
  });

  test('zeros in the place of the last bytes are refused, however many', () => {
    const { path } = stopped();
    const sizeBytes = stopped().life.disk.bytesOf(path).length;
    for (const zeros of [4, 60, 200, sizeBytes]) {
      const { life } = stopped();
      damage(life, path, (bytes) => bytes.fill(0, bytes.length - zeros));
      expect(startAgain(life).problem, `${zeros} zeros`).toMatch(/damaged/);
    }
  });

  test('a log whose newest file is gone is refused, and so is a mark without a log', () => {
    const { life, path } = stopped({ ...OPTIONS, segmentBytesMax: 200 });
    expect(path).not.toBe(walName(1));
    life.disk.names.delete(path);
    expect(startAgain(life).problem).toContain(
      `clean-stop: the newest file of the log, which was durable when the server stopped in good order, is missing or damaged: ${path}`,
    );
    const alone = new Life(WIDE);
    alone.disk.names.clear();
    alone.disk.put(CLEAN_STOP_NAME, cleanStopBytes(IDENTITY, { segment: 1, end: 192 }));
    expect(startAgain(alone).problem).toContain('missing or damaged');
  });

  test('a mark that is damaged, of another server or of another version is refused', () => {
    const changes: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
      ['it is damaged', (bytes) => bytes.fill(bytes[30] === 0 ? 1 : 0, 30, 31)],
      ['it is damaged', (bytes) => bytes.slice(0, 20)],
      ['it is damaged', (bytes) => bytes.slice(0, 0)],
      ['it is damaged', (bytes) => Uint8Array.of(...bytes, 0)],
      ['it belongs to another server', () => cleanStopBytes({ ...IDENTITY, clusterId: 8 }, { segment: 1, end: 192 })],
    ];
    for (const [because, change] of changes) {
      const { life } = stopped();
      damage(life, CLEAN_STOP_NAME, change);
      expect(startAgain(life).problem).toContain(`clean-stop: ${because}`);
    }
  });

  test('bytes behind the end mean nothing', () => {
    const { life, path } = stopped();
    damage(life, path, (bytes) => Uint8Array.of(...bytes, 1, 2, 3, 4));
    const again = startAgain(life);
    expect(again.problem).toBeNull();
    expect(again.recovered).toMatchObject({ notes: [] });
    expect(again.recovered?.entries).toHaveLength(3);
  });

  test('the mark is gone once the next life has begun, and the one after a crash knows nothing of it', () => {
    const { life, path } = stopped();
    const again = startAgain(life);
    again.disk.cutPower(() => 0);
    expect(again.disk.list().map((file) => file.path)).toEqual([path, walName(2)]);
    const third = startAgain(again);
    expect(third.problem).toBeNull();
    expect(third.recovered?.entries).toHaveLength(3);
  });
});

describe('a crash while it stops or starts', () => {
  /** The last life of a server that is stopped: `stopSteps` of its steps done, then the power goes. */
  function crashedInStop(stopSteps: number, chance: () => number): Life {
    const life = lived();
    for (const step of closingSteps(life.storage).slice(0, stopSteps)) life.disk.perform(step);
    life.disk.cutPower(chance);
    return life;
  }

  /** A start over the same disk of which `startSteps` steps are done, then the power goes. @returns Whether it came to its end. */
  function crashInStart(life: Life, startSteps: number, chance: () => number): boolean {
    const start = new Life(life.options, life.disk);
    start.isTrusting = true;
    for (let i = 0; i < startSteps; i++) start.advance(0);
    expect(start.problem).toBeNull();
    life.disk.cutPower(chance);
    return start.storage.isReady;
  }

  const stopSteps = closingSteps(lived().storage).length;
  const fates = Array.from({ length: 6 }, (_, from) => from);

  test('at any step of either is never refused and loses nothing', () => {
    for (let stopAt = 0; stopAt <= stopSteps; stopAt++) {
      for (const fate of fates) {
        const chance = chances(fate);
        for (let startAt = 0, isDone = false; !isDone; startAt++) {
          const life = crashedInStop(stopAt, chance);
          isDone = crashInStart(life, startAt, chance);
          const again = startAgain(life);
          expect(again.problem, `stop at ${stopAt}, start at ${startAt}`).toBeNull();
          expect(again.recovered?.entries).toHaveLength(3);
          expect(again.recovered).toMatchObject({ currentTerm: 1, votedFor: 2 });
        }
      }
    }
  });

  test('of a start after a whole stop never lets a shorter log pass', () => {
    for (const fate of fates) {
      const chance = chances(fate);
      for (let startAt = 0, isDone = false; !isDone; startAt++) {
        const life = crashedInStop(stopSteps, chance);
        isDone = crashInStart(life, startAt, chance);
        damage(life, walName(1), (bytes) => bytes.slice(0, boundaries(life, walName(1)).at(-3) ?? 0));
        expect(startAgain(life).problem, `start at ${startAt}`).toContain('durable');
      }
    }
  });
});
