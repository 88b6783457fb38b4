import type { Recovery } from '../../../core/recovery.js';
import type { SimDisk, SurveyedFile } from '../../disk/disk.js';
import type { Damage } from '../../disk/damage.js';

/** A bit in a file. */
export interface CoveredPlace {
  readonly path: string;
  readonly offset: number;
  readonly bit: number;
}

/**
 * A place in what is durable, where the system's recovery is sure to notice damage: something is gone there that had been promised,
 * and mistaking it for a torn tail loses it (Alagappan et al., FAST 2018).
 *
 * @param which Which of the files that offer such a place, in [0, 1).
 * @param where Which bit of it, in [0, 1).
 * @returns null when no file offers such a place.
 */
export function coveredPlace(disk: SimDisk, recovery: Recovery, which: number, where: number): CoveredPlace | null {
  const offers = disk.list().flatMap(({ path }) => {
    const durable = disk.durableBytes(path);
    const span = durable === null ? null : recovery.covered(path, durable);
    return span === null ? [] : [{ path, span }];
  });
  const chosen = offers[Math.floor(which * offers.length)];
  if (chosen === undefined) return null;
  const { from, to } = chosen.span;
  const place = Math.floor(where * (to - from) * 8);
  return { path: chosen.path, offset: from + (place >> 3), bit: place & 7 };
}

/** Flips one bit, for good, at such a place; the parameters are those of {@link coveredPlace}. */
export function rotCoveredByte(disk: SimDisk, recovery: Recovery, which: number, where: number): Damage | null {
  const place = coveredPlace(disk, recovery, which, where);
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
export function rotAnywhere(disk: SimDisk, recovery: Recovery, which: number, where: number): Damage | null {
  const file = anyFile(disk, recovery, which);
  if (file === null) return null;
  const place = Math.floor(where * file.bytes.length * 8);
  return disk.rot(file.path, place >> 3, place & 7);
}

/**
 * Takes away the end of a durable file, chosen as {@link rotAnywhere} does: in half of the cases from where it ended after an earlier
 * sync on, which is between two things that were written one after the other; else from any byte on.
 *
 * @param where Where it ends from then on, in [0, 1).
 * @returns null when nothing is durable yet.
 */
export function shortenAnywhere(disk: SimDisk, recovery: Recovery, which: number, where: number): Damage | null {
  const file = anyFile(disk, recovery, which);
  if (file === null) return null;
  const earlierEnds = disk.earlierEnds(file.path);
  const isAtEarlierEnd = where < 0.5 && earlierEnds.length > 0;
  const share = (where * 2) % 1;
  const end = isAtEarlierEnd ? earlierEnds[Math.floor(share * earlierEnds.length)] : undefined;
  return disk.shorten(file.path, end ?? Math.floor(share * file.bytes.length));
}

/** One of the durable files in which there is anything. */
function anyFile(disk: SimDisk, recovery: Recovery, which: number): SurveyedFile | null {
  const files = disk.survey('medium', false).filter(({ bytes }) => bytes.length > 0);
  const isSnapshot = ({ path }: { readonly path: string }): boolean => recovery.isSnapshot?.(path) === true;
  const snapshots = files.filter(isSnapshot);
  const others = files.filter((file) => !isSnapshot(file));
  const offers = snapshots.length > 0 && (which < 0.5 || others.length === 0) ? snapshots : others;
  return offers[Math.floor(((which * 2) % 1) * offers.length)] ?? null;
}
