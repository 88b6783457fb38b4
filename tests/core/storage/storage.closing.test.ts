import { describe, expect, test } from 'vitest';
import { closingSteps, isAtRest } from '../../../src/core/storage/storage.js';
import { walName } from '../../../src/core/storage/wal-format.js';
import { Life, OPTIONS } from './life.js';

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
    expect(startAgain(life).problem).toContain('a record is damaged that was durable before later ones were written');
  });

  test('without it the same damage looks like a torn tail, and what is said leaves it open', () => {
    const life = lived();
    flipInLastFlush(life, 0);
    const again = startAgain(life);
    expect(again.problem).toBeNull();
    expect(again.recovered?.notes.join()).toMatch(/^cut a torn tail .*: the last write before a crash, or damage of the last flush.* an acknowledged write may be among these bytes$/);
  });

  test.each([['in a file with room', WIDE, true], ['where a new file is due', { ...OPTIONS, segmentBytesMax: 200 }, true], ['after flushes without a sync', WIDE, false]])(
    'loses nothing and is read again, %s, also when the power goes right after it', (_, options, isSynced) => {
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
    expect(closingSteps(life.storage).map(({ kind }) => kind)).toEqual(['append', 'sync']);
  });
});
