import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fail } from '../../../src/core/base/result.js';
import { logIndex, micros, nodeId, NEVER } from '../../../src/core/base/units.js';
import {
  append,
  hold,
  install,
  journalOnDisk,
  journalWakeAt,
  settle,
  startJournal,
  type SyncPolicy,
} from '../../../src/core/journal/journal.js';
import { chances, script } from '../storage/chances.js';
import { KEPT_WORDS, Life, OPTIONS } from './life.js';

const ALWAYS: SyncPolicy = { kind: 'always' };
const INTERVAL: SyncPolicy = { kind: 'interval', everyUs: micros(1_000) };
const NEVER_SYNCED: SyncPolicy = { kind: 'never' };

/** Lets a server do one thing of its day. */
function act(life: Life, [action, detail]: readonly [number, number], chance: () => number): void {
  if (action < 45) life.advance(detail);
  else if (action < 49) life.crash(detail < 50 ? null : chance);
  else if (!life.isKeeping) life.advance();
  else if (action < 75) life.append();
  else if (action < 80) life.hold();
  else if (action < 82) life.install((detail % 3) + 1);
  else if (action < 88) life.wake();
  else life.settle();
}

describe.each([ALWAYS, INTERVAL, NEVER_SYNCED])('a journal with sync policy $kind', (sync) => {
  test('keeps its promise over any crashes, of power or of the process, releases in order and shows nothing else', () => {
    const seen = { crashes: 0, snapshots: 0, released: 0, rotations: 0 };
    fc.assert(
      fc.property(script(200), fc.integer(), (actions, from) => {
        const life = new Life({ sync });
        const chance = chances(from);
        life.rest();
        for (const action of actions) {
          if (action[0] >= 45 && action[0] < 49) seen.crashes += 1;
          act(life, action, chance);
          expect(life.problem).toBeNull();
        }
        seen.released += life.released;
        seen.snapshots += life.snapshots;
        seen.rotations += (life.journal.storage?.wal.segment ?? 0) > 3 ? 1 : 0;
        life.crash(from % 2 === 0 ? null : chance);
        life.rest();
        expect(life.problem).toBeNull();
        expect(life.recalled).not.toBeNull();
      }),
      { numRuns: 300 },
    );
    expect(seen.crashes).toBeGreaterThan(200);
    expect(seen.snapshots).toBeGreaterThan(100);
    expect(seen.released).toBeGreaterThan(500);
    expect(seen.rotations).toBeGreaterThan(50);
  });

  test('loses nothing at a stop in good order', () => {
    const life = ready({ sync });
    for (let i = 0; i < 4; i++) life.append();
    life.settle();
    life.rest();
    life.close();
    life.rest();
    expect(life.recalled?.state).toEqual(['1:w1', '2:w2', '3:w3', '4:w4']);
  });
});

function ready(options: ConstructorParameters<typeof Life>[0] = {}): Life {
  const life = new Life(options);
  life.rest();
  return life;
}

const stepsOf = (life: Life): string[] => life.running.flatMap(({ steps }) => steps.map(({ kind }) => kind));

describe('what was appended', () => {
  test('is applied and released when its sync is reported, not before (append, sync, apply, answer)', () => {
    const life = ready();
    life.append();
    life.settle();
    expect(stepsOf(life)).toEqual(['append', 'sync']);
    expect([life.released, life.journal.state]).toEqual([0, []]);
    life.advance();
    expect(life.released).toBe(0);
    life.advance();
    expect([life.released, life.journal.state]).toEqual([1, ['1:w1']]);
  });

  test('is applied and released when it is written, where a sync is not promised', () => {
    const life = ready({ sync: INTERVAL });
    life.append();
    life.settle();
    expect(stepsOf(life)).toEqual(['append']);
    life.advance();
    expect(life.released).toBe(1);
  });

  test('goes with what gathered meanwhile in one sync (group commit)', () => {
    const life = ready();
    life.append();
    life.settle();
    for (let i = 0; i < 5; i++) {
      life.append();
      life.settle();
    }
    expect(stepsOf(life)).toEqual(['append', 'sync']);
    life.advance();
    life.advance();
    expect(stepsOf(life)).toEqual(['append', 'sync']);
    life.rest();
    expect(life.released).toBe(6);
  });

  test('is applied at once where nothing is kept', () => {
    const life = ready({ storage: null });
    life.append();
    life.hold();
    life.settle();
    expect([life.released, life.journal.state, life.running]).toEqual([2, ['1:w1'], []]);
  });
});

