import type { NodeResponse } from '../../wire/protocol.js';
import type { PeerMessage } from './messages.js';
import type { ReplicationState } from './state.js';

/** What of a server's state goes into a run's digest after each of its steps: one cheap integer. */
export function replicationFingerprint({ role, epoch, position, store, joining, followers, journal }: ReplicationState): number {
  let mixed = Math.imul((epoch | 0) ^ Math.floor(epoch / 4_294_967_296), 0x9e3779b1) ^ position ^ (role === 'primary' ? 1 : 0);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ store.laneA;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (joining === null ? 0 : joining.join ^ joining.piece);
  for (const { id, confirmed, sent } of followers) mixed = Math.imul(mixed ^ id ^ confirmed, 0x27d4eb2f) ^ sent;
  return mixed ^ Math.imul(journal.lastIndex + journal.held.size, 0x165667b1);
}

/** The same for what a server sends: a message, or an answer to a client. */
export function replicationMessageFingerprint(message: PeerMessage | NodeResponse): number {
  if ('id' in message) return message.id;
  const place = 'position' in message ? message.position : 'join' in message ? message.join : 0;
  const piece = 'piece' in message ? message.piece + 1 : 0;
  return Math.imul(place ^ (piece << 20), 0x9e3779b1) ^ (message.kind.length << 5) ^ message.kind.charCodeAt(0);
}
