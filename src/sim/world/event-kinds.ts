import type { EventKind } from './observer.js';

// What the events of a world's queue are, as numbers.
export const ARRIVAL = 1;
export const WAKE = 2;
export const DISK = 3;
export const REQUEST = 4;
export const CALL = 5;
/** A message that reached a process, which reads it now: at once, or when it is held back no more. */
export const READ = 6;
/** A slow process is done with an input. */
export const WORKED = 7;

/** Their names, by number. */
export const KINDS: readonly EventKind[] = ['call', 'arrival', 'wake', 'disk', 'request', 'call', 'read', 'worked'];
