import type { Damage, DamageKind } from './disk-damage.js';
import type { SimDirectory } from './disk-directory.js';
import { SECTOR_BYTES, type SimFile } from './disk-file.js';
import type { Lie } from './disk-ills.js';

/** Gives damage the next number of its disk. */
type NewDamage = (kind: DamageKind, offset: number, lengthBytes: number, text: string) => Damage;

interface NamedFile {
  readonly path: string;
  readonly file: SimFile;
}

/**
 * Ends a sync as {@link SimDisk.lieOnNextSync} says, if there is a sector to lie about; else honestly.
 *
 * @returns Whether the lie was told.
 */
export function settleLying(directory: SimDirectory, { path, file }: NamedFile, mark: number, { kind, which, where }: Lie, newDamage: NewDamage): boolean {
  const before = file.durable().slice();
  file.settle(mark);
  const after = file.durable().slice();
  const changed = sectorsThatDiffer(before, after);
  const sector = changed[Math.floor(which * changed.length)];
  if (sector === undefined) return false;
  const meant = sectorOf(after, sector);
  const old = new Uint8Array(meant.length);
  old.set(sectorOf(before, sector).subarray(0, old.length));
  const text = `bytes ${sector * SECTOR_BYTES} to ${sector * SECTOR_BYTES + meant.length - 1} of ${path} hold what stood there before the last write`;
  file.lay(newDamage('stale', sector * SECTOR_BYTES, old.length, text), old, false);
  if (kind === 'misdirected') misdirect(directory, meant, { path, sector }, where, newDamage);
  return true;
}

/** The bytes go to some other sector of the disk, as far as its file reaches. */
function misdirect(directory: SimDirectory, meant: Uint8Array, from: { readonly path: string; readonly sector: number }, where: number, newDamage: NewDamage): void {
  const places = directory.durablePaths().flatMap((path) => {
    const file = directory.findDurable(path) as SimFile;
    const sectors = Math.ceil(file.pristine().length / SECTOR_BYTES);
    return Array.from({ length: sectors }, (_, sector) => ({ path, file, sector }));
  }).filter(({ path, sector }) => path !== from.path || sector !== from.sector);
  const place = places[Math.floor(where * places.length)];
  if (place === undefined) return;
  const offset = place.sector * SECTOR_BYTES;
  const bytes = meant.slice(0, place.file.pristine().length - offset);
  const text = `bytes ${offset} to ${offset + bytes.length - 1} of ${place.path} hold what was meant for byte ${from.sector * SECTOR_BYTES} of ${from.path}`;
  place.file.lay(newDamage('misdirected', offset, bytes.length, text), bytes, false);
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
