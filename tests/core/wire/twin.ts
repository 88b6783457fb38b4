import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { bytesOf } from '../../../src/core/base/bytestring.js';
import type { RaftMessage } from '../../../src/core/raft/messages.js';
import type { Command } from '../../../src/core/store/command.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import {
  CommandOp,
  CommandSchema,
  EntryKind,
  PeerMessageSchema,
  RequestSchema,
  ResponseSchema,
  StoreStatus,
  type Command as ProtoCommand,
  type PeerMessage,
  type Request,
  type Response,
} from './generated/seedstorm_pb.js';

/**
 * The slow, obvious twins of our codecs: the Protobuf library with code generated from
 * proto/seedstorm.proto. To generate it anew after an edit of that file (and take its eslint-disable line out):
 *
 *   npx --package @bufbuild/buf@1.75.0 --package @bufbuild/protoc-gen-es@2.17.0 buf generate proto \
 *     --template '{"version":"v2","plugins":[{"local":"protoc-gen-es","out":"tests/core/wire/generated","opt":["target=ts","import_extension=js"]}]}'
 */

const big = (n: number): bigint => BigInt(n);

const OPS = { put: CommandOp.PUT, set: CommandOp.SET, delete: CommandOp.DELETE, registerClient: CommandOp.REGISTER_CLIENT } as const;
const STATUSES = {
  ok: StoreStatus.OK,
  noKey: StoreStatus.NO_KEY,
  versionConflict: StoreStatus.VERSION_CONFLICT,
  sessionExpired: StoreStatus.SESSION_EXPIRED,
} as const;

function protoCommand(command: Command): ProtoCommand {
  return create(CommandSchema, {
    op: OPS[command.op],
    clientId: big(command.clientId),
    sequenceNum: big(command.sequenceNum),
    key: bytesOf(command.key),
    value: bytesOf(command.value),
    version: big(command.version),
  });
}

function protoPeer(m: RaftMessage): PeerMessage {
  switch (m.kind) {
    case 'requestVote':
      return create(PeerMessageSchema, {
        kind: {
          case: m.kind,
          value: {
            term: big(m.term),
            candidateId: m.candidateId,
            lastLogIndex: big(m.lastLogIndex),
            lastLogTerm: big(m.lastLogTerm),
            isPreVote: m.isPreVote,
          },
        },
      });
    case 'requestVoteReply':
      return create(PeerMessageSchema, {
        kind: { case: m.kind, value: { term: big(m.term), voteGranted: m.voteGranted, isPreVote: m.isPreVote } },
      });
    case 'appendEntries':
      return create(PeerMessageSchema, {
        kind: {
          case: m.kind,
          value: {
            term: big(m.term),
            prevLogIndex: big(m.prevLogIndex),
            prevLogTerm: big(m.prevLogTerm),
            leaderCommit: big(m.leaderCommit),
            sequence: big(m.sequence),
            entries: m.entries.map((entry) => ({
              index: big(entry.index),
              term: big(entry.term),
              kind: entry.kind === 'noop' ? EntryKind.NOOP : EntryKind.COMMAND,
              payload: entry.payload === null ? new Uint8Array(0) : toBinary(CommandSchema, protoCommand(entry.payload as Command)),
            })),
          },
        },
      });
    case 'appendEntriesReply':
      return create(PeerMessageSchema, {
        kind: {
          case: m.kind,
          value: {
            term: big(m.term),
            success: m.success,
            matchIndex: big(m.matchIndex),
            prevLogIndex: big(m.prevLogIndex),
            sequence: big(m.sequence),
            ...(m.hintTerm < 0 ? {} : { hintTerm: big(m.hintTerm) }),
          },
        },
      });
    case 'installSnapshot':
      return create(PeerMessageSchema, {
        kind: {
          case: m.kind,
          value: {
            term: big(m.term),
            lastIndex: big(m.lastIndex),
            lastTerm: big(m.lastTerm),
            offset: big(m.offset),
            data: new Uint8Array(m.data),
            done: m.done,
            sequence: big(m.sequence),
          },
        },
      });
    case 'installSnapshotReply':
      return create(PeerMessageSchema, {
        kind: {
          case: m.kind,
          value: {
            term: big(m.term),
            lastIndex: big(m.lastIndex),
            receivedBytes: big(m.receivedBytes),
            isInstalled: m.isInstalled,
            sequence: big(m.sequence),
          },
        },
      });
  }
}

