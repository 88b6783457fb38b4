import type { Moment } from '../../coverage/moments.js';

/** What writes can come to wherever servers wait for others. */
export const WRITE_QUORUM_MISSED = {
  name: 'write-quorum-missed',
  sentence: 'A write did not get its quorum in time, and its client was told so (systems quorum, simple-election).',
} as const satisfies Moment;

/** What servers of quorum can come to. */
export const QUORUM_MOMENTS = [
  WRITE_QUORUM_MISSED,
  { name: 'read-wrote-back', sentence: 'A read found its newest value on too few servers, and made more copies before it answered.' },
  { name: 'stale-server-repaired', sentence: 'Two servers compared a key, and the one with the older copy got the newer.' },
  { name: 'stale-reads-possible', sentence: 'A server was started with W + R <= N, and said what that means.' },
  {
    name: 'absurd-write-id-ignored',
    sentence: 'A message spoke of a write that no writes can have led to, and nobody believed it.',
    isRare: true,
  },
] as const satisfies readonly Moment[];

export type QuorumMoment = (typeof QUORUM_MOMENTS)[number]['name'];
