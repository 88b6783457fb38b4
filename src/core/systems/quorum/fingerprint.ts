import type { NodeResponse } from '../../wire/protocol.js';
import type { QuorumMessage } from './messages.js';
import type { QuorumState } from './state.js';

/** What of a server's state goes into a run's digest after each of its steps: one cheap integer. */
export function quorumFingerprint({ journal, writes, reads, spreads, lastWriteId, lastReadId, dueUs }: QuorumState): number {
  let mixed = Math.imul(journal.state.laneA, 0x9e3779b1) ^ journal.lastIndex;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ journal.lastApplied;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (writes.size + (reads.size << 8) + (spreads.size << 16));
  return mixed ^ Math.imul(lastWriteId ^ lastReadId, 0x27d4eb2f) ^ dueUs;
}

/** What of a message or answer goes into a run's digest when it is sent: one cheap integer over its numbers. */
export function quorumMessageFingerprint(message: QuorumMessage | NodeResponse): number {
  switch (message.kind) {
    case 'replicate':
      return three(1, message.cell.writeId, message.cell.version);
    case 'ack':
    case 'nack':
      return three(2, message.writeId, message.kind.length);
    case 'read':
      return three(3, message.readId, message.key.length);
    case 'holds':
      return three(4 + (message.isSettled ? 1 : 0), message.readId, message.cell.writeId);
    case 'done':
      return three(6 + message.result.status.length, message.id, message.result.version);
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
