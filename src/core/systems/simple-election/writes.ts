/** Writes: the leader logs one, pushes it, and answers once enough servers have it. Nothing that a server missed is ever sent again. */
import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { micros, type NodeId } from '../../base/units.js';
import { append } from '../../journal/journal.js';
import type { Command, StoreResult } from '../../store/command.js';
import { OrderedMap } from '../../store/ordered-map.js';
import { ABSENT, cellOf, resultOf, type Cell } from './data.js';
import type { ElectionMessage } from './messages.js';
import { majorityOf } from './options.js';
import { note, respond, tellOthers, type ElectionDraft, type OpenWrite, type Waiter } from './state.js';

const MS = 1_000;

export function onCommand(draft: ElectionDraft, waiter: Waiter, command: Command): void {
  const { state } = draft;
  if (state.role !== 'leader') sendAway(draft, waiter);
  else if (command.op === 'registerClient') respond(draft, waiter, { kind: 'noSessions', id: waiter.id });
  else if (command.clientId !== 0)
    respond(draft, waiter, { kind: 'done', id: waiter.id, result: { status: 'sessionExpired', version: 0, value: EMPTY } });
  else if (state.writes.size >= state.options.openMax)
    respond(draft, waiter, { kind: 'unavailable', id: waiter.id, reason: 'too many writes wait for other servers' });
  else if (state.writesBytes >= state.options.openBytesMax)
    respond(draft, waiter, { kind: 'unavailable', id: waiter.id, reason: 'too many bytes of writes wait for other servers' });
  else write(draft, waiter, command);
}

/** A read is the leader's own word: it asks nobody whether it still leads. */
export function onQuery(draft: ElectionDraft, waiter: Waiter, key: ByteString): void {
  if (draft.state.role !== 'leader') sendAway(draft, waiter);
  else respond(draft, waiter, { kind: 'done', id: waiter.id, result: resultOf(shownOf(draft, key)) });
}

function sendAway(draft: ElectionDraft, waiter: Waiter): void {
  respond(draft, waiter, { kind: 'notLeader', id: waiter.id, leaderHint: draft.state.leaderId, isUncertain: false });
}

/** What stood there before the oldest write that still waits; without one, what stands there. */
function shownOf({ state }: ElectionDraft, key: ByteString): Cell {
  return openWritesOf(state.writes, key)[0]?.before ?? cellOf(state.journal.state, key);
}

function openWritesOf(writes: OrderedMap<number, OpenWrite>, key: ByteString): readonly OpenWrite[] {
  const found: OpenWrite[] = [];
  writes.scan(undefined, (_id, open) => {
    if (open.key === key) found.push(open);
    return true;
  });
  return found;
}

function write(draft: ElectionDraft, waiter: Waiter, { op, key, value, version }: Command): void {
  const { state, plan, now } = draft;
  const before = openWritesOf(state.writes, key).at(-1)?.cell ?? cellOf(state.journal.state, key);
  const refusal = refusalOf(op, version, before);
  if (refusal !== null) {
    respond(draft, waiter, { kind: 'done', id: waiter.id, result: refusal });
    return;
  }
  const cell: Cell = op === 'delete' ? ABSENT : { version: before.version + 1, value };
  const result: StoreResult = { status: 'ok', version: op === 'delete' ? before.version : cell.version, value: EMPTY };
  const writeId = state.journal.lastIndex + 1;
  state.journal = append(plan, state.journal, { key, cell }, { kind: 'written', writeId });
  const deadlineUs = micros(now + state.options.writeTimeoutUs);
  state.writes = state.writes.with(writeId, { waiter, key, cell, before, result, holders: [], deadlineUs });
  state.writesBytes += openBytesOf({ key, cell });
}

function refusalOf(op: Command['op'], version: number, before: Cell): StoreResult | null {
  const noKey: StoreResult = { status: 'noKey', version: 0, value: EMPTY };
  if (op === 'delete') return before.value === null ? noKey : null;
  if (op !== 'put' || version === before.version) return null;
  return before.value === null ? noKey : { status: 'versionConflict', version: before.version, value: EMPTY };
}

