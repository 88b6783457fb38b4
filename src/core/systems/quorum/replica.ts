/** What every server does for the others: it keeps copies, says what it holds, and mends what is stale. */
import type { ByteString } from '../../base/bytestring.js';
import { NOBODY, type NodeId } from '../../base/units.js';
import { append, hold } from '../../journal/journal.js';
import type { Cell } from './cells.js';
import { isSettled, markSettled, note, shownOf, tell, type QuorumDraft } from './state.js';

/** REPLICATE_SYNC: the acknowledgement waits until this write, or a newer one of its key, is durable here. */
export function onReplicate(draft: QuorumDraft, from: NodeId, key: ByteString, cell: Cell): void {
  const { state } = draft;
  if (state.phase !== 'serving') tell(draft, from, { kind: 'nack', writeId: cell.writeId, reason: 'starting' });
  else if (shownOf(state, key).writeId >= cell.writeId) tell(draft, from, { kind: 'ack', writeId: cell.writeId });
  else store(draft, from, key, cell);
}

/** Writes a copy down. `to` is told when it is durable; NOBODY: nobody is. */
function store(draft: QuorumDraft, to: NodeId, key: ByteString, cell: Cell): void {
  const { state, plan } = draft;
  const coming = state.incoming.get(key);
  const promised = { kind: 'stored', to, key, writeId: cell.writeId } as const;
  if (coming !== undefined && coming.isCopy && coming.cell.writeId >= cell.writeId) {
    if (to !== NOBODY) state.journal = hold(state.journal, promised);
    return;
  }
  state.journal = append(plan, state.journal, { kind: 'cell', key, cell }, promised);
  if (coming === undefined || coming.cell.writeId < cell.writeId) state.incoming = state.incoming.with(key, { cell, isCopy: true });
  state.lastWriteId = Math.max(state.lastWriteId, cell.writeId);
}

/** A copy, or a write given out, is durable and applied: it is incoming no more. */
export function onApplied(draft: QuorumDraft, key: ByteString, writeId: number): void {
  const { state } = draft;
  if (state.incoming.get(key)?.cell.writeId === writeId) state.incoming = state.incoming.without(key);
}

/** READ_SYNC: told is only what is durable here, since who asks may count on it. */
export function onRead(draft: QuorumDraft, from: NodeId, readId: number, key: ByteString): void {
  const { state } = draft;
  if (state.phase !== 'serving') return;
  const cell = shownOf(state, key);
  tell(draft, from, { kind: 'holds', readId, key, cell, isSettled: isSettled(state, key, cell) });
}

/**
 * Of two servers that compare a key the stale one gets the newer cell (read repair, Dynamo §4.5). Copying what some
 * server holds is always allowed: it only makes more copies of what a read must reckon with anyway.
 */
export function repair(draft: QuorumDraft, from: NodeId, key: ByteString, theirs: Cell, isTheirsSettled: boolean): void {
  const { state } = draft;
  if (isTheirsSettled) markSettled(draft, key, theirs);
  const ours = shownOf(state, key);
  if (ours.writeId > theirs.writeId) {
    note(draft, 'stale-server-repaired', `s${from} had write ${theirs.writeId} of a key, not ${ours.writeId}`, 'detail');
    tell(draft, from, { kind: 'replicate', key, cell: ours });
  } else if (ours.writeId < theirs.writeId) store(draft, NOBODY, key, theirs);
}
