/** Asynchronous replication: one server, primary or replica, as a machine. README.md says what it promises. */
import { unreachable } from '../../base/assert.js';
import { micros, NEVER, NOBODY, type Micros, type NodeId } from '../../base/units.js';
import type { Boot, Input, Machine, Step } from '../../machine.js';
import { openStore } from '../../store/store.js';
import type { NodeResponse } from '../../wire/protocol.js';
import { Backlog } from './backlog.js';
import { NO_EPOCH, type PeerMessage } from './messages.js';
import { checkPrimaryReplicaOptions, type PrimaryReplicaOptions } from './options.js';
import { announce, becomePrimary, forgetSilent, onReplica, promote, refuse } from './primary.js';
import { answerOverdue, ask, join, onPrimary } from './replica.js';
import { onRequest } from './requests.js';
import { send, type ReplicationDraft, type ReplicationRequest, type ReplicationState } from './state.js';

export type PrimaryReplicaNode = Machine<ReplicationState, PeerMessage, ReplicationRequest, NodeResponse>;
type NodeStep = Step<ReplicationState, PeerMessage, NodeResponse>;

/** A server with these options; who it is and who its peers are it learns at boot. */
export function primaryReplicaNode(options: PrimaryReplicaOptions): PrimaryReplicaNode {
  checkPrimaryReplicaOptions(options);
  return { init: (boot) => init(options, boot), step, wakeAt };
}

function init(options: PrimaryReplicaOptions, boot: Boot): NodeStep {
  const draft: ReplicationDraft = { state: firstState(options, boot), now: boot.now, effects: [] };
  if (options.primary === boot.self) becomePrimary(draft, 0);
  else if (options.primary !== NOBODY) join(draft, options.primary);
  return { state: draft.state, effects: draft.effects };
}

function firstState(options: PrimaryReplicaOptions, boot: Boot): ReplicationState {
  return {
    options,
    self: boot.self,
    members: boot.members,
    random: boot.seed | 0,
    role: 'replica',
    primary: NOBODY,
    epoch: NO_EPOCH,
    position: 0,
    store: openStore(options.store),
    backlog: Backlog.after(0),
    followers: [],
    announceAt: NEVER,
    joining: null,
    askAt: NEVER,
    saidPosition: -1,
    hasToldGap: false,
    operators: [],
    formerPrimary: NOBODY,
  };
}

function step(before: ReplicationState, input: Input<PeerMessage, ReplicationRequest>): NodeStep {
  const draft: ReplicationDraft = { state: { ...before }, now: input.now, effects: [] };
  switch (input.kind) {
    case 'message':
      onMessage(draft, input.from, input.message);
      break;
    case 'request':
      onRequest(draft, input.connection, input.request);
      break;
    case 'wake':
      onWake(draft);
      break;
    case 'disk':
    case 'connection':
      break;
    default:
      unreachable(input);
  }
  return { state: draft.state, effects: draft.effects };
}

function onMessage(draft: ReplicationDraft, from: NodeId, message: PeerMessage): void {
  const { state } = draft;
  switch (message.kind) {
    case 'join':
      if (state.role === 'primary') onReplica(draft, from, message);
      else refuse(draft, from, message.join, 'this server is a replica');
      return;
    case 'follow':
      if (state.role === 'primary') onReplica(draft, from, message);
      else send(draft, from, { kind: 'resync', epoch: message.epoch, position: message.position });
      return;
    case 'promote':
      promote(draft);
      return;
    default:
      onPrimary(draft, from, message);
  }
}

function onWake(draft: ReplicationDraft): void {
  const { state, now } = draft;
  answerOverdue(draft);
  forgetSilent(draft);
  if (state.askAt <= now) ask(draft);
  if (state.announceAt <= now) announce(draft);
}

function wakeAt(state: ReplicationState): Micros | null {
  let at: number = Math.min(state.askAt, state.announceAt);
  for (const { deadline } of state.operators) at = Math.min(at, deadline);
  for (const { heardAt } of state.followers) at = Math.min(at, heardAt + state.options.silence);
  return at === NEVER ? null : micros(at);
}