function protoRequest(request: NodeRequest): Request {
  const id = big(request.id);
  switch (request.kind) {
    case 'command':
      return create(RequestSchema, { id, kind: { case: 'command', value: protoCommand(request.command) } });
    case 'query':
      return create(RequestSchema, {
        id,
        kind: { case: 'query', value: { key: bytesOf(request.key), level: request.level === 'stale' ? 1 : 0 } },
      });
    case 'whoIsLeader':
      return create(RequestSchema, { id, kind: { case: 'whoIsLeader', value: {} } });
    case 'status':
      return create(RequestSchema, { id, kind: { case: 'getStatus', value: {} } });
  }
}

function protoResponse(r: NodeResponse): Response {
  const id = big(r.id);
  switch (r.kind) {
    case 'done':
      return create(ResponseSchema, {
        id,
        kind: {
          case: 'done',
          value: {
            status: STATUSES[r.result.status],
            version: big(r.result.version),
            value: bytesOf(r.result.value),
          },
        },
      });
    case 'notLeader':
      return create(ResponseSchema, { id, kind: { case: 'notLeader', value: { leaderHint: r.leaderHint, isUncertain: r.isUncertain } } });
    case 'unavailable':
      return create(ResponseSchema, { id, kind: { case: 'unavailable', value: { reason: r.reason } } });
    case 'maybe':
      return create(ResponseSchema, { id, kind: { case: 'maybe', value: { reason: r.reason } } });
    case 'noSessions':
      return create(ResponseSchema, { id, kind: { case: 'noSessions', value: {} } });
    case 'leader':
      return create(ResponseSchema, { id, kind: { case: 'leader', value: { leaderHint: r.leaderHint } } });
    case 'status': {
      const s = r.status;
      return create(ResponseSchema, {
        id,
        kind: {
          case: 'status',
          value: {
            self: s.self,
            role: s.role,
            term: big(s.term),
            leaderId: s.leaderId,
            commitIndex: big(s.commitIndex),
            lastApplied: big(s.lastApplied),
            lastLogIndex: big(s.lastLogIndex),
            firstLogIndex: big(s.firstLogIndex),
            snapshotIndex: big(s.snapshotIndex),
            keyCount: big(s.keyCount),
            sessionCount: big(s.sessionCount),
            digest: s.digest,
            system: s.system,
          },
        },
      });
    }
  }
}

/** Ours as the library would write it, and what the library reads in bytes, to compare with what it should be. */
export const twin = {
  command: {
    toProto: protoCommand,
    write: (c: Command) => toBinary(CommandSchema, protoCommand(c)),
    read: (b: Uint8Array) => fromBinary(CommandSchema, b),
  },
  peer: {
    toProto: protoPeer,
    write: (m: RaftMessage) => toBinary(PeerMessageSchema, protoPeer(m)),
    read: (b: Uint8Array) => fromBinary(PeerMessageSchema, b),
  },
  request: {
    toProto: protoRequest,
    write: (r: NodeRequest) => toBinary(RequestSchema, protoRequest(r)),
    read: (b: Uint8Array) => fromBinary(RequestSchema, b),
  },
  response: {
    toProto: protoResponse,
    write: (r: NodeResponse) => toBinary(ResponseSchema, protoResponse(r)),
    read: (b: Uint8Array) => fromBinary(ResponseSchema, b),
  },
};
