/** What clients and operators ask, and who may answer it. */
import { unreachable } from '../../base/assert.js';
import { micros, NOBODY, type ConnectionId, type NodeId } from '../../base/units.js';
import { keyCount, readKey, sessionCount } from '../../store/store.js';
import type { NodeStatus } from '../../wire/protocol.js';
import { keysDigest } from './copy.js';
import { generationOf, NO_EPOCH } from './messages.js';
import { onCommand, onPrimaryQuery, promote } from './primary.js';
import { join } from './replica.js';
import { respond, type ReplicationDraft, type ReplicationRequest, type ReplicationState } from './state.js';

/** The word on the command line. */
const NAME = 'primary-replica';

export function onRequest(draft: ReplicationDraft, connection: ConnectionId, request: ReplicationRequest): void {
  const { state } = draft;
  const { id } = request;
  if (state.journal.phase !== 'keeping' && request.kind !== 'status' && request.kind !== 'whoIsLeader') {
    respond(draft, connection, { kind: 'unavailable', id, reason: 'this server is starting' });
    return;
  }
  switch (request.kind) {
    case 'command':
      if (state.role === 'primary') onCommand(draft, connection, id, request.command);
      else respond(draft, connection, { kind: 'notLeader', id, leaderHint: state.primary, isUncertain: false });
      return;
    case 'query': {
      // A replica that has a primary and nothing of it yet would call every key absent, which no primary ever said.
      const knowsNothing = state.role === 'replica' && state.primary !== NOBODY && state.epoch === NO_EPOCH;
      if (state.role === 'primary') onPrimaryQuery(draft, connection, id, request.key);
      else if (knowsNothing)
        respond(draft, connection, { kind: 'unavailable', id, reason: 'this replica has not received a snapshot yet' });
      else respond(draft, connection, { kind: 'done', id, result: readKey(state.store, request.key) });
      return;
    }
    case 'whoIsLeader':
      respond(draft, connection, { kind: 'leader', id, leaderHint: state.primary });
      return;
    case 'status':
      respond(draft, connection, { kind: 'status', id, status: statusOf(state) });
      return;
    case 'join':
      onJoinRequest(draft, connection, id, request.primary);
      return;
    case 'promote':
      promote(draft, { kind: 'request', connection, id });
      return;
    default:
      unreachable(request);
  }
}

function onJoinRequest(draft: ReplicationDraft, connection: ConnectionId, id: number, primary: NodeId): void {
  const { state } = draft;
  const isPrimary = state.role === 'primary' || state.isPromoting;
  const problem =
    primary === state.self
      ? 'a server does not join itself'
      : isPrimary
        ? 'this server is the primary; promote another, and it will follow that one'
        : null;
  if (problem !== null) {
    respond(draft, connection, { kind: 'unavailable', id, reason: problem });
    return;
  }
  // Of several in a row, the one that it truly followed.
  if (state.operators.length === 0) state.formerPrimary = state.primary;
  state.operators = [...state.operators, { connection, id, deadline: micros(draft.now + state.options.joinPatience) }];
  join(draft, primary);
}

/** A place in a history, in the words that all systems have: `term` is the generation, every index a position. */
function statusOf(state: ReplicationState): NodeStatus {
  return {
    self: state.self,
    system: NAME,
    role: state.journal.phase === 'recalling' ? 'recovering' : state.role,
    term: generationOf(state.epoch),
    leaderId: state.primary,
    commitIndex: state.position,
    lastApplied: state.position,
    lastLogIndex: state.position,
    firstLogIndex: state.backlog.from + 1,
    snapshotIndex: state.backlog.from,
    keyCount: keyCount(state.store),
    sessionCount: sessionCount(state.store),
    digest: keysDigest(state.store.keys),
  };
}