describe('the sync of an interval', () => {
  test('is due so long after the first append that it covers, and covers all since then', () => {
    const life = ready({ sync: INTERVAL });
    life.append();
    life.settle();
    const due = life.now + 1_000;
    life.advance();
    expect(journalWakeAt(life.journal)).toBe(due);
    life.append();
    life.settle();
    life.advance();
    life.wake();
    expect([life.now, stepsOf(life)]).toEqual([due, ['sync']]);
    life.advance();
    expect(journalWakeAt(life.journal)).toBeNull();
    life.crash(() => 0.99);
    life.rest();
    expect(life.recalled?.state).toEqual(['1:w1', '2:w2']);
  });

  test('waits for a write that is under way, without waking the host over and over', () => {
    const life = ready({ sync: INTERVAL });
    life.append();
    life.settle();
    life.now += 5_000;
    expect(journalWakeAt(life.journal)).toBeNull();
    life.advance();
    expect(stepsOf(life)).toEqual(['sync']);
  });
});

describe('a snapshot', () => {
  test('is taken when so many entries were applied, makes the log short, and is what the next life begins with', () => {
    const life = ready({ snapshotEveryEntries: 3 });
    for (let i = 0; i < 7; i++) {
      life.append();
      life.settle();
      life.rest();
    }
    expect(life.snapshots).toBe(2);
    life.crash(() => 0.99);
    life.rest();
    expect(life.recalled).toMatchObject({
      snapshotIndex: 6,
      lastIndex: 7,
      state: ['1:w1', '2:w2', '3:w3', '4:w4', '5:w5', '6:w6', '7:w7'],
    });
  });

  test('is taken when the entries since the last one have so many bytes, and as many as that one; counted on over lives', () => {
    const life = ready({ snapshotEveryEntries: 1_000, snapshotEveryBytes: 6 });
    const taken = Array.from({ length: 12 }, (_, i) => {
      life.append();
      life.settle();
      life.rest();
      if (i === 1) life.crash(() => 0.99);
      life.rest();
      return life.snapshots;
    });
    // Entries have two bytes at first. The snapshot after the third has 14: seven entries, or less of longer ones, come before the next.
    expect(taken).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
  });

  test('of a large state is taken as seldom as the state is large', () => {
    const life = ready({ snapshotEveryEntries: 2 });
    const sizes = { ...life.plan, kept: { ...life.plan.kept, sizeOf: () => 5 } };
    Object.assign(life, { plan: sizes });
    const taken = Array.from({ length: 10 }, () => {
      life.append();
      life.settle();
      life.rest();
      return life.snapshots;
    });
    expect(taken).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 2]);
  });

  test('that is damaged is passed over for the one before: the log reaches back to it', () => {
    const life = ready({ snapshotEveryEntries: 3 });
    for (let i = 0; i < 7; i++) {
      life.append();
      life.settle();
      life.rest();
    }
    const [newest] = life.disk
      .list()
      .filter(({ path }) => path.endsWith('.snap'))
      .slice(-1);
    const bytes = life.disk.bytesOf(newest?.path ?? '');
    life.disk.put(
      newest?.path ?? '',
      bytes.map((byte, at) => (at === 70 ? byte ^ 1 : byte)),
    );
    life.crash(null);
    life.rest();
    expect(life.recalled).toMatchObject({
      snapshotIndex: 3,
      lastIndex: 7,
      state: ['1:w1', '2:w2', '3:w3', '4:w4', '5:w5', '6:w6', '7:w7'],
    });
  });

  test('is not taken while the disk is busy with the last one', () => {
    const life = ready({ snapshotEveryEntries: 3 });
    for (let i = 0; i < 3; i++) life.append();
    life.settle();
    life.rest();
    const saving = life.journal.storage?.saving ?? null;
    expect([life.snapshots, saving]).toEqual([1, null]);
    const slow = ready({ snapshotEveryEntries: 1 });
    for (let i = 0; i < 5; i++) {
      slow.append();
      slow.settle();
      // The operations of the log go on, that of the snapshot hangs.
      while (slow.running.some(({ steps }) => steps[0]?.kind === 'append'))
        slow.advance(slow.running.findIndex(({ steps }) => steps[0]?.kind === 'append'));
    }
    expect([slow.released, slow.snapshots]).toEqual([5, 1]);
  });

  test('that others made shows when it is durable, behind what was appended before it', () => {
    const life = ready();
    life.append();
    life.install(5);
    life.append();
    life.settle();
    expect(life.journal.state).toEqual([]);
    life.rest();
    expect(life.journal.state).toEqual(['s2', 'installed', '7:w3']);
    life.crash(() => 0.99);
    life.rest();
    expect(life.recalled).toMatchObject({ snapshotIndex: 6, lastIndex: 7, state: ['s2', 'installed', '7:w3'] });
  });
});

