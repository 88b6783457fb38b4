/** A replica: it joins a primary with a snapshot, then follows its changes in their order, and finds what was lost. */
import { unreachable } from '../../base/assert.js';
import { EMPTY } from '../../base/bytestring.js';
import { Fifo } from '../../base/fifo.js';
import { advance, bitsOf } from '../../base/random.js';
import { logIndex, micros, NEVER, NOBODY, type NodeId } from '../../base/units.js';
import { install as installInJournal } from '../../journal/journal.js';
import { openStore } from '../../store/store.js';
import { Backlog } from './backlog.js';
import { storeOf, withChange } from './copy.js';
import { generationOf, NO_EPOCH, type Entry, type PeerMessage, type Piece, type Replicate } from './messages.js';
import { note, respond, send, type Joining, type Operator, type ReplicationDraft, type ReplicationState } from './state.js';

/** Becomes a replica of `primary` and asks it for a snapshot. What it holds is read from until that has come. */
export function join(draft: ReplicationDraft, primary: NodeId): void {
  const { state } = draft;
  if (state.role === 'primary') stepDown(draft, `to join server ${primary}`);
  state.primary = primary;
  state.isPromoting = false;
  beginJoin(draft);
}

/** A primary that is none any more: its sessions end, and nobody is followed by it. */
function stepDown(draft: ReplicationDraft, why: string): void {
  const { state } = draft;
  note(draft, 'primary-stepped-down', why);
  state.role = 'replica';
  state.primary = NOBODY;
  state.backlog = Backlog.after(state.position);
  state.followers = [];
  state.announceAt = NEVER;
}

function beginJoin(draft: ReplicationDraft): void {
  newAttempt(draft);
  ask(draft);
}

function newAttempt(draft: ReplicationDraft): void {
  const { state } = draft;
  state.random = advance(state.random);
  // 0 is for those who type.
  state.joining = { join: 1 + (bitsOf(state.random) >>> 1), piece: 0, entries: Fifo.empty(), epoch: NO_EPOCH, position: 0 };
}

/** Says where it is, or asks for the piece that is awaited: at once, and again after a while if nothing comes. */
export function ask(draft: ReplicationDraft): void {
  const { state } = draft;
  if (state.primary === NOBODY) return;
  if (state.joining !== null) send(draft, state.primary, { kind: 'join', join: state.joining.join, piece: state.joining.piece });
  else follow(draft, false);
  state.askAt = micros(draft.now + state.options.followInterval);
}

function follow(draft: ReplicationDraft, isGap: boolean): void {
  const { state } = draft;
  send(draft, state.primary, { kind: 'follow', epoch: state.epoch, position: state.position, isGap });
  state.saidPosition = state.position;
  state.hasToldGap = isGap;
}

/** What a primary, or somebody who takes this server for a replica, says. */
export function onPrimary(
  draft: ReplicationDraft,
  from: NodeId,
  message: Exclude<PeerMessage, { kind: 'join' | 'follow' | 'promote' }>,
): void {
  const { state } = draft;
  switch (message.kind) {
    case 'primary':
      onAnnounced(draft, from, message.epoch);
      return;
    case 'replicate':
      if (message.epoch === NO_EPOCH) onTyped(draft, message);
      else if (from === state.primary && state.joining === null) onChange(draft, message);
      return;
    case 'snapshot':
      if (from === state.primary && state.joining !== null) onPiece(draft, state.joining, message);
      return;
    case 'resync':
      if (from === state.primary && state.joining === null && message.epoch === state.epoch && message.position === state.position) {
        note(draft, 'replica-resynced', `from position ${state.position} of epoch ${state.epoch}`);
        beginJoin(draft);
      }
      return;
    case 'refuse':
      if (from === state.primary && message.join === state.joining?.join) onRefused(draft, message.reason);
      return;
    default:
      unreachable(message);
  }
}

// ---- The stream -----------------------------------------------------------------------------------

/** Exactly the next change is applied: what is older was applied, and what is newer would hide a gap. */
function onChange(draft: ReplicationDraft, { epoch, position, version, change }: Replicate): void {
  const { state } = draft;
  if (epoch !== state.epoch || position <= state.position) return;
  if (position > state.position + 1) {
    if (state.hasToldGap && state.saidPosition === state.position) return;
    note(draft, 'replica-gap-found', `position ${position} came after ${state.position}`);
    follow(draft, true);
    return;
  }
  state.store = withChange(state.store, change, version);
  state.position = position;
  // Half a window before the primary would have to stop and wait for it.
  if (position - state.saidPosition >= state.options.windowMax / 2) follow(draft, false);
}

