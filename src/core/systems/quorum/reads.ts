/** Reads, which any server coordinates: ask, take the newest, see that enough have it, answer. */
import type { ByteString } from '../../base/bytestring.js';
import type { NodeId } from '../../base/units.js';
import { NEVER_WRITTEN, resultOf, type Cell } from './cells.js';
import {
  isSettled,
  markSettled,
  note,
  patience,
  respond,
  shownOf,
  tell,
  waitsForTheDisk,
  type OpenRead,
  type QuorumDraft,
  type Spread,
  type Waiter,
} from './state.js';

/** Begins a read. What this server holds itself is the first answer, and with R=1 the others are not asked. */
export function onQuery(draft: QuorumDraft, waiter: Waiter, key: ByteString): void {
  const { state } = draft;
  const readId = nextReadId(draft);
  const read: OpenRead = { waiter, key, answers: [], best: NEVER_WRITTEN, ...patience(draft) };
  state.reads = state.reads.with(readId, read);
  onAnswer(draft, state.self, readId, shownOf(state, key));
  if (state.reads.get(readId) === undefined) return;
  for (const to of state.members) if (to !== state.self) tell(draft, to, { kind: 'read', readId, key });
}

function nextReadId({ state }: QuorumDraft): number {
  state.lastReadId++;
  return state.lastReadId;
}

/** Takes up what a server holds. Each counts once; answers to reads that are over count no more. */
export function onAnswer(draft: QuorumDraft, server: NodeId, readId: number, cell: Cell): void {
  const { state } = draft;
  const before = state.reads.get(readId);
  if (before === undefined || before.answers.some((answer) => answer.server === server)) return;
  const answers = [...before.answers, { server, writeId: cell.writeId }];
  const read: OpenRead = { ...before, answers, best: cell.writeId > before.best.writeId ? cell : before.best };
  if (answers.length < state.options.readQuorum) {
    state.reads = state.reads.with(readId, read);
    return;
  }
  state.reads = state.reads.without(readId);
  conclude(draft, readId, read);
}

/**
 * Shows the newest of R answers once enough servers have it (ABD: Attiya, Bar-Noy, Dolev 1995, the write-back of a
 * read). Shown earlier, it could be missed by the next read, whose R servers may all be others.
 */
function conclude(draft: QuorumDraft, readId: number, { waiter, key, answers, best, deadlineUs, sentUs }: OpenRead): void {
  const holders = answers.filter(({ writeId }) => writeId === best.writeId).map(({ server }) => server);
  if (!isSettled(draft.state, key, best) && holders.length < draft.state.copies)
    note(draft, 'read-wrote-back', `write ${best.writeId} was on ${holders.length} of ${answers.length} servers`, 'detail');
  spreadAs(draft, readId, { waiter, key, cell: best, result: resultOf(best), holders, deadlineUs, sentUs });
}

/** Answers with `result`, which shows `cell`, as soon as enough servers have it. */
export function spread(draft: QuorumDraft, wanted: Spread): void {
  spreadAs(draft, nextReadId(draft), wanted);
}

function spreadAs(draft: QuorumDraft, readId: number, wanted: Spread): void {
  if (isDone(draft, wanted)) {
    show(draft, wanted);
    return;
  }
  draft.state.spreads = draft.state.spreads.with(readId, wanted);
  askToHold(draft, wanted);
}

/** Whether enough have it. What was never written, every server holds. */
function isDone({ state }: QuorumDraft, { key, cell, holders }: Spread): boolean {
  return cell.writeId === 0 || holders.length >= state.copies || isSettled(state, key, cell);
}

function show(draft: QuorumDraft, { waiter, key, cell, result }: Spread): void {
  markSettled(draft, key, cell);
  respond(draft, waiter, { kind: 'done', id: waiter.id, result });
}

export function askToHold(draft: QuorumDraft, { key, cell, holders }: Pick<Spread, 'key' | 'cell' | 'holders'>): void {
  if (waitsForTheDisk(draft.state, cell)) return;
  for (const to of draft.state.members) if (!holders.includes(to)) tell(draft, to, { kind: 'replicate', key, cell });
}

/** A write of this primary became durable here: answers that show it waited for that. */
export function onSpreadIssued(draft: QuorumDraft, writeId: number): void {
  draft.state.spreads.scan(undefined, (_readId, wanted) => {
    if (wanted.cell.writeId === writeId) askToHold(draft, wanted);
    return true;
  });
}

/** A server has a write durably: that may be what an answer waited for. */
export function onSpreadHeld(draft: QuorumDraft, server: NodeId, writeId: number): void {
  const { state } = draft;
  const waiting: [number, Spread][] = [];
  state.spreads.scan(undefined, (readId, wanted) => {
    if (wanted.cell.writeId === writeId && !wanted.holders.includes(server)) waiting.push([readId, wanted]);
    return true;
  });
  for (const [readId, wanted] of waiting) {
    const after: Spread = { ...wanted, holders: [...wanted.holders, server] };
    if (isDone(draft, after)) {
      state.spreads = state.spreads.without(readId);
      show(draft, after);
    } else state.spreads = state.spreads.with(readId, after);
  }
}
