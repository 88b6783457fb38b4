/** What a client asks, and who may answer it. */
import { unreachable } from '../../base/assert.js';
import { NOBODY, type ConnectionId } from '../../base/units.js';
import { propose, requestRead } from '../../raft/raft.js';
import type { Command } from '../../store/command.js';
import { readKey } from '../../store/store.js';
import type { ByteString } from '../../base/bytestring.js';
import { commandSizeBytes } from '../../wire/protobuf/command.js';
import type { NodeRequest } from '../../wire/protocol.js';
import { respond, type NodeDraft } from './state.js';
import { statusOf } from './status.js';

export function onRequest(draft: NodeDraft, connection: ConnectionId, request: NodeRequest): void {
  switch (request.kind) {
    case 'command':
      onCommand(draft, connection, request.id, request.command);
      return;
    case 'query':
      if (request.level === 'stale') onStaleQuery(draft, connection, request.id, request.key);
      else onQuery(draft, connection, request.id, request.key);
      return;
    case 'whoIsLeader':
      respond(draft, connection, { kind: 'leader', id: request.id, leaderHint: draft.raft?.state.leaderId ?? NOBODY });
      return;
    case 'status':
      respond(draft, connection, { kind: 'status', id: request.id, status: statusOf(draft.state, draft.raft?.state ?? null) });
      return;
    default:
      unreachable(request);
  }
}

function onCommand(draft: NodeDraft, connection: ConnectionId, id: number, command: Command): void {
  const { state, raft } = draft;
  if (raft === null) {
    refuse(draft, connection, id, 'this server is starting');
    return;
  }
  const index = propose(raft, command, commandSizeBytes(command));
  if (index > 0) {
    state.waiters = state.waiters.push({ index, term: raft.state.currentTerm, connection, id });
  } else if (raft.state.role === 'leader') {
    refuse(draft, connection, id, 'too many commands wait for a majority of servers, or for the disk of this one');
  } else {
    respond(draft, connection, { kind: 'notLeader', id, leaderHint: raft.state.leaderId, isUncertain: false });
  }
}

/** Answered at once from what this server has applied, whoever leads: committed, and as old as this server is behind. */
function onStaleQuery(draft: NodeDraft, connection: ConnectionId, id: number, key: ByteString): void {
  if (draft.raft === null) refuse(draft, connection, id, 'this server is starting');
  else respond(draft, connection, { kind: 'done', id, result: readKey(draft.state.store, key) });
}

function onQuery(draft: NodeDraft, connection: ConnectionId, id: number, key: ByteString): void {
  const { state, raft } = draft;
  if (raft === null) {
    refuse(draft, connection, id, 'this server is starting');
    return;
  }
  const token = state.nextToken;
  const refusal = requestRead(raft, token);
  switch (refusal) {
    case null:
      state.nextToken = token + 1;
      state.readers = state.readers.push({ token, connection, id, key });
      return;
    case 'notLeader':
      respond(draft, connection, { kind: 'notLeader', id, leaderHint: raft.state.leaderId, isUncertain: false });
      return;
    case 'noCommitInTermYet':
      refuse(draft, connection, id, 'this leader is new and has not committed in its term yet');
      return;
    case 'tooManyReads':
      refuse(draft, connection, id, 'too many reads wait for a majority of servers');
      return;
    default:
      unreachable(refusal);
  }
}

function refuse(draft: NodeDraft, connection: ConnectionId, id: number, reason: string): void {
  respond(draft, connection, { kind: 'unavailable', id, reason });
}