/** The leader's own copy is durable: that is one, and now the others are told. */
export function onWritten(draft: ElectionDraft, writeId: number): void {
  const { state } = draft;
  const open = state.writes.get(writeId);
  if (open === undefined) return;
  tellOthers(draft, { kind: 'replicate', writeId, term: state.currentTerm, key: open.key, cell: open.cell });
  onHeld(draft, state.self, writeId);
}

/** Answers once enough servers have it. Whether they will be heard in the next election is another matter. */
export function onHeld(draft: ElectionDraft, server: NodeId, writeId: number): void {
  const { state } = draft;
  const open = state.writes.get(writeId);
  if (open === undefined || open.holders.includes(server)) return;
  const holders = [...open.holders, server];
  if (holders.length < quorumOf(draft)) {
    state.writes = state.writes.with(writeId, { ...open, holders });
    return;
  }
  forgetWrite(draft, writeId, open);
  respond(draft, open.waiter, { kind: 'done', id: open.waiter.id, result: open.result });
}

/** What a write takes while it waits, in bytes, about. */
function openBytesOf({ key, cell }: Pick<OpenWrite, 'key' | 'cell'>): number {
  return key.length + (cell.value?.length ?? 0);
}

/** It waits no more. */
function forgetWrite({ state }: ElectionDraft, writeId: number, open: OpenWrite): void {
  state.writes = state.writes.without(writeId);
  state.writesBytes -= openBytesOf(open);
}

function quorumOf({ state }: ElectionDraft): number {
  return state.options.writeQuorum ?? majorityOf(state.members.length);
}

/** REPLICATE_SYNC: taken from a leader of this term or a newer one, whatever this server has or lacks. */
export function onReplicate(draft: ElectionDraft, from: NodeId, message: Extract<ElectionMessage, { kind: 'replicate' }>): void {
  const { state, plan } = draft;
  const { writeId, key, cell } = message;
  if (message.term > 0 && message.term < state.currentTerm) {
    draft.effects.push({ kind: 'send', to: from, message: { kind: 'nack', writeId, reason: 'stale_term' } });
    return;
  }
  state.journal = append(plan, state.journal, { key, cell }, { kind: 'ack', to: from, writeId });
}

/** Writes that did not get their quorum in time are rolled back here; other servers keep what they have. */
export function giveUpOverdue(draft: ElectionDraft): void {
  const { state, now } = draft;
  const overdue: [number, OpenWrite][] = [];
  state.writes.scan(undefined, (writeId, open) => {
    if (open.deadlineUs <= now) overdue.push([writeId, open]);
    return open.deadlineUs <= now;
  });
  for (const [writeId, open] of overdue) {
    forgetWrite(draft, writeId, open);
    rollBack(draft, open);
    const reason = `write quorum not reached: ${open.holders.length} of ${quorumOf(draft)} servers had it within ${state.options.writeTimeoutUs / MS} ms`;
    note(draft, 'write-quorum-missed', `write ${writeId}: ${open.holders.length} of ${quorumOf(draft)}`);
    respond(draft, open.waiter, { kind: 'maybe', id: open.waiter.id, reason });
  }
}

/** Unless a later write of the key stands on it by now. */
function rollBack(draft: ElectionDraft, { key, before }: OpenWrite): void {
  const { state, plan } = draft;
  if (openWritesOf(state.writes, key).length > 0) return;
  state.journal = append(plan, state.journal, { key, cell: before }, null);
}

/** A leader that is none any more can promise nothing. */
export function abandonWrites(draft: ElectionDraft, leaderHint: NodeId): void {
  const { state } = draft;
  state.writes.scan(undefined, (_id, { waiter }) => {
    respond(draft, waiter, { kind: 'notLeader', id: waiter.id, leaderHint, isUncertain: true });
    return true;
  });
  state.writes = OrderedMap.empty();
  state.writesBytes = 0;
}

/** When the oldest write's time is over; null while none waits. All have the same patience, so the oldest is the next. */
export function writeDueUs(writes: OrderedMap<number, OpenWrite>): number | null {
  let dueUs: number | null = null;
  writes.scan(undefined, (_id, { deadlineUs }) => {
    dueUs = deadlineUs;
    return false;
  });
  return dueUs;
}
