import type { Moment } from '../coverage/moments.js';

/** What clients of a key-value store can come to, of whatever system. */
export const CLIENT_MOMENTS = [
  { name: 'client-session-registered', sentence: 'A client had its session.' },
  { name: 'client-goes-without-sessions', sentence: 'A client learned that its servers keep no sessions, and went on without.' },
  { name: 'client-command-repeated', sentence: 'A client sent a command again whose fate it did not know.' },
  { name: 'client-maybe', sentence: 'A client gave up a call that may have taken effect.' },
  { name: 'client-was-told-failed', sentence: 'An application was told that its call certainly had no effect.' },
  { name: 'put-met-version-conflict', sentence: 'A put expected another version than was there.' },
  { name: 'client-found-no-key', sentence: 'A call found no such key.' },
  { name: 'stale-read-was-old', sentence: 'A read that any server may answer showed a version below one that had been told before.' },
  { name: 'client-session-expired', sentence: 'A client learned that its session was dropped.', isRare: true },
] as const satisfies readonly Moment[];

export type ClientMoment = (typeof CLIENT_MOMENTS)[number]['name'];