describe('a journal that cannot go on', () => {
  test('stops with one line when the disk fails, and releases nothing any more', () => {
    const life = ready();
    life.append();
    life.settle();
    const operation = life.running[0]?.operation as never;
    const failed = journalOnDisk(life.plan, life.journal, operation, { ok: false, at: 1, error: { code: 'full', message: 'no space' } });
    expect(failed.problem).toContain('make room on the disk');
    expect(settle(life.plan, failed.journal, micros(1))).toMatchObject({ effects: [], released: [] });
    expect(journalWakeAt(failed.journal)).toBeNull();
  });

  test.each([
    ['an entry', { decodeEntry: () => fail('what is this?') }, 1, 'entry 1 of the log cannot be read: what is this?'],
    ['an entry of another system', { entryKind: 9 }, 1, 'entry 1 of the log cannot be read: its kind is 7, not 9'],
    ['a snapshot', { decodeState: () => fail('what is this?') }, 8, 'the snapshot up to entry 6 cannot be read: what is this?'],
  ])('refuses %s that it does not understand', (_what, change, entries, line) => {
    const life = ready();
    for (let i = 0; i < entries; i++) {
      life.append();
      life.settle();
      life.rest();
    }
    life.crash(null);
    Object.assign(life.plan, { kept: { ...KEPT_WORDS, ...change } });
    life.rest();
    expect(life.problem).toContain(line);
    expect(life.journal.phase).toBe('stopped');
  });

  test('takes nothing before it was read', () => {
    const life = new Life();
    expect(() => life.append()).toThrow('before the journal is read');
    expect(() => new Life({ snapshotEveryEntries: 0 })).toThrow('at least one applied entry');
    expect(() => new Life({ sync: { kind: 'interval', everyUs: micros(0) } })).toThrow('some time after');
  });
});

test('a journal is a value: an older one still says the same after newer ones were made of it', () => {
  const plan = { kept: KEPT_WORDS, options: { ...OPTIONS, storage: null } };
  const first = append(
    plan,
    startJournal<readonly string[], string, number, string>(
      plan,
      { clusterId: 1, nodeId: nodeId(1), system: 'test', members: [nodeId(1)] },
      'unknown',
    ).journal,
    'a',
    'A',
  );
  const left = append(plan, first, 'b', 'B');
  const right = hold(install(plan, first, ['x'], logIndex(9), null), 'R');
  const wordsOf = (journal: typeof first) => settle(plan, journal, micros(0));
  expect(wordsOf(left).journal.state).toEqual(['1:a', '2:b']);
  expect(wordsOf(right).journal.state).toEqual(['x']);
  expect(wordsOf(right).released.map(({ promised, outcome }) => [promised, outcome])).toEqual([
    ['A', 1],
    [null, null],
    ['R', null],
  ]);
  expect(wordsOf(first).journal).toMatchObject({ state: ['1:a'], lastIndex: 1, lastApplied: 1, syncDueUs: NEVER });
});
