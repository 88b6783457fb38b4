/** The simple-election system as a machine: see docs/systems/simple-election.md for what it teaches by what it lacks. */
import { assert, unreachable } from '../../base/assert.js';
import { advance } from '../../base/random.js';
import { JUMP_MAX, micros, NEVER, NOBODY, term, type Micros, type NodeId } from '../../base/units.js';
import { closingSteps, journalOnDisk, journalWakeAt, settle, startJournal, type Recalled } from '../../journal/journal.js';
import type { Boot, Input, Machine, Step } from '../../machine.js';
import { recoveryNote } from '../../storage/recovery-note.js';
import { OrderedMap } from '../../store/ordered-map.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { KEPT_DATA, type Data, type Entry } from './data.js';
import { onHeartbeat, onVoteRequest, onVoteResponse, speak, standForElection } from './election.js';
import type { ElectionMessage } from './messages.js';
import { checkElectionOptions, type ElectionOptions } from './options.js';
import {
  copyOf,
  note,
  respond,
  type ElectionDraft,
  type ElectionEffect,
  type ElectionPlan,
  type ElectionState,
  type Promised,
  type Waiter,
} from './state.js';
import { statusOf } from './status.js';
import { giveUpOverdue, onCommand, onHeld, onQuery, onReplicate, onWritten, writeDueUs } from './writes.js';

export type ElectionNode = Machine<ElectionState, ElectionMessage, NodeRequest, NodeResponse>;
type ElectionStep = Step<ElectionState, ElectionMessage, NodeResponse>;
type ElectionInput = Input<ElectionMessage, NodeRequest>;

/** A server with these options; who it is and who the others are it learns at boot. */
export function electionNode(options: ElectionOptions): ElectionNode {
  checkElectionOptions(options);
  const plan: ElectionPlan = { kept: KEPT_DATA, options: options.journal };
  return {
    init: (boot) => init(plan, options, boot),
    step: (before, input) => step(plan, before, input),
    wakeAt,
    closing: ({ journal }) => closingSteps(journal),
  };
}

function init(plan: ElectionPlan, options: ElectionOptions, { self, members, past, now, seed }: Boot): ElectionStep {
  assert(options.writeQuorum === null || options.writeQuorum <= members.length, 'a write quorum is at most all servers');
  const label = { clusterId: options.clusterId, nodeId: self, system: 'simple-election', members };
  const started = startJournal<Data, Entry, null, Promised>(plan, label, past);
  const state: ElectionState = {
    options,
    self,
    members,
    phase: 'recalling',
    random: advance(seed | 0),
    role: 'follower',
    currentTerm: term(0),
    votedFor: NOBODY,
    leaderId: NOBODY,
    votes: [],
    electionDueUs: micros(now + options.timeoutUs),
    heartbeatDueUs: NEVER,
    journal: started.journal,
    writes: OrderedMap.empty(),
    writesBytes: 0,
  };
  const draft: ElectionDraft = { state: copyOf(state), plan, now, effects: [...started.effects] };
  if (state.journal.phase === 'keeping') begin(draft, null);
  return close(draft);
}

function step(plan: ElectionPlan, before: ElectionState, input: ElectionInput): ElectionStep {
  if (before.phase === 'stopped') return { state: before, effects: [] };
  const draft: ElectionDraft = { state: copyOf(before), plan, now: input.now, effects: [] };
  take(draft, input);
  return close(draft);
}

function take(draft: ElectionDraft, input: ElectionInput): void {
  const isServing = draft.state.phase === 'serving';
  switch (input.kind) {
    case 'message':
      if (isServing) onMessage(draft, input.from, input.message);
      return;
    case 'request':
      onRequest(draft, { connection: input.connection, id: input.request.id }, input.request);
      return;
    case 'wake':
      if (isServing) onWake(draft);
      return;
    case 'disk':
      onDisk(draft, input);
      return;
    case 'connection':
      return;
    default:
      unreachable(input);
  }
}

