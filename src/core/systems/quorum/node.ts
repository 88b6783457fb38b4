/** The quorum system: one of N servers, with W and R, as a machine. What it promises is told in docs/systems/quorum.md. */
import { unreachable } from '../../base/assert.js';
import { JUMP_MAX, micros, NEVER, NOBODY, type Micros, type NodeId } from '../../base/units.js';
import type { Boot, Input, Machine, Step } from '../../machine.js';
import { append, closingSteps, journalOnDisk, journalWakeAt, settle, startJournal, type Recalled } from '../../journal/journal.js';
import { recoveryNote } from '../../storage/recovery-note.js';
import { OrderedMap } from '../../store/ordered-map.js';
import type { NodeRequest, NodeResponse } from '../../wire/protocol.js';
import type { Cells } from './cells.js';
import { KEPT_CELLS } from './kept-cells.js';
import type { QuorumMessage } from './messages.js';
import { checkQuorumOptions, copiesToShow, quorumProblem, quorumsMeet, type QuorumOptions } from './options.js';
import { onAnswer, onQuery, onSpreadHeld } from './reads.js';
import { onApplied, onRead, onReplicate, repair } from './replica.js';
import {
  copyOf,
  note,
  respond,
  tell,
  wakeBy,
  type Promised,
  type QuorumDraft,
  type QuorumEffect,
  type QuorumPlan,
  type QuorumState,
  type Waiter,
} from './state.js';
import { statusOf } from './status.js';
import { onWake } from './time.js';
import { forgetWrite, onCommand, onIssued, onWriteHeld, refuse } from './writes.js';

export type QuorumNode = Machine<QuorumState, QuorumMessage, NodeRequest, NodeResponse>;
type QuorumStep = Step<QuorumState, QuorumMessage, NodeResponse>;
type QuorumInput = Input<QuorumMessage, NodeRequest>;

/** Each life has so many read ids of its own. */
const READS_OF_A_LIFE = 4_294_967_296;

/** A server with these options; who it is and who the others are it learns at boot. */
export function quorumNode(options: QuorumOptions): QuorumNode {
  checkQuorumOptions(options);
  const plan: QuorumPlan = { kept: KEPT_CELLS, options: options.journal };
  return {
    init: (boot) => init(plan, options, boot),
    step: (before, input) => step(plan, before, input),
    wakeAt,
    closing: ({ journal }) => closingSteps(journal),
  };
}

function init(plan: QuorumPlan, options: QuorumOptions, boot: Boot): QuorumStep {
  const { self, members, now, past } = boot;
  const label = { clusterId: options.clusterId, nodeId: self, system: 'quorum', members };
  const started = startJournal<Cells, QuorumStateEntry, null, Promised>(plan, label, past);
  const state: QuorumState = {
    options,
    self,
    members,
    primary: members[0] ?? NOBODY,
    copies: copiesToShow(options, members.length),
    phase: 'recalling',
    journal: started.journal,
    incoming: OrderedMap.empty(),
    writes: OrderedMap.empty(),
    writesBytes: 0,
    reads: OrderedMap.empty(),
    spreads: OrderedMap.empty(),
    settled: OrderedMap.empty(),
    lastWriteId: 0,
    lastReadId: 0,
    sweepAtUs: micros(now + options.sweepUs),
    sweepFrom: null,
    dueUs: NEVER,
  };
  const draft = openDraft(plan, state, now);
  draft.effects.push(...started.effects);
  const problem = quorumProblem(options, members.length);
  if (problem !== null) stop(draft, problem);
  else {
    if (!quorumsMeet(options, members.length)) warn(draft);
    if (state.journal.phase === 'keeping') begin(draft, null);
  }
  return close(draft);
}

type QuorumStateEntry = Parameters<QuorumPlan['kept']['apply']>[2];

/** The choice is the user's, and so is what follows from it. */
function warn(draft: QuorumDraft): void {
  const { options, members } = draft.state;
  const { writeQuorum, readQuorum } = options;
  note(
    draft,
    'stale-reads-possible',
    `W=${writeQuorum} and R=${readQuorum} of ${members.length} servers: a read can miss the last write, since W + R is not above N`,
  );
}

function step(plan: QuorumPlan, before: QuorumState, input: QuorumInput): QuorumStep {
  if (before.phase === 'stopped') return { state: before, effects: [] };
  const draft = openDraft(plan, before, input.now);
  take(draft, input);
  return close(draft);
}

function openDraft(plan: QuorumPlan, before: QuorumState, now: Micros): QuorumDraft {
  return { state: copyOf(before), plan, now, effects: [], toSelf: [] };
}

function take(draft: QuorumDraft, input: QuorumInput): void {
  switch (input.kind) {
    case 'message':
      onMessage(draft, input.from, input.message);
      return;
    case 'request':
      onRequest(draft, { connection: input.connection, id: input.request.id }, input.request);
      return;
    case 'wake':
      onWake(draft);
      return;
    case 'disk':
      onDisk(draft, input);
      return;
    case 'connection':
      // Answers to a connection that is gone go nowhere; what it asked for stays as valid as any other's.
      return;
    default:
      unreachable(input);
  }
}

