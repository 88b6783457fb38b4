import { unreachable } from '../../base/assert.js';
import type { Codec, Codecs } from '../../machine.js';
import { changeText, field, lineCodec, lineOf, token, type LineReader } from '../../wire/text/lines.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { requestCodec } from '../../wire/protobuf/request.js';
import { responseCodec } from '../../wire/protobuf/response.js';
import { NO_EPOCH, type Entry, type PeerMessage } from './messages.js';

/**
 * PRIMARY AND REPLICA ON LINES (wire/lines.ts says what fields, changes and tokens are).
 *
 *   JOIN join=7 piece=0                                                     replica: a snapshot, please
 *   SNAPSHOT join=7 piece=0 last=true epoch=3 position=2 a 1 one b 1 two    key, version, value, as tokens
 *   FOLLOW epoch=3 position=2 gap=false                                     replica: what comes behind this?
 *   REPLICATE epoch=3 position=3 version=2 SET a three
 *   REPLICATE epoch=3 position=4 version=0 DELETE b
 *   RESYNC epoch=3 position=2                                               that can't be followed: join anew
 *   REFUSE join=7 this server is a replica
 *   PROMOTE                                                                 an operator's, to a replica
 *   PRIMARY epoch=4294967297                                                a promoted primary makes itself known
 *
 * People may leave out what they can't know: `JOIN` and `JOIN host:port` ask for a snapshot (whatever follows
 * flows back over the connection that asked, so the address is not needed), `REPLICATE SET key value` and
 * `REPLICATE DELETE key` change a replica that has joined nobody.
 */
export const messageCodec: Codec<PeerMessage> = lineCodec<PeerMessage>({
  write: (message) => {
    switch (message.kind) {
      case 'join':
        return lineOf('JOIN', field('join', message.join), field('piece', message.piece));
      case 'follow':
        return lineOf('FOLLOW', ...place(message), field('gap', message.isGap));
      case 'snapshot': {
        const entries = message.entries.flatMap(({ key, version, value }) => [token(key), String(version), token(value)]);
        return lineOf(
          'SNAPSHOT',
          field('join', message.join),
          field('piece', message.piece),
          field('last', message.isLast),
          ...place(message),
          ...entries,
        );
      }
      case 'replicate': {
        const head = message.epoch === NO_EPOCH ? [] : [...place(message), field('version', message.version)];
        return lineOf('REPLICATE', ...head, changeText(message.change));
      }
      case 'resync':
        return lineOf('RESYNC', ...place(message));
      case 'refuse':
        return lineOf('REFUSE', field('join', message.join), message.reason.replace(/[\r\n]/g, ' '));
      case 'promote':
        return lineOf('PROMOTE');
      case 'primary':
        return lineOf('PRIMARY', field('epoch', message.epoch));
      default:
        return unreachable(message);
    }
  },
  read: {
    JOIN: readJoin,
    FOLLOW: (line) => ({ kind: 'follow', epoch: epochIn(line), position: line.whole('position'), isGap: line.flag('gap') }),
    SNAPSHOT: readSnapshot,
    REPLICATE: readReplicate,
    RESYNC: (line) => ({ kind: 'resync', epoch: epochIn(line), position: line.whole('position') }),
    REFUSE: (line) => ({ kind: 'refuse', join: line.whole('join'), reason: line.rest() }),
    PROMOTE: () => ({ kind: 'promote' }),
    PRIMARY: (line) => ({ kind: 'primary', epoch: epochIn(line) }),
  },
});

/** All three faces. Clients speak as they do to every system. */
export const primaryReplicaCodecs: Codecs<PeerMessage, NodeRequest, NodeResponse> = {
  message: messageCodec,
  request: requestCodec,
  response: responseCodec,
};

function place({ epoch, position }: { readonly epoch: number; readonly position: number }): readonly string[] {
  return [field('epoch', epoch), field('position', position)];
}

function epochIn(line: LineReader): number {
  const epoch = line.whole('epoch');
  if (epoch === NO_EPOCH) line.fail('epoch is not above 0');
  return epoch;
}

function readJoin(line: LineReader): PeerMessage {
  const join = line.optionalWhole('join');
  if (join !== null) return { kind: 'join', join, piece: line.whole('piece') };
  if (line.hasMore()) line.word('the address');
  return { kind: 'join', join: 0, piece: 0 };
}

function readSnapshot(line: LineReader): PeerMessage {
  const head = {
    kind: 'snapshot',
    join: line.whole('join'),
    piece: line.whole('piece'),
    isLast: line.flag('last'),
    epoch: epochIn(line),
    position: line.whole('position'),
  } as const;
  const entries: Entry[] = [];
  while (line.hasMore()) {
    entries.push({ key: line.token('a key'), version: line.wholeWord('a version'), value: line.token('a value') });
  }
  return { ...head, entries };
}

function readReplicate(line: LineReader): PeerMessage {
  const epoch = line.optionalWhole('epoch');
  if (epoch === null) return { kind: 'replicate', epoch: NO_EPOCH, position: 0, version: 0, change: line.change() };
  if (epoch === NO_EPOCH) line.fail('epoch is not above 0');
  return { kind: 'replicate', epoch, position: line.whole('position'), version: line.whole('version'), change: line.change() };
}
