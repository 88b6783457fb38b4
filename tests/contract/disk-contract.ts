import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DiskOutcome, DiskStep, FileEntry } from '../../src/core/machine.js';

/** A disk under test: one flat directory, empty at first. */
export interface DiskUnderTest {
  perform(steps: readonly DiskStep[]): Promise<DiskOutcome>;
  /** Nothing that was only pending is promised to be there afterwards; the simulated disk takes it all away. Null where a test cannot do that. */
  readonly crash: (() => Promise<void>) | null;
  close(): Promise<void>;
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (value: unknown): string => Buffer.from(value as Uint8Array).toString();
const whole = (path: string): DiskStep => ({ kind: 'read', path, offset: 0, length: 1_000_000 });
const append = (path: string, what: string): DiskStep => ({ kind: 'append', path, bytes: bytes(what) });
const sync = (path: string): DiskStep => ({ kind: 'sync', path });
const settle: DiskStep = { kind: 'syncDirectory' };
const list: DiskStep = { kind: 'list' };

/** The promises of core/machine.ts about `disk` effects, told to one disk. */
export function describeDisk(name: string, make: () => Promise<DiskUnderTest>): void {
  describe(`${name} keeps the contract of disk effects`, () => {
    let disk: DiskUnderTest;
    beforeEach(async () => {
      disk = await make();
    });
    afterEach(() => disk.close());

    const values = async (steps: readonly DiskStep[]) => {
      const outcome = await disk.perform(steps);
      if (!outcome.ok) throw new Error(`${outcome.at}: ${outcome.error.message}`);
      return outcome.values;
    };
    const contents = async (path: string) => text((await values([whole(path)]))[0]);

    test('an append creates the file, and later ones go behind what is there', async () => {
      expect(await values([append('a', 'one'), append('a', ' two'), sync('a'), settle])).toEqual([null, null, null, null]);
      await values([append('a', ' three')]);
      expect(await contents('a')).toBe('one two three');
    });

    test('a write creates the file, replaces bytes at its offset, and a gap before it is zeros', async () => {
      await values([{ kind: 'write', path: 'w', offset: 2, bytes: bytes('abc') }]);
      expect(await contents('w')).toBe('\0\0abc');
      await values([{ kind: 'write', path: 'w', offset: 3, bytes: bytes('X') }, append('w', 'd')]);
      expect(await contents('w')).toBe('\0\0aXcd');
    });

    test('a read gives what is there: part of it at the end, nothing behind it', async () => {
      const given = await values([
        append('r', 'hello'),
        { kind: 'read', path: 'r', offset: 1, length: 3 },
        { kind: 'read', path: 'r', offset: 3, length: 100 },
        { kind: 'read', path: 'r', offset: 5, length: 1 },
        { kind: 'read', path: 'r', offset: 50, length: 1 },
        { kind: 'read', path: 'r', offset: 0, length: 0 },
      ]);
      expect(given.slice(1).map(text)).toEqual(['ell', 'lo', '', '', '']);
    });

    test('a truncated file is shorter, and appends go on from there', async () => {
      await values([append('t', 'abcdef'), { kind: 'truncate', path: 't', length: 2 }, append('t', 'Z'), sync('t')]);
      expect(await contents('t')).toBe('abZ');
    });

    test('a rename replaces the target, and the handles of both follow', async () => {
      await values([append('old', 'old'), append('new', 'new'), { kind: 'rename', path: 'new', to: 'old' }, settle]);
      expect(await contents('old')).toBe('new');
      await values([append('old', '!'), append('new', 'fresh')]);
      expect(await contents('old')).toBe('new!');
      expect(await contents('new')).toBe('fresh');
    });

    test('a removed file is gone, and its name begins anew', async () => {
      await values([append('x', 'before'), { kind: 'remove', path: 'x' }, settle, append('x', 'after')]);
      expect(await contents('x')).toBe('after');
    });

    test('a list names all files with their sizes, ascending by name', async () => {
      const given = await values([append('b', '22'), append('a10', '1'), append('a9', '333'), append('B', ''), list]);
      expect(given[4]).toEqual([
        { path: 'B', sizeBytes: 0 },
        { path: 'a10', sizeBytes: 1 },
        { path: 'a9', sizeBytes: 3 },
        { path: 'b', sizeBytes: 2 },
      ] satisfies FileEntry[]);
    });

    test.each<[string, DiskStep]>([
      ['read', whole('none')],
      ['sync', sync('none')],
      ['truncate', { kind: 'truncate', path: 'none', length: 0 }],
      ['rename', { kind: 'rename', path: 'none', to: 'other' }],
      ['remove', { kind: 'remove', path: 'none' }],
    ])('%s of a file that is not there reports "missing" and creates nothing', async (_, step) => {
      const outcome = await disk.perform([step]);
      expect(outcome).toMatchObject({ ok: false, at: 0, error: { code: 'missing' } });
      expect(await values([list])).toEqual([[]]);
    });

    test('an operation stops at its first error: what stood before it is done, what stood behind it is not', async () => {
      const outcome = await disk.perform([append('a', '1'), append('a', '2'), whole('none'), append('a', '3'), append('b', '4')]);
      expect(outcome).toMatchObject({ ok: false, at: 2, error: { code: 'missing' } });
      expect(await contents('a')).toBe('12');
      expect(await values([list])).toEqual([[{ path: 'a', sizeBytes: 2 }]]);
    });

    test('two operations in flight both end, each with one outcome', async () => {
      const outcomes = await Promise.all([
        disk.perform([append('p', 'x'.repeat(10_000)), sync('p'), settle]),
        disk.perform([append('q', 'y'.repeat(10_000)), sync('q'), settle]),
      ]);
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
      expect((await values([list]))[0]).toEqual([
        { path: 'p', sizeBytes: 10_000 },
        { path: 'q', sizeBytes: 10_000 },
      ]);
    });

    test('what was synced, and its name too, is there after a crash', async () => {
      await values([append('kept', 'safe'), sync('kept'), { kind: 'syncDirectory' }]);
      if (disk.crash === null) return;
      await disk.crash();
      expect(await contents('kept')).toBe('safe');
    });

    test('any row of steps leaves the files that plain arithmetic on strings predicts', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
          const files = new Map<string, string>();
          await disk.perform([...(await names()).map((path) => ({ kind: 'remove', path }) as const)]);
          for (const step of steps) {
            const outcome = await disk.perform([step]);
            expect([step, outcome.ok]).toEqual([step, predict(files, step)]);
          }
          expect(await names()).toEqual([...files.keys()].sort());
          for (const [path, expected] of files) expect(await contents(path)).toBe(expected);
        }),
        { seed: 7, numRuns: 60 },
      );
    });

    const names = async (): Promise<string[]> => ((await values([list]))[0] as readonly FileEntry[]).map(({ path }) => path);
  });
}

