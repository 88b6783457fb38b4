import type { Moment } from '../../coverage/moments.js';

/** What a server that keeps its log in core/storage can come to. */
export const STORAGE_MOMENTS = [
  { name: 'snapshot-taken', sentence: 'A server took a snapshot of its store.' },
  { name: 'recovered-with-log', sentence: 'A server found a log of an earlier life.' },
  { name: 'torn-tail-cut', sentence: 'Recovery met a torn record at the end of a log, and cut it.' },
  { name: 'recovery', sentence: 'Recovery had something to tell.', isRare: true },
] as const satisfies readonly Moment[];

export type StorageMoment = (typeof STORAGE_MOMENTS)[number]['name'];