/** A bare line, as 000 has it, changes only who belongs to nobody: elsewhere it would make a copy that no primary ever had. */
function onTyped(draft: ReplicationDraft, { change }: Replicate): void {
  const { state } = draft;
  if (state.primary !== NOBODY) {
    note(draft, 'typed-change-ignored', 'this server has a primary');
    return;
  }
  const version = (state.store.keys.get(change.key)?.version ?? 0) + 1;
  state.store = withChange(state.store, change, version);
}

// ---- Joining --------------------------------------------------------------------------------------

function onPiece(draft: ReplicationDraft, joining: Joining, message: Piece): void {
  if (message.join !== joining.join || message.piece !== joining.piece) return;
  const isOfOneMoment = message.piece === 0 || (message.epoch === joining.epoch && message.position === joining.position);
  if (!isOfOneMoment) {
    beginJoin(draft);
    return;
  }
  const { epoch, position } = message;
  const received = { ...joining, piece: joining.piece + 1, entries: joining.entries.push(message.entries), epoch, position };
  if (message.isLast) {
    install(draft, received);
    return;
  }
  draft.state.joining = received;
  ask(draft);
}

/** The whole snapshot is there: readers see it, and what came after it is asked for. */
function install(draft: ReplicationDraft, { entries, epoch, position }: Joining): void {
  const { state } = draft;
  state.store = storeOf(state.options.store, ascending(entries.toArray().flat()));
  state.epoch = epoch;
  state.position = position;
  state.backlog = Backlog.after(position);
  state.joining = null;
  forgetOffice(draft);
  note(draft, 'replica-joined', `at position ${position} of epoch ${epoch}`);
  for (const operator of state.operators) {
    respond(draft, operator.connection, { kind: 'done', id: operator.id, result: { status: 'ok', version: position, value: EMPTY } });
  }
  state.operators = [];
  ask(draft);
}

/** A server that was a primary by its disk must not be one after its next start: now that it holds the new one's store, it says so. */
function forgetOffice(draft: ReplicationDraft): void {
  const { state, plan } = draft;
  if (!isPrimaryByDisk(state)) return;
  const tenure = { generation: Math.max(1, generationOf(state.epoch)), isPrimary: false, store: openStore(state.options.store) };
  const index = logIndex(state.journal.lastIndex + 1);
  state.journal = installInJournal(plan, state.journal, tenure, index, null);
}

/** Whether this server would take office if it started with what its journal holds. */
export function isPrimaryByDisk({ journal, options, self }: Pick<ReplicationState, 'journal' | 'options' | 'self'>): boolean {
  const { generation, isPrimary } = journal.state;
  return generation === 0 ? options.primary === self : isPrimary;
}

/** Ours come in order; what a person sends need not. The last of equal keys counts. */
function ascending(entries: readonly Entry[]): readonly Entry[] {
  const isAscending = entries.every((entry, at) => at === 0 || (entries[at - 1] as Entry).key < entry.key);
  if (isAscending) return entries;
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * What an operator wanted and is refused leaves all as it was. A replica that found its primary itself makes its next
 * attempt when the time comes, since reasons pass.
 */
function onRefused(draft: ReplicationDraft, reason: string): void {
  const { state } = draft;
  note(draft, 'join-refused', reason);
  if (state.operators.length === 0) {
    newAttempt(draft);
    return;
  }
  answerOperators(draft, () => true, reason);
  state.primary = state.formerPrimary;
  state.joining = null;
  if (state.primary === NOBODY) state.askAt = NEVER;
  else if (state.epoch === NO_EPOCH) beginJoin(draft);
  else ask(draft);
}

/** Operators who waited for too long hear that nothing came. The replica goes on asking. */
export function answerOverdue(draft: ReplicationDraft): void {
  answerOperators(draft, ({ deadline }) => deadline <= draft.now, 'no snapshot came in time; this replica goes on asking for one');
}

function answerOperators(draft: ReplicationDraft, isMeant: (operator: Operator) => boolean, reason: string): void {
  const { state } = draft;
  if (!state.operators.some(isMeant)) return;
  for (const { connection, id } of state.operators.filter(isMeant)) respond(draft, connection, { kind: 'unavailable', id, reason });
  state.operators = state.operators.filter((operator) => !isMeant(operator));
}

// ---- Promotion ------------------------------------------------------------------------------------

/**
 * The primary of a later epoch is followed: by replicas, by an old primary that has come back, and, where an
 * operator promoted two servers, by the one of the lesser number. Only a server of the list may say that it is one: a guest who
 * types it would be asked for a snapshot, and this server would wait for what never comes.
 */
function onAnnounced(draft: ReplicationDraft, from: NodeId, epoch: number): void {
  const { state } = draft;
  if (from === state.self || !state.members.includes(from) || generationOf(epoch) === 0 || epoch <= state.epoch) return;
  const isOnItsWay = state.primary === from && state.joining !== null;
  if (!isOnItsWay) join(draft, from);
}
