/** Asynchronous replication: one server, primary or replica, as a machine. docs/systems/primary-replica.md says what it promises. */
import { unreachable } from '../../base/assert.js';
import { logIndex, micros, NEVER, NOBODY, type LogIndex, type Micros, type NodeId, type OperationId } from '../../base/units.js';
import { closingSteps, install, journalOnDisk, journalWakeAt, settle, startJournal } from '../../journal/journal.js';
import type { Boot, DiskOutcome, Input, Machine, Step } from '../../machine.js';
import { recoveryNote } from '../../storage/recovery-note.js';
import type { Command } from '../../store/command.js';
import { openStore } from '../../store/store.js';
import type { NodeResponse } from '../../wire/protocol.js';
import { Backlog } from './backlog.js';
import { NO_EPOCH, type PeerMessage } from './messages.js';
import { checkPrimaryReplicaOptions, type PrimaryReplicaOptions } from './options.js';
import { announce, forgetSilent, freshIndex, onReplica, promote, refuse, settleJournal, SLOTS, takeOffice } from './primary.js';
import { answerOverdue, ask, isPrimaryByDisk, join, onPrimary } from './replica.js';
import { onRequest } from './requests.js';
import { note, send, type Plan, type Promised, type ReplicationDraft, type ReplicationRequest, type ReplicationState } from './state.js';
import { keptTenure, type Effected, type Tenure } from './tenure.js';

export type PrimaryReplicaNode = Machine<ReplicationState, PeerMessage, ReplicationRequest, NodeResponse>;
type NodeStep = Step<ReplicationState, PeerMessage, NodeResponse>;

/** A server with these options; who it is and who its peers are it learns at boot. */
export function primaryReplicaNode(options: PrimaryReplicaOptions): PrimaryReplicaNode {
  checkPrimaryReplicaOptions(options);
  const plan: Plan = { kept: keptTenure(options.store), options: options.journal };
  return {
    init: (boot) => init(options, plan, boot),
    step: (state, input) => step(plan, state, input),
    wakeAt,
    closing: ({ journal }) => closingSteps(journal),
  };
}

function init(options: PrimaryReplicaOptions, plan: Plan, boot: Boot): NodeStep {
  const label = { clusterId: options.clusterId, nodeId: boot.self, system: 'primary-replica', members: boot.members };
  const { journal, effects } = startJournal<Tenure, Command, Effected, Promised>(plan, label, boot.past);
  const draft: ReplicationDraft = { state: firstState(options, journal, boot), plan, now: boot.now, effects: [...effects] };
  if (options.journal.storage === null) beginMemoryless(draft);
  return close(draft);
}

/** Without a disk a primary begins with nothing, at log indexes that its lives before did not give out. */
function beginMemoryless(draft: ReplicationDraft): void {
  const { state, plan } = draft;
  if (isPrimaryByDisk(state)) {
    const index = freshIndex(draft, 0);
    const tenure = { ...state.journal.state, store: { ...state.journal.state.store, lastApplied: index } };
    state.journal = settle(plan, install(plan, state.journal, tenure, index, null), draft.now).journal;
  }
  beginServing(draft);
}

/** Its part is what its disk says, and where that says nothing, what its options say. */
function beginServing(draft: ReplicationDraft): void {
  const { state } = draft;
  const { primary } = state.options;
  if (isPrimaryByDisk(state)) takeOffice(draft);
  // One that stepped down waits to hear of its successor.
  else if (primary !== NOBODY && primary !== state.self) join(draft, primary);
}

function firstState(options: PrimaryReplicaOptions, journal: ReplicationState['journal'], boot: Boot): ReplicationState {
  return {
    options,
    self: boot.self,
    members: boot.members,
    random: boot.seed | 0,
    journal,
    lastWrites: new Array<LogIndex>(SLOTS).fill(logIndex(0)),
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
    isPromoting: false,
  };
}

function step(plan: Plan, before: ReplicationState, input: Input<PeerMessage, ReplicationRequest>): NodeStep {
  if (before.journal.phase === 'stopped') return { state: before, effects: [] };
  const draft: ReplicationDraft = { state: { ...before }, plan, now: input.now, effects: [] };
  switch (input.kind) {
    case 'message':
      // One that still reads its disk is as good as not there: whoever asks will ask again.
      if (draft.state.journal.phase === 'keeping') onMessage(draft, input.from, input.message);
      break;
    case 'request':
      onRequest(draft, input.connection, input.request);
      break;
    case 'wake':
      onWake(draft);
      break;
    case 'disk':
      onDisk(draft, input.operation, input.outcome);
      break;
    case 'connection':
      break;
    default:
      unreachable(input);
  }
  return close(draft);
}

function close(draft: ReplicationDraft): NodeStep {
  settleJournal(draft);
  return { state: draft.state, effects: draft.effects };
}

function onDisk(draft: ReplicationDraft, operation: OperationId, outcome: DiskOutcome): void {
  const { journal, effects, recalled, problem } = journalOnDisk(draft.plan, draft.state.journal, operation, outcome);
  draft.state.journal = journal;
  draft.effects.push(...effects);
  if (problem !== null) draft.effects.push({ kind: 'stop', reason: problem });
  if (recalled === null) return;
  for (const text of recalled.notes) draft.effects.push(recoveryNote(text));
  if (!recalled.isFresh) note(draft, 'recovered-with-log', `entries up to ${recalled.lastIndex}, snapshot up to ${recalled.snapshotIndex}`);
  beginServing(draft);
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
      promote(draft, { kind: 'message', from });
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
  let at: number = Math.min(state.askAt, state.announceAt, journalWakeAt(state.journal) ?? NEVER);
  for (const { deadline } of state.operators) at = Math.min(at, deadline);
  for (const { heardAt } of state.followers) at = Math.min(at, heardAt + state.options.silence);
  return at === NEVER ? null : micros(at);
}
