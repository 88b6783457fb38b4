import type { Damage } from './damage.js';
import type { SimDirectory } from './directory.js';

/** What a disk held at one moment, to be put back later. Opaque. */
export interface DiskImage {
  readonly directory: SimDirectory;
}

/** Damage with the name of its file: the one it has after a power loss, else the one it has now. */
export interface FoundDamage {
  readonly path: string;
  readonly damage: Damage;
}

/** Whose names and whose bytes: see {@link SimDisk.survey}. */
export type Layer = 'medium' | 'named' | 'cache';

/** A file as a recovery would see it; a read that touches what is unreadable fails. */
export interface SurveyedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  isUnreadable(from: number, to: number): boolean;
}
