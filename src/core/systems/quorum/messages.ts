import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { unreachable } from '../../base/assert.js';
import type { Codecs } from '../../machine.js';
import { changeText, field, lineCodec, lineOf, token, type LineReader } from '../../wire/text/lines.js';
import { KEY_BYTES_MAX } from '../../wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { requestCodec } from '../../wire/protobuf/request.js';
import { responseCodec } from '../../wire/protobuf/response.js';
import type { Cell } from './cells.js';

/** What servers say to each other. Each may be lost, doubled, late and overtaken, and means the same all the same. */
export type QuorumMessage =
  /** Take this version of a key, unless you have a newer one, and say so when you have it durably. */
  | { readonly kind: 'replicate'; readonly key: ByteString; readonly cell: Cell }
  /** I have this write of its key durably, or a newer one. True for ever once it is said. */
  | { readonly kind: 'ack'; readonly writeId: number }
  | { readonly kind: 'nack'; readonly writeId: number; readonly reason: string }
  /** What do you hold? `readId` is the asker's number for the question; 0: it waits for no answer, and only compares. */
  | { readonly kind: 'read'; readonly readId: number; readonly key: ByteString }
  /** I hold this durably. `isSettled`: so many others do that it may be shown at once. Write 0: never written. */
  | { readonly kind: 'holds'; readonly readId: number; readonly key: ByteString; readonly cell: Cell; readonly isSettled: boolean };

/** Write ids above this are refused: the primary would soon have no number left. */
export const WRITE_ID_MAX = 4_503_599_627_370_495;

/**
 * THE LINES (wire/lines.ts says how keys and values stand on them). What people type may leave the field out.
 *
 *   REPLICATE_SYNC <write_id> [version=3] SET key value      ACK <write_id>
 *   REPLICATE_SYNC <write_id> [version=0] DELETE key         NACK <write_id> <reason>
 *   READ_SYNC <read_id> key
 *   HOLDS <read_id> write_id=7 version=3 settled=true SET key value
 */
export const quorumCodecs: Codecs<QuorumMessage, NodeRequest, NodeResponse> = {
  message: lineCodec<QuorumMessage>({
    write,
    read: { REPLICATE_SYNC: readReplicate, ACK: readAck, NACK: readNack, READ_SYNC: readRead, HOLDS: readHolds },
  }),
  request: requestCodec,
  response: responseCodec,
};

function write(message: QuorumMessage): ByteString {
  switch (message.kind) {
    case 'replicate':
      return lineOf(
        'REPLICATE_SYNC',
        `${message.cell.writeId}`,
        field('version', message.cell.version),
        cellText(message.key, message.cell),
      );
    case 'ack':
      return lineOf('ACK', `${message.writeId}`);
    case 'nack':
      return lineOf('NACK', `${message.writeId}`, message.reason);
    case 'read':
      return lineOf('READ_SYNC', `${message.readId}`, token(message.key));
    case 'holds': {
      const { readId, key, cell, isSettled } = message;
      return lineOf(
        'HOLDS',
        `${readId}`,
        field('write_id', cell.writeId),
        field('version', cell.version),
        field('settled', isSettled),
        cellText(key, cell),
      );
    }
    default:
      return unreachable(message);
  }
}

function cellText(key: ByteString, { value }: Cell): string {
  return changeText(value === null ? { op: 'delete', key } : { op: 'set', key, value });
}

function readReplicate(line: LineReader): QuorumMessage {
  const writeId = writeIdOf(line, line.wholeWord('the write id'));
  if (writeId === 0) line.fail('the write id is not 1 or more');
  const version = line.optionalWhole('version');
  const change = line.change();
  const value = change.op === 'set' ? change.value : null;
  return { kind: 'replicate', key: change.key, cell: { writeId, version: value === null ? 0 : (version ?? 1), value } };
}

function readAck(line: LineReader): QuorumMessage {
  return { kind: 'ack', writeId: line.wholeWord('the write id') };
}

function readNack(line: LineReader): QuorumMessage {
  return { kind: 'nack', writeId: line.wholeWord('the write id'), reason: line.hasMore() ? line.rest() : EMPTY };
}

function readRead(line: LineReader): QuorumMessage {
  const readId = line.wholeWord('the read id');
  const key = line.token('the key');
  if (key === EMPTY || key.length > KEY_BYTES_MAX) line.fail(`the key is not 1 to ${KEY_BYTES_MAX} bytes long`);
  return { kind: 'read', readId, key };
}

function readHolds(line: LineReader): QuorumMessage {
  const readId = line.wholeWord('the read id');
  const writeId = writeIdOf(line, line.whole('write_id'));
  const version = line.whole('version');
  const isSettled = line.flag('settled');
  const change = line.change();
  return {
    kind: 'holds',
    readId,
    key: change.key,
    cell: { writeId, version, value: change.op === 'set' ? change.value : null },
    isSettled,
  };
}

function writeIdOf(line: LineReader, writeId: number): number {
  if (writeId > WRITE_ID_MAX) line.fail(`the write id is above ${WRITE_ID_MAX}`);
  return writeId;
}