/** Anybody may write and ask by hand; but what W and R count is only what servers of this cluster say. */
function onMessage(draft: QuorumDraft, from: NodeId, message: QuorumMessage): void {
  if ('cell' in message && message.cell.writeId > draft.state.lastWriteId + JUMP_MAX) {
    note(
      draft,
      'absurd-write-id-ignored',
      `s${from} speaks of write ${message.cell.writeId}, the last one known here is ${draft.state.lastWriteId}`,
    );
    return;
  }
  const counts = draft.state.members.includes(from);
  switch (message.kind) {
    case 'replicate':
      onReplicate(draft, from, message.key, message.cell);
      return;
    case 'ack':
      if (!counts) return;
      onWriteHeld(draft, from, message.writeId);
      onSpreadHeld(draft, from, message.writeId);
      return;
    case 'nack':
      // It will be asked once more, as one that is silent.
      return;
    case 'read':
      onRead(draft, from, message.readId, message.key);
      return;
    case 'holds':
      if (!counts || draft.state.phase !== 'serving') return;
      repair(draft, from, message.key, message.cell, message.isSettled);
      onAnswer(draft, from, message.readId, message.cell);
      return;
    default:
      unreachable(message);
  }
}

function onRequest(draft: QuorumDraft, waiter: Waiter, request: NodeRequest): void {
  const { state } = draft;
  const { id } = waiter;
  const waiting = state.writes.size + state.reads.size + state.spreads.size;
  switch (request.kind) {
    case 'whoIsLeader':
      respond(draft, waiter, { kind: 'leader', id, leaderHint: state.primary });
      return;
    case 'status':
      respond(draft, waiter, { kind: 'status', id, status: statusOf(state) });
      return;
    case 'command':
    case 'query':
      if (state.phase !== 'serving') refuse(draft, waiter, 'this server is starting');
      else if (waiting >= state.options.openMax) refuse(draft, waiter, 'too many requests wait for other servers');
      else if (request.kind === 'command' && state.writesBytes >= state.options.openBytesMax)
        refuse(draft, waiter, 'too many bytes of writes wait for other servers');
      else if (request.kind === 'command') onCommand(draft, waiter, request.command);
      else onQuery(draft, waiter, request.key);
      return;
    default:
      unreachable(request);
  }
}

function onDisk(draft: QuorumDraft, input: Extract<QuorumInput, { kind: 'disk' }>): void {
  const { state, plan } = draft;
  const { journal, effects, recalled, problem } = journalOnDisk(plan, state.journal, input.operation, input.outcome);
  state.journal = journal;
  draft.effects.push(...effects);
  if (problem !== null) stop(draft, problem);
  else if (recalled !== null) begin(draft, recalled);
}

/** Writes down that another life begins; service begins when that is durable. */
function begin(draft: QuorumDraft, recalled: Recalled<Cells> | null): void {
  const { state, plan } = draft;
  for (const text of recalled?.notes ?? []) draft.effects.push(recoveryNote(text));
  if (recalled !== null && !recalled.isFresh)
    note(draft, 'recovered-with-log', `${recalled.state.keyCount} keys, the last write is ${recalled.state.lastWriteId}`);
  state.phase = 'starting';
  state.lastWriteId = state.journal.state.lastWriteId;
  state.journal = append(plan, state.journal, { kind: 'life' }, { kind: 'serve' });
}

/** Takes up what became durable, until that has no further consequences here, and lets the disk work. */
function close(draft: QuorumDraft): QuorumStep {
  const { state, plan } = draft;
  for (;;) {
    for (let message = draft.toSelf.shift(); message !== undefined; message = draft.toSelf.shift()) onMessage(draft, state.self, message);
    if (state.phase === 'stopped') break;
    const { journal, effects, released, snapshotTaken } = settle<Cells, QuorumStateEntry, null, Promised>(plan, state.journal, draft.now);
    state.journal = journal;
    for (const effect of effects) draft.effects.push(effect as QuorumEffect);
    if (snapshotTaken !== null) note(draft, 'snapshot-taken', `up to entry ${snapshotTaken.lastIndex}, ${snapshotTaken.sizeBytes} bytes`);
    for (const { promised } of released) if (promised !== null) onPromised(draft, promised);
    if (released.length === 0 && draft.toSelf.length === 0) break;
  }
  return { state, effects: draft.effects };
}

function onPromised(draft: QuorumDraft, promised: Promised): void {
  const { state } = draft;
  switch (promised.kind) {
    case 'serve':
      state.phase = 'serving';
      state.lastReadId = state.journal.state.lives * READS_OF_A_LIFE;
      if (state.options.sweepUs > 0) wakeBy(draft, state.sweepAtUs);
      return;
    case 'issued':
      onApplied(draft, promised.key, promised.writeId);
      onIssued(draft, promised.writeId);
      return;
    case 'stored':
      onApplied(draft, promised.key, promised.writeId);
      if (promised.to !== NOBODY) tell(draft, promised.to, { kind: 'ack', writeId: promised.writeId });
      return;
    case 'dropped':
      forgetWrite(draft, promised.writeId);
      return;
    default:
      unreachable(promised);
  }
}

/** Ends the node for good (fail-stop): what it cannot trust it does not work with. */
function stop(draft: QuorumDraft, reason: string): void {
  draft.state.phase = 'stopped';
  draft.effects.push({ kind: 'stop', reason });
}

function wakeAt(state: QuorumState): Micros | null {
  if (state.phase === 'stopped') return null;
  const due = Math.min(state.dueUs, journalWakeAt(state.journal) ?? NEVER);
  return due >= NEVER ? null : micros(due);
}
