import { assert, unreachable } from '../../base/assert.js';
import type { ByteString } from '../../base/bytestring.js';
import type { StoreResult } from '../../store/command.js';
import { EMPTY } from '../../base/bytestring.js';
import { Hasher, hexOf } from '../../store/digest.js';
import { OrderedMap } from '../../store/ordered-map.js';

/**
 * One version of one key. A delete is a version too (a tombstone): a server that missed it must not bring
 * back what was deleted.
 */
export interface Cell {
  /** The order of all writes: the primary counts them. Unique; 1 or more. */
  readonly writeId: number;
  /** As clients see it: 1 for a key that was absent before, then one more for each write; 0 for a tombstone. */
  readonly version: number;
  /** null: deleted. */
  readonly value: ByteString | null;
}

/**
 * `held`: shown to whoever reads. `issued`: the primary gave the write out, and shows it unless it still waits for W.
 * `dropped`: it did not get W here; remembered only as the last that was given out.
 */
export type Standing = 'held' | 'issued' | 'dropped';

export interface StandingCell extends Cell {
  readonly standing: Standing;
}

/** What a server's journal says, one entry each. */
export type Entry =
  /** A boot. */
  | { readonly kind: 'life' }
  /** A copy that came from another server. */
  | { readonly kind: 'cell'; readonly key: ByteString; readonly cell: Cell }
  /** A write that the primary is about to give out; `keeps` is the write that it shows until then, 0 for none. */
  | { readonly kind: 'issue'; readonly key: ByteString; readonly cell: Cell; readonly keeps: number }
  /** A write that was given out did not get its quorum: it is not applied here. */
  | { readonly kind: 'drop'; readonly key: ByteString; readonly writeId: number };

/** All that a server keeps: a pure function of its journal's entries. */
export interface Cells {
  /** Boots so far. */
  readonly lives: number;
  /** The highest write ever seen here, 0 for none. */
  readonly lastWriteId: number;
  /** Newest first, never empty. One on most servers; on the primary those that wait for W stand before what it shows. */
  readonly keys: OrderedMap<ByteString, readonly StandingCell[]>;
  /** Keys whose newest cell that was not dropped has a value. */
  readonly keyCount: number;
  /** Two sums over the newest cell of each key that was not dropped (store/digest.ts). */
  readonly laneA: number;
  readonly laneB: number;
}

export const NO_CELLS: Cells = { lives: 0, lastWriteId: 0, keys: OrderedMap.empty(), keyCount: 0, laneA: 0, laneB: 0 };

/** Nobody ever wrote it: what every key is before its first write. */
export const NEVER_WRITTEN: Cell = { writeId: 0, version: 0, value: null };

export function applyEntry(cells: Cells, entry: Entry): Cells {
  switch (entry.kind) {
    case 'life':
      return { ...cells, lives: cells.lives + 1 };
    case 'cell':
      return withCells(cells, entry.key, placed(cellsOf(cells, entry.key), entry.cell), entry.cell.writeId);
    case 'issue': {
      const kept = cellsOf(cells, entry.key).filter(({ writeId, standing }) => writeId >= entry.keeps && standing !== 'dropped');
      return withCells(cells, entry.key, [standingAs(entry.cell, 'issued'), ...kept], entry.cell.writeId);
    }
    case 'drop':
      return withCells(cells, entry.key, dropped(cellsOf(cells, entry.key), entry.writeId), entry.writeId);
    default:
      return unreachable(entry);
  }
}

/** All that is kept of a key, newest first. */
export function cellsOf(cells: Cells, key: ByteString): readonly StandingCell[] {
  return cells.keys.get(key) ?? [];
}

/** The version that a client is told of, or that there is none. */
export function resultOf({ version, value }: Cell): StoreResult {
  return value === null ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'ok', version, value };
}

/** 16 hex digits over what stands here; equal on servers that hold the same. */
export function cellsDigest({ keys, laneA, laneB }: Cells): string {
  const hasher = new Hasher(laneA, laneB);
  hasher.number(keys.size);
  hasher.end();
  return hexOf(hasher.laneA, hasher.laneB);
}

/** A copy from elsewhere: whatever is older is needed no more, and what is newer stays before it. */
function placed(before: readonly StandingCell[], cell: Cell): readonly StandingCell[] {
  return [...before.filter(({ writeId }) => writeId > cell.writeId), standingAs(cell, 'held')];
}

/** Nothing happens to one that others brought back meanwhile. The last that was given out is remembered. */
function dropped(before: readonly StandingCell[], writeId: number): readonly StandingCell[] {
  const isIt = (cell: StandingCell): boolean => cell.writeId === writeId && cell.standing === 'issued';
  const [newest, ...older] = before;
  if (newest !== undefined && isIt(newest)) return [standingAs(newest, 'dropped'), ...older];
  return before.filter((cell) => !isIt(cell));
}

function standingAs({ writeId, version, value }: Cell, standing: Standing): StandingCell {
  return { writeId, version, value, standing };
}

/** Rebuilds what a snapshot held of one key. */
export function withCells(cells: Cells, key: ByteString, after: readonly StandingCell[], writeId: number): Cells {
  assert(
    after.every((cell, i) => i === 0 || cell.writeId < (after[i - 1] as Cell).writeId),
    'the cells of a key stand newest first',
  );
  const before = cellsOf(cells, key);
  const lost = hashOf(key, before);
  const won = hashOf(key, after);
  return {
    lives: cells.lives,
    lastWriteId: Math.max(cells.lastWriteId, writeId),
    keys: after.length === 0 ? cells.keys.without(key) : cells.keys.with(key, after),
    keyCount: cells.keyCount + (isThere(after) ? 1 : 0) - (isThere(before) ? 1 : 0),
    laneA: (cells.laneA + won.laneA - lost.laneA) | 0,
    laneB: (cells.laneB + won.laneB - lost.laneB) | 0,
  };
}

const newestKept = (cells: readonly StandingCell[]): StandingCell | undefined => cells.find(({ standing }) => standing !== 'dropped');

function isThere(cells: readonly StandingCell[]): boolean {
  return (newestKept(cells)?.value ?? null) !== null;
}

function hashOf(key: ByteString, cells: readonly StandingCell[]): { readonly laneA: number; readonly laneB: number } {
  const cell = newestKept(cells);
  if (cell === undefined) return { laneA: 0, laneB: 0 };
  const hasher = new Hasher(3, ~3);
  hasher.text(key);
  hasher.number(cell.writeId);
  hasher.number(cell.version);
  if (cell.value !== null) hasher.text(cell.value);
  hasher.end();
  return hasher;
}
