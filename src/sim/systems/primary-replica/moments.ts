import type { Moment } from '../../coverage/moments.js';

/** What a primary and its replicas can come to. */
export const PRIMARY_REPLICA_MOMENTS = [
  { name: 'primary-promoted', sentence: 'An operator made a replica the primary, and its disk knew.' },
  { name: 'primary-stepped-down', sentence: 'A primary heard of a successor, and followed it.' },
  { name: 'replica-joined', sentence: 'A replica had the whole of a snapshot, and began to follow.' },
  { name: 'replica-gap-found', sentence: 'A replica learned that a change was lost on its way, and asked for it.' },
  { name: 'replica-resynced', sentence: 'A replica was told that what it needs is forgotten, and joined anew.' },
  { name: 'replica-forgotten', sentence: 'A primary had not heard a replica for too long, and forgot it.' },
  { name: 'join-refused', sentence: 'A server that was asked for a snapshot gave none, and said why.' },
  { name: 'typed-change-ignored', sentence: 'A bare change came to a replica that has a primary.', isRare: true },
] as const satisfies readonly Moment[];

export type PrimaryReplicaMoment = (typeof PRIMARY_REPLICA_MOMENTS)[number]['name'];
