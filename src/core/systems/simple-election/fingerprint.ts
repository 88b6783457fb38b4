import type { NodeResponse } from '../../wire/protocol.js';
import type { ElectionMessage } from './messages.js';
import type { ElectionState } from './state.js';

/** What of a server's state goes into a run's digest after each of its steps: one cheap integer. */
export function electionFingerprint({ journal, role, currentTerm, votedFor, leaderId, writes, electionDueUs }: ElectionState): number {
  let mixed = Math.imul(currentTerm, 0x9e3779b1) ^ journal.lastIndex;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ journal.lastApplied;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (votedFor + (leaderId << 5) + (writes.size << 10));
  return mixed ^ Math.imul(role.length, 0x27d4eb2f) ^ electionDueUs;
}

/** What of a message or answer goes into a run's digest when it is sent: one cheap integer over its numbers. */
export function electionMessageFingerprint(message: ElectionMessage | NodeResponse): number {
  switch (message.kind) {
    case 'heartbeat':
      return three(1, message.term, message.leader);
    case 'voteRequest':
      return three(2, message.term, message.candidate);
    case 'voteResponse':
      return three(message.granted ? 3 : 4, message.term, 0);
    case 'replicate':
      return three(5, message.writeId, message.term);
    case 'ack':
    case 'nack':
      return three(6, message.writeId, message.kind.length);
    case 'done':
      return three(7 + message.result.status.length, message.id, message.result.version);
    default:
      return message.id;
  }
}

/** Three integers as one; the place of each counts. */
function three(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ b;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ c;
  return mixed ^ (mixed >>> 16);
}
