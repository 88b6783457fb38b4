import type { Moment } from '../../coverage/moments.js';

/** What any election of a leader can come to. */
export const ELECTION_MOMENTS = [
  { name: 'stood-for-election', sentence: 'A server began a candidacy in a new term.' },
  { name: 'leader-elected', sentence: 'A candidate had the votes of a majority.' },
  { name: 'election-undecided', sentence: 'A candidate had no majority when its time was over, and began to ask anew.' },
  { name: 'leader-met-a-newer-term', sentence: 'A leader heard of a term above its own and gave way.' },
  {
    name: 'absurd-term-ignored',
    sentence: 'A message spoke of a term that no elections can have led to, and nobody believed it.',
    isRare: true,
  },
  { name: 'no-term-left', sentence: 'A server in the last term of all let its election pass, as no term comes after it.', isRare: true },
] as const satisfies readonly Moment[];

export type ElectionMoment = (typeof ELECTION_MOMENTS)[number]['name'];
