/** What the primary does with commands: it alone orders writes, so their order needs no agreement. */
import { EMPTY } from '../../base/bytestring.js';
import type { NodeId } from '../../base/units.js';
import { append } from '../../journal/journal.js';
import type { Command, StoreResult } from '../../store/command.js';
import type { Cell } from './cells.js';
import { WRITE_ID_MAX } from './messages.js';
import { onSpreadIssued, spread } from './reads.js';
import {
  isSettled,
  markSettled,
  newestOf,
  note,
  openBytesOf,
  patience,
  respond,
  shownOf,
  tell,
  type OpenWrite,
  type QuorumDraft,
  type Waiter,
} from './state.js';

const MS = 1_000;

/** A command of a client, at whatever server. */
export function onCommand(draft: QuorumDraft, waiter: Waiter, command: Command): void {
  const { state } = draft;
  if (state.self !== state.primary)
    respond(draft, waiter, { kind: 'notLeader', id: waiter.id, leaderHint: state.primary, isUncertain: false });
  else if (command.op === 'registerClient') respond(draft, waiter, { kind: 'noSessions', id: waiter.id });
  else if (command.clientId !== 0)
    respond(draft, waiter, { kind: 'done', id: waiter.id, result: { status: 'sessionExpired', version: 0, value: EMPTY } });
  else if (state.lastWriteId >= WRITE_ID_MAX) refuse(draft, waiter, 'there are no write ids left');
  else decide(draft, waiter, command);
}

export function refuse(draft: QuorumDraft, waiter: Waiter, reason: string): void {
  respond(draft, waiter, { kind: 'unavailable', id: waiter.id, reason });
}

/**
 * Judges a command by the last write of its key that was ever given out, whatever became of that: a write that did not
 * get its quorum may still turn up, so it is taken to have come before. (To be sure that it never will, a promise of the
 * other servers would be needed, as in Paxos.) An answer that changes nothing shows that write, as a read does.
 */
function decide(draft: QuorumDraft, waiter: Waiter, command: Command): void {
  const base = newestOf(draft.state, command.key);
  const refusal = refusalOf(command, base);
  if (refusal === null) issue(draft, waiter, command, base);
  else if (isSettled(draft.state, command.key, base)) respond(draft, waiter, { kind: 'done', id: waiter.id, result: refusal });
  else spread(draft, { waiter, key: command.key, cell: base, result: refusal, holders: [], ...patience(draft) });
}

function refusalOf({ op, version }: Command, base: Cell): StoreResult | null {
  const isAbsent = base.value === null;
  if (op === 'delete') return isAbsent ? { status: 'noKey', version: 0, value: EMPTY } : null;
  if (op !== 'put' || version === base.version) return null;
  return isAbsent ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'versionConflict', version: base.version, value: EMPTY };
}

/** Writes it down here first: so no write is ever given out that this server, started again, would not know of. */
function issue(draft: QuorumDraft, waiter: Waiter, { op, key, value }: Command, base: Cell): void {
  const { state, plan } = draft;
  const writeId = state.lastWriteId + 1;
  const cell: Cell = op === 'delete' ? { writeId, version: 0, value: null } : { writeId, version: base.version + 1, value };
  const result: StoreResult = { status: 'ok', version: op === 'delete' ? base.version : cell.version, value: EMPTY };
  state.lastWriteId = writeId;
  state.incoming = state.incoming.with(key, { cell, isCopy: false });
  state.writes = state.writes.with(writeId, { waiter, key, cell, result, holders: [], isGivenUp: false, ...patience(draft) });
  state.writesBytes += openBytesOf({ key, cell });
  state.journal = append(
    plan,
    state.journal,
    { kind: 'issue', key, cell, keeps: shownOf(state, key).writeId },
    { kind: 'issued', key, writeId },
  );
}

/** The write is durable here: that is one acknowledgement, and now the others are asked. */
export function onIssued(draft: QuorumDraft, writeId: number): void {
  const { state } = draft;
  const write = state.writes.get(writeId);
  if (write === undefined || write.isGivenUp) return;
  for (const to of state.members) if (to !== state.self) tell(draft, to, { kind: 'replicate', key: write.key, cell: write.cell });
  onWriteHeld(draft, state.self, writeId);
  onSpreadIssued(draft, writeId);
}

/** A server has the write durably: answers the client once W have, and waits for no slower one. */
export function onWriteHeld(draft: QuorumDraft, server: NodeId, writeId: number): void {
  const { state } = draft;
  const write = state.writes.get(writeId);
  if (write === undefined || write.isGivenUp || write.holders.includes(server)) return;
  const holders = [...write.holders, server];
  if (holders.length < state.options.writeQuorum) {
    state.writes = state.writes.with(writeId, { ...write, holders });
    return;
  }
  forgetWrite(draft, writeId);
  markSettled(draft, write.key, write.cell);
  respond(draft, write.waiter, { kind: 'done', id: write.waiter.id, result: write.result });
}

/** It waits no more. */
export function forgetWrite({ state }: QuorumDraft, writeId: number): void {
  const write = state.writes.get(writeId);
  if (write === undefined) return;
  state.writes = state.writes.without(writeId);
  state.writesBytes -= openBytesOf(write);
}

/**
 * Gives a write up: it is not applied here. Other servers may have it, so nobody can say that it was not done; and to
 * undo it there would take back what a read may have shown.
 */
export function giveUp(draft: QuorumDraft, writeId: number, write: OpenWrite): void {
  const { state, plan } = draft;
  const { writeQuorum, timeoutUs } = state.options;
  const reason = `write quorum not reached: ${write.holders.length} of ${writeQuorum} servers had it durably within ${timeoutUs / MS} ms`;
  note(draft, 'write-quorum-missed', `write ${writeId}: ${write.holders.length} of ${writeQuorum}`);
  respond(draft, write.waiter, { kind: 'maybe', id: write.waiter.id, reason });
  state.writes = state.writes.with(writeId, { ...write, isGivenUp: true });
  state.journal = append(plan, state.journal, { kind: 'drop', key: write.key, writeId }, { kind: 'dropped', writeId });
}
