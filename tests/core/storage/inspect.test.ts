import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../../../src/core/base/units.js';
import { DurableLogReader, inspectFiles, verifyFiles } from '../../../src/core/storage/inspect.js';
import { snapshotName, unfinishedName } from '../../../src/core/storage/snapshot-format.js';
import { walName } from '../../../src/core/storage/wal-format.js';
import { act, chances, script } from './chances.js';
import { IDENTITY, Life } from './life.js';

function storied(): Life {
  const life = new Life({ ...new Life().options, segmentBytesMax: 100_000 });
  life.settle();
  life.setTerm(1, 2);
  life.append(2);
  life.settle();
  life.snapshotOwn(1, 1);
  life.settle();
  life.append(1);
  life.truncate(0.5);
  life.settle();
  return life;
}

describe('inspection', () => {
  test('tells every item of a directory in order', () => {
    const life = storied();
    life.disk.put('LOCK', new Uint8Array(3));
    life.disk.put(unfinishedName(9), new Uint8Array(3));
    const items = [...inspectFiles(life.disk.durableFiles(), ({ payload }) => String.fromCharCode(...payload))];
    expect(items.map(({ path, offset, kind, summary }) => `${path} ${offset} ${kind}: ${summary}`)).toEqual([
      'LOCK 0 otherFile: not a file of the storage',
      `${snapshotName(1)} 0 snapshotFile: cluster 7, server 3, up to entry 2 (term 1), 92 bytes`,
      `${unfinishedName(9)} 0 unfinishedSnapshot: left by a crash; removed at the next start`,
      `${walName(1)} 0 head: cluster 7, server 3 of 1+3, system test, segment 1, the first; term 0, vote 0, entries 1 to 0, snapshot none`,
      `${walName(1)} 192 hardState: term 1, vote 2`,
      `${walName(1)} 224 entries: 1 (term 1): 1xxxxxxx; 2 (term 1): 2xxxxxxxxxxxxxx`,
      `${walName(1)} 308 snapshot: snapshot 1 up to entry 2 (term 1); entries up to 1 are dropped`,
      `${walName(1)} 372 entries: 3 (term 1): 3xxxxxxxxxxxxxxxxxxxxx`,
      `${walName(1)} 440 truncateTail: entries from 3 on are void`,
    ]);
  });

  test('stops at the first broken place of a file and says how much is behind it', () => {
    const life = storied();
    life.disk.put(walName(1), life.disk.bytesOf(walName(1)).slice(0, 244));
    expect([...inspectFiles(life.disk.durableFiles())].at(-1)).toMatchObject({
      offset: 224,
      sizeBytes: 20,
      kind: 'broken',
      verdict: 'broken',
    });
  });

  test('never throws, whatever the bytes', () => {
    const file = fc.record({
      path: fc.constantFrom(walName(1), walName(2), snapshotName(1), 'x'),
      bytes: fc.uint8Array({ maxLength: 500, size: 'max' }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: ({ path }) => path }), (files) => {
        expect([...inspectFiles(files)].every(({ kind }) => kind === 'broken' || kind === 'otherFile')).toBe(true);
        const { problem, recovered } = verifyFiles(files);
        expect(problem === null).toBe(recovered !== null);
      }),
    );
  });
});

describe('verification', () => {
  test('says what a server would say, of a sound directory and of a damaged one', () => {
    const life = storied();
    const sound = verifyFiles(life.disk.durableFiles());
    expect(sound).toMatchObject({ identity: IDENTITY, problem: null });
    expect(sound.recovered).toMatchObject({ currentTerm: 1, votedFor: 2, firstIndex: 2 });

    const bytes = life.disk.bytesOf(walName(1)).slice();
    bytes[234] = (bytes[234] as number) ^ 4;
    life.disk.put(walName(1), bytes);
    expect(verifyFiles(life.disk.durableFiles()).problem).toContain(`${walName(1)}, byte 224: a record is damaged`);
  });
});

describe('the reader of what is durable', () => {
  test('knows, sync by sync, the term, the vote and every entry that would outlive a power cut now', () => {
    let held = 0;
    fc.assert(
      fc.property(script(120), fc.integer(), (actions, from) => {
        const life = new Life();
        const chance = chances(from);
        life.settle();
        let reader = new DurableLogReader(IDENTITY);
        for (const [action, detail] of actions) {
          const lives = life.recoveries;
          const isCrash = action >= 40 && action < 44;
          act(life, [action, detail], chance);
          if (isCrash || life.recoveries > lives) reader = new DurableLogReader(IDENTITY);
          for (const { path, bytes } of life.disk.durableFiles()) reader.tell(path, bytes);
          if (!life.storage.isReady) continue;
          const { recovered } = verifyFiles(life.disk.durableFiles());
          if (recovered === null) throw new Error('durable files are sound');
          expect([reader.currentTerm, reader.votedFor]).toEqual([recovered.currentTerm, recovered.votedFor]);
          expect(reader.lastIndex).toBe(recovered.firstIndex - 1 + recovered.entries.length);
          for (const entry of recovered.entries) expect(reader.termAt(entry.index)).toBe(entry.term);
          expect(reader.snapshotIndex).toBe(recovered.snapshot?.lastIndex ?? 0);
          held += recovered.entries.length;
        }
      }),
      { numRuns: 100 },
    );
    expect(held).toBeGreaterThan(1_000);
  });

  test('reads on where it stopped, also when told only what is new', () => {
    const life = storied();
    const bytes = life.disk.bytesOf(walName(1));
    const reader = new DurableLogReader(IDENTITY);
    reader.tell(walName(1), bytes.subarray(0, 234));
    expect([reader.currentTerm, reader.lastIndex]).toEqual([1, 0]);
    reader.tell(walName(1), bytes.subarray(224, 372), 224);
    expect([reader.lastIndex, reader.snapshotIndex, reader.termAt(logIndex(2))]).toEqual([2, 2, 1]);
    expect(reader.holds(logIndex(1), term(1))).toBe(true);
    expect(reader.holds(logIndex(3), term(1))).toBe(false);
    reader.tell(walName(1), bytes);
    expect(reader.lastIndex).toBe(2);
  });
});