const path = fc.constantFrom('f', 'g', 'h');
const some = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 });
const anyStep: fc.Arbitrary<DiskStep> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), path, bytes: some.map(bytes) }),
  fc.record({ kind: fc.constant('write' as const), path, offset: fc.nat({ max: 9 }), bytes: some.map(bytes) }),
  fc.record({ kind: fc.constant('sync' as const), path }),
  fc.record({ kind: fc.constant('truncate' as const), path, length: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant('rename' as const), path, to: path }),
  fc.record({ kind: fc.constant('remove' as const), path }),
);

/** The obvious twin of a disk: changes the files and says whether the step succeeds. */
function predict(files: Map<string, string>, step: DiskStep): boolean {
  if (!('path' in step)) return true;
  const before = files.get(step.path);
  if (step.kind === 'append') files.set(step.path, (before ?? '') + text(step.bytes));
  else if (step.kind === 'write') {
    const old = (before ?? '').padEnd(step.offset, '\0');
    files.set(step.path, old.slice(0, step.offset) + text(step.bytes) + old.slice(step.offset + step.bytes.length));
  } else if (before === undefined) return false;
  else if (step.kind === 'truncate') files.set(step.path, before.slice(0, step.length).padEnd(step.length, '\0'));
  else if (step.kind === 'remove') files.delete(step.path);
  else if (step.kind === 'rename') {
    files.delete(step.path);
    files.set(step.to, before);
  }
  return true;
}
