import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../../../../src/core/base/bytestring.js';
import { logIndex } from '../../../../src/core/base/units.js';
import { applyEntry, cellsDigest, cellsOf, NO_CELLS, type Cells, type Entry } from '../../../../src/core/systems/quorum/cells.js';
import { KEPT_CELLS } from '../../../../src/core/systems/quorum/kept-cells.js';
import { text } from './quorum.js';

const key = fc.constantFrom('a', 'b').map(text);
const writeId = fc.integer({ min: 1, max: 9 });
const cell = fc
  .record({ writeId, value: fc.constantFrom<ByteString | null>(text('x'), text(''), null) })
  .map(({ writeId: id, value }) => ({ writeId: id, version: value === null ? 0 : id, value }));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: fc.constant('life' as const) }),
  fc.record({ kind: fc.constant('cell' as const), key, cell }),
  fc.record({ kind: fc.constant('drop' as const), key, writeId }),
);

/** A primary's entries count upwards; what comes from elsewhere and what is dropped is of any time. */
const entries = fc
  .array(fc.oneof(entry, fc.record({ key, value: cell.map((made) => made.value), keeps: fc.nat({ max: 9 }) })), { maxLength: 25 })
  .map((made) => {
    let last = 0;
    return made.map((each): Entry => {
      if ('kind' in each) {
        if (each.kind === 'cell') last = Math.max(last, each.cell.writeId);
        return each;
      }
      last++;
      return {
        kind: 'issue',
        key: each.key,
        cell: { writeId: last, version: each.value === null ? 0 : last, value: each.value },
        keeps: each.keeps,
      };
    });
  });

const after = (list: readonly Entry[]): Cells => list.reduce((cells, each) => applyEntry(cells, each), NO_CELLS);

test('every entry comes back from its bytes', () => {
  fc.assert(
    fc.property(entries, (list) => {
      for (const each of list) expect(KEPT_CELLS.decodeEntry(KEPT_CELLS.encodeEntry(each))).toEqual({ ok: true, value: each });
    }),
    { seed: 1 },
  );
});

test('a snapshot is the whole state: what comes after it does the same', () => {
  fc.assert(
    fc.property(entries, entries, (before, later) => {
      const cells = after(before);
      const decoded = KEPT_CELLS.decodeState(KEPT_CELLS.encodeState(cells));
      if (!decoded.ok) throw new Error(decoded.problem);
      const ids = (state: Cells) => ['a', 'b'].map((name) => cellsOf(state, text(name)));
      expect([decoded.value.lives, decoded.value.lastWriteId, decoded.value.keyCount, ids(decoded.value)]).toEqual([
        cells.lives,
        cells.lastWriteId,
        cells.keyCount,
        ids(cells),
      ]);
      expect(cellsDigest(decoded.value)).toBe(cellsDigest(cells));
      const rest = later.filter((each) => each.kind !== 'issue');
      expect(cellsDigest(rest.reduce(applyEntry, decoded.value))).toBe(cellsDigest(rest.reduce(applyEntry, cells)));
    }),
    { seed: 1 },
  );
});

/** The slow twin: the newest copy wins, a write given out counts until it is dropped, and whoever brought it back keeps it. */
function shownByDefinition(list: readonly Entry[], name: ByteString): number {
  const held = new Set<number>();
  const issued = new Set<number>();
  for (const each of list) {
    if (each.kind === 'life' || each.key !== name) continue;
    if (each.kind === 'cell') held.add(each.cell.writeId);
    if (each.kind === 'issue') issued.add(each.cell.writeId);
    if (each.kind === 'drop') issued.delete(each.writeId);
  }
  return Math.max(0, ...held, ...issued);
}

test('what a server shows after a restart is what the definition says', () => {
  fc.assert(
    fc.property(entries, (made) => {
      // What is kept beneath a write that may be dropped is what was shown: here, everything.
      const list = made.map((each): Entry => (each.kind === 'issue' ? { ...each, keeps: 0 } : each));
      for (const name of ['a', 'b'].map(text)) {
        const shown = cellsOf(after(list), name).find(({ standing }) => standing !== 'dropped')?.writeId ?? 0;
        expect(shown).toBe(shownByDefinition(list, name));
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('the last write that was given out is remembered after it was dropped', () => {
  const list: Entry[] = [
    { kind: 'issue', key: text('a'), cell: { writeId: 1, version: 1, value: text('x') }, keeps: 0 },
    { kind: 'issue', key: text('a'), cell: { writeId: 2, version: 2, value: text('y') }, keeps: 1 },
    { kind: 'drop', key: text('a'), writeId: 2 },
  ];
  expect(cellsOf(after(list), text('a')).map(({ writeId: id, standing }) => [id, standing])).toEqual([
    [2, 'dropped'],
    [1, 'issued'],
  ]);
});

test('a digest says whether two servers hold the same, in whatever order it came', () => {
  const one: Entry = { kind: 'cell', key: text('a'), cell: { writeId: 1, version: 1, value: text('x') } };
  const two: Entry = { kind: 'cell', key: text('b'), cell: { writeId: 2, version: 1, value: text('y') } };
  const three: Entry = { kind: 'cell', key: text('a'), cell: { writeId: 3, version: 2, value: text('z') } };
  expect(cellsDigest(after([one, two, three]))).toBe(cellsDigest(after([three, one, two])));
  expect(cellsDigest(after([one, two]))).not.toBe(cellsDigest(after([three, two])));
});

test('bytes of another version, or no entry at all, give one line', () => {
  expect(KEPT_CELLS.decodeEntry(Uint8Array.of(0x08, 9))).toEqual({ ok: false, problem: 'its kind is 9, which this version does not know' });
  expect(KEPT_CELLS.decodeState(Uint8Array.of(0x1a, 2, 0x08, 9))).toEqual({
    ok: false,
    problem: 'a cell stands as 9, which this version does not know',
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const found of [KEPT_CELLS.decodeEntry(bytes), KEPT_CELLS.decodeState(bytes)])
        if (!found.ok) expect(found.problem).toMatch(/^[^\n]+$/);
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(KEPT_CELLS.apply(NO_CELLS, logIndex(1), { kind: 'life' }).state.lives).toBe(1);
});
