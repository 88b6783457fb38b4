import { advance, bitsOf } from '../../core/base/random.js';
import type { Damage, DamageFacts } from './damage.js';
import type { SimDirectory } from './directory.js';
import { SECTOR_BYTES, type SimFile } from './file.js';
import type { Lie } from './pending-faults.js';

/** Gives damage the next number of its disk. */
type NewDamage = (facts: DamageFacts) => Damage;

interface NamedFile {
  readonly path: string;
  readonly file: SimFile;
}

/**
 * Ends a sync as {@link SimDisk.lieOnNextSync} says, if there is a sector to lie about; else honestly.
 *
 * @returns What it did; nothing where the lie was not told.
 */
export function settleLying(
  directory: SimDirectory,
  { path, file }: NamedFile,
  mark: number,
  { kind, which, where }: Lie,
  newDamage: NewDamage,
): readonly Damage[] {
  const before = file.durable().slice();
  file.settle(mark);
  const after = file.durable().slice();
  const changed = sectorsThatDiffer(before, after);
  const sector = changed[Math.floor(which * changed.length)];
  if (sector === undefined) return [];
  const meant = sectorOf(after, sector);
  const old = new Uint8Array(meant.length);
  old.set(sectorOf(before, sector).subarray(0, old.length));
  const place = { path, offset: sector * SECTOR_BYTES, lengthBytes: old.length };
  if (kind === 'junk') {
    const junk = newDamage({ kind, ...place });
    file.lay(junk, junkOf(old.length, where), false);
    return [junk];
  }
  if (kind === 'shorn') {
    const { first, last } = spanThatDiffers(old, meant);
    // Some of what changed is there, and some is not, where more than one byte did.
    const newBytes = first + 1 + Math.floor(where * Math.max(last - first, 1));
    const bytes = old.slice();
    bytes.set(meant.subarray(0, Math.min(newBytes, last)));
    const shorn = newDamage({ kind, ...place, newBytes: Math.min(newBytes, last) });
    file.lay(shorn, bytes, false);
    return [shorn];
  }
  const stale = newDamage({ kind: 'stale', ...place });
  file.lay(stale, old, false);
  const misdirected = kind === 'misdirected' ? misdirect(directory, meant, { path, sector }, where, newDamage) : null;
  return misdirected === null ? [stale] : [stale, misdirected];
}

/** The bytes go to some other sector of the disk, as far as its file reaches. */
function misdirect(
  directory: SimDirectory,
  meant: Uint8Array,
  from: { readonly path: string; readonly sector: number },
  where: number,
  newDamage: NewDamage,
): Damage | null {
  const places = directory
    .durablePaths()
    .flatMap((path) => {
      const file = directory.findDurable(path) as SimFile;
      const sectors = Math.ceil(file.pristine().length / SECTOR_BYTES);
      return Array.from({ length: sectors }, (_, sector) => ({ path, file, sector }));
    })
    .filter(({ path, sector }) => path !== from.path || sector !== from.sector);
  const place = places[Math.floor(where * places.length)];
  if (place === undefined) return null;
  const offset = place.sector * SECTOR_BYTES;
  const bytes = meant.slice(0, place.file.pristine().length - offset);
  const damage = newDamage({
    kind: 'misdirected',
    path: place.path,
    offset,
    lengthBytes: bytes.length,
    meantFor: { path: from.path, offset: from.sector * SECTOR_BYTES },
  });
  place.file.lay(damage, bytes, false);
  return damage;
}

/** Bytes that a draw in [0, 1) chooses. */
function junkOf(length: number, draw: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let bits = Math.floor(draw * 4_294_967_296) | 0;
  for (let i = 0; i < length; i++) {
    bits = advance(bits);
    bytes[i] = bitsOf(bits) & 0xff;
  }
  return bytes;
}

/** The first and the last byte in which two sectors of one length differ; they do. */
function spanThatDiffers(one: Uint8Array, other: Uint8Array): { readonly first: number; readonly last: number } {
  let first = 0;
  while (one[first] === other[first]) first++;
  let last = one.length - 1;
  while (one[last] === other[last]) last--;
  return { first, last };
}

function sectorOf(bytes: Uint8Array, sector: number): Uint8Array {
  return bytes.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
}

/** Sectors of `after` that are not as they were in `before`, ascending. What was not there before counts as zeros. */
function sectorsThatDiffer(before: Uint8Array, after: Uint8Array): readonly number[] {
  const sectors: number[] = [];
  for (let at = 0; at < after.length; at++) {
    if (after[at] === (before[at] ?? 0)) continue;
    const sector = Math.floor(at / SECTOR_BYTES);
    sectors.push(sector);
    at = (sector + 1) * SECTOR_BYTES - 1;
  }
  return sectors;
}