/** Anybody may speak by hand; but what is counted, votes and copies, is only what servers of this cluster say. */
function onMessage(draft: ElectionDraft, from: NodeId, message: ElectionMessage): void {
  if ('term' in message && message.term > draft.state.currentTerm + JUMP_MAX) {
    note(draft, 'absurd-term-ignored', `s${from} speaks of term ${message.term}, this server is in ${draft.state.currentTerm}`);
    return;
  }
  const counts = draft.state.members.includes(from);
  switch (message.kind) {
    case 'heartbeat':
      onHeartbeat(draft, message.term, message.leader);
      return;
    case 'voteRequest':
      onVoteRequest(draft, from, message.term, message.candidate);
      return;
    case 'voteResponse':
      if (counts) onVoteResponse(draft, from, message.term, message.granted);
      return;
    case 'replicate':
      onReplicate(draft, from, message);
      return;
    case 'ack':
      if (counts) onHeld(draft, from, message.writeId);
      return;
    case 'nack':
      return;
    default:
      unreachable(message);
  }
}

function onRequest(draft: ElectionDraft, waiter: Waiter, request: NodeRequest): void {
  const { id } = waiter;
  switch (request.kind) {
    case 'whoIsLeader':
      respond(draft, waiter, { kind: 'leader', id, leaderHint: draft.state.leaderId });
      return;
    case 'status':
      respond(draft, waiter, { kind: 'status', id, status: statusOf(draft.state) });
      return;
    case 'command':
    case 'query':
      if (draft.state.phase !== 'serving') respond(draft, waiter, { kind: 'unavailable', id, reason: 'this server is starting' });
      else if (request.kind === 'command') onCommand(draft, waiter, request.command);
      else onQuery(draft, waiter, request.key);
      return;
    default:
      unreachable(request);
  }
}

function onWake(draft: ElectionDraft): void {
  const { state, now } = draft;
  giveUpOverdue(draft);
  if (state.role === 'leader') {
    if (now >= state.heartbeatDueUs) speak(draft);
  } else if (now >= state.electionDueUs) standForElection(draft);
}

function onDisk(draft: ElectionDraft, input: Extract<ElectionInput, { kind: 'disk' }>): void {
  const { state, plan } = draft;
  const { journal, effects, recalled, problem } = journalOnDisk(plan, state.journal, input.operation, input.outcome);
  state.journal = journal;
  draft.effects.push(...effects);
  if (problem !== null) stop(draft, problem);
  else if (recalled !== null) begin(draft, recalled);
}

/** The writes are back; term and vote are those of a server that never was. */
function begin(draft: ElectionDraft, recalled: Recalled<Data> | null): void {
  const { state, now } = draft;
  for (const text of recalled?.notes ?? []) draft.effects.push(recoveryNote(text));
  if (recalled !== null && !recalled.isFresh)
    note(draft, 'recovered-with-log', `${recalled.lastIndex} writes, and no memory of a term or a vote`);
  state.phase = 'serving';
  state.electionDueUs = micros(now + state.options.timeoutUs);
}

/** Takes up what became durable, until that has no further consequences here, and lets the disk work. */
function close(draft: ElectionDraft): ElectionStep {
  const { state, plan } = draft;
  for (let hasMore = state.phase === 'serving'; hasMore; ) {
    const { journal, effects, released, snapshotTaken } = settle<Data, Entry, null, Promised>(plan, state.journal, draft.now);
    state.journal = journal;
    for (const effect of effects) draft.effects.push(effect as ElectionEffect);
    if (snapshotTaken !== null) note(draft, 'snapshot-taken', `up to entry ${snapshotTaken.lastIndex}, ${snapshotTaken.sizeBytes} bytes`);
    for (const { promised } of released) if (promised !== null) onPromised(draft, promised);
    hasMore = released.length > 0;
  }
  return { state, effects: draft.effects };
}

function onPromised(draft: ElectionDraft, promised: Promised): void {
  if (promised.kind === 'written') onWritten(draft, promised.writeId);
  else draft.effects.push({ kind: 'send', to: promised.to, message: { kind: 'ack', writeId: promised.writeId } });
}

/** Ends the node for good (fail-stop): what it cannot trust it does not work with. */
function stop(draft: ElectionDraft, reason: string): void {
  draft.state.phase = 'stopped';
  draft.effects.push({ kind: 'stop', reason });
}

function wakeAt(state: ElectionState): Micros | null {
  if (state.phase === 'stopped') return null;
  const office = state.phase !== 'serving' ? NEVER : state.role === 'leader' ? state.heartbeatDueUs : state.electionDueUs;
  const due = Math.min(office, writeDueUs(state.writes) ?? NEVER, journalWakeAt(state.journal) ?? NEVER);
  return due >= NEVER ? null : micros(due);
}
