import { viewOf } from '../core/storage/bytes.js';
import { snapshotNumber } from '../core/storage/snapshot-format.js';
import { readRecord } from '../core/storage/wal-read.js';
import { readWalHead, segmentCrc, walNumber, WAL_HEAD_BYTES } from '../core/storage/wal-format.js';
import type { SimDisk } from './disk.js';
import type { Damage } from './disk-damage.js';

/** A bit in a log file. */
export interface CoveredPlace {
  readonly path: string;
  readonly offset: number;
  readonly bit: number;
}

/**
 * A place in the middle of what is durable in a log file, before one that a later record marks as durable. So
 * recovery can see that something is gone that had been promised, and mistaking it for a torn tail loses
 * committed entries (Alagappan et al., FAST 2018).
 *
 * @param which Which of the files that offer such a place, in [0, 1).
 * @param where Which bit of it, in [0, 1).
 * @returns null when no file offers such a place.
 */
export function coveredPlace(disk: SimDisk, which: number, where: number): CoveredPlace | null {
  const offers: { readonly path: string; readonly coveredTo: number }[] = [];
  for (const { path } of disk.list()) {
    const durable = walNumber(path) === null ? null : disk.durableBytes(path);
    const coveredTo = durable === null ? 0 : coveredEnd(durable);
    if (coveredTo > WAL_HEAD_BYTES) offers.push({ path, coveredTo });
  }
  const chosen = offers[Math.floor(which * offers.length)];
  if (chosen === undefined) return null;
  const place = Math.floor(where * (chosen.coveredTo - WAL_HEAD_BYTES) * 8);
  return { path: chosen.path, offset: WAL_HEAD_BYTES + (place >> 3), bit: place & 7 };
}

/** Flips one bit, for good, at such a place; the parameters are those of {@link coveredPlace}. */
export function rotCoveredByte(disk: SimDisk, which: number, where: number): Damage | null {
  const place = coveredPlace(disk, which, where);
  return place === null ? null : disk.rot(place.path, place.offset, place.bit);
}

/**
 * Flips one bit, for good, anywhere in what is durable: in one of the snapshots in half of the cases, where there is
 * one, else in one of the other files.
 *
 * @param which Which of the files, in [0, 1).
 * @param where Which bit of it, in [0, 1).
 * @returns null when nothing is durable yet.
 */
export function rotAnywhere(disk: SimDisk, which: number, where: number): Damage | null {
  const files = disk.survey('medium', false).filter(({ bytes }) => bytes.length > 0);
  const snapshots = files.filter(({ path }) => snapshotNumber(path) !== null);
  const others = files.filter(({ path }) => snapshotNumber(path) === null);
  const offers = snapshots.length > 0 && (which < 0.5 || others.length === 0) ? snapshots : others;
  const file = offers[Math.floor(((which * 2) % 1) * offers.length)];
  if (file === undefined) return null;
  const place = Math.floor(where * file.bytes.length * 8);
  return disk.rot(file.path, place >> 3, place & 7);
}

/** All before this place was durable when a later record of the same file was written. */
function coveredEnd(durable: Uint8Array): number {
  const sight = readWalHead(durable);
  if (sight.kind !== 'whole') return 0;
  const crc = segmentCrc(sight.identity, sight.head.segment);
  const view = viewOf(durable);
  let coveredTo = 0;
  for (let at = WAL_HEAD_BYTES; at < durable.length; ) {
    const record = readRecord(durable, view, at, crc, at);
    if (record.kind !== 'whole') break;
    coveredTo = Math.max(coveredTo, record.batchOffset);
    at += record.sizeBytes;
  }
  return coveredTo;
}
