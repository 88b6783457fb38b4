import { unreachable } from '../../base/assert.js';
import type { ByteString } from '../../base/bytestring.js';
import { NOBODY, nodeId, term, type NodeId, type Term } from '../../base/units.js';
import type { Codecs } from '../../machine.js';
import { changeText, field, lineCodec, lineOf, type LineReader } from '../../wire/text/lines.js';
import { NODE_ID_MAX } from '../../wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { requestCodec } from '../../wire/protobuf/request.js';
import { responseCodec } from '../../wire/protobuf/response.js';
import type { Cell } from './data.js';

/** What servers say to each other. */
export type ElectionMessage =
  | { readonly kind: 'heartbeat'; readonly term: Term; readonly leader: NodeId }
  | { readonly kind: 'voteRequest'; readonly term: Term; readonly candidate: NodeId }
  | { readonly kind: 'voteResponse'; readonly term: Term; readonly granted: boolean }
  /** The leader of `term` wrote this: take it. `term` 0: typed by hand, and taken from whoever sends it. */
  | { readonly kind: 'replicate'; readonly writeId: number; readonly term: Term; readonly key: ByteString; readonly cell: Cell }
  | { readonly kind: 'ack'; readonly writeId: number }
  | { readonly kind: 'nack'; readonly writeId: number; readonly reason: string };

/**
 * THE LINES (wire/lines.ts says how keys and values stand on them). What people type may leave out what stands in brackets.
 *
 *   HEARTBEAT term=5 leader=node1
 *   VOTE_REQUEST term=6 candidate=node2
 *   VOTE_RESPONSE term=6 granted=true
 *   REPLICATE_SYNC <write_id> [term=6] [version=3] SET key value       ACK <write_id>
 *   REPLICATE_SYNC <write_id> [term=6] DELETE key                      NACK <write_id> <reason>
 */
export const electionCodecs: Codecs<ElectionMessage, NodeRequest, NodeResponse> = {
  message: lineCodec<ElectionMessage>({
    write,
    read: {
      HEARTBEAT: (line) => ({ kind: 'heartbeat', term: term(line.whole('term')), leader: nodeNamed(line, 'leader') }),
      VOTE_REQUEST: (line) => ({ kind: 'voteRequest', term: term(line.whole('term')), candidate: nodeNamed(line, 'candidate') }),
      VOTE_RESPONSE: (line) => ({ kind: 'voteResponse', term: term(line.whole('term')), granted: line.flag('granted') }),
      REPLICATE_SYNC: readReplicate,
      ACK: (line) => ({ kind: 'ack', writeId: line.wholeWord('the write id') }),
      NACK: (line) => ({ kind: 'nack', writeId: line.wholeWord('the write id'), reason: line.hasMore() ? line.rest() : '' }),
    },
  }),
  request: requestCodec,
  response: responseCodec,
};

function write(message: ElectionMessage): ByteString {
  switch (message.kind) {
    case 'heartbeat':
      return lineOf('HEARTBEAT', field('term', message.term), field('leader', nameOf(message.leader)));
    case 'voteRequest':
      return lineOf('VOTE_REQUEST', field('term', message.term), field('candidate', nameOf(message.candidate)));
    case 'voteResponse':
      return lineOf('VOTE_RESPONSE', field('term', message.term), field('granted', message.granted));
    case 'replicate': {
      const { key, cell } = message;
      const change = changeText(cell.value === null ? { op: 'delete', key } : { op: 'set', key, value: cell.value });
      return lineOf('REPLICATE_SYNC', `${message.writeId}`, field('term', message.term), field('version', cell.version), change);
    }
    case 'ack':
      return lineOf('ACK', `${message.writeId}`);
    case 'nack':
      return lineOf('NACK', `${message.writeId}`, message.reason);
    default:
      return unreachable(message);
  }
}

/** Servers are called node1, node2 and so on. */
export function nameOf(node: NodeId): string {
  return `node${node}`;
}

function nodeNamed(line: LineReader, name: string): NodeId {
  const digits = /^node([1-9][0-9]{0,9})$/.exec(line.text(name))?.[1];
  const number = Number(digits ?? NOBODY);
  if (number < 1 || number > NODE_ID_MAX) line.fail(`${name}= is not node1, node2 and so on`);
  return nodeId(number);
}

function readReplicate(line: LineReader): ElectionMessage {
  const writeId = line.wholeWord('the write id');
  const ofTerm = term(line.optionalWhole('term') ?? 0);
  const version = line.optionalWhole('version');
  const change = line.change();
  const value = change.op === 'set' ? change.value : null;
  return { kind: 'replicate', writeId, term: ofTerm, key: change.key, cell: { version: value === null ? 0 : (version ?? 1), value } };
}
