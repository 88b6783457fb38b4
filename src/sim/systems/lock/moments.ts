import type { Moment } from '../../coverage/moments.js';

/** What clients that want locks can come to. */
export const LOCK_MOMENTS = [
  { name: 'lock-changed-hands', sentence: 'A client held a lock that another had held before.' },
  { name: 'lock-found-held-by-reading', sentence: 'A client learned from a read that its put of an own token had taken effect.' },
  { name: 'lock-call-in-doubt', sentence: 'A client was told that a lock may be held in its name, or may still be.' },
] as const satisfies readonly Moment[];

export type LockMoment = (typeof LOCK_MOMENTS)[number]['name'];
