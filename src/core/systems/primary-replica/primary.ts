/** The primary: it changes its own store, answers, and pushes what changed without waiting for anybody. */
import { assert, unreachable } from '../../base/assert.js';
import { byteStringFromText, type ByteString } from '../../base/bytestring.js';
import { advance, below, bitsOf } from '../../base/random.js';
import { logIndex, micros, NEVER, NOBODY, type ConnectionId, type LogIndex, type NodeId } from '../../base/units.js';
import { append, hold, install, isFull, settle } from '../../journal/journal.js';
import type { Command } from '../../store/command.js';
import { readKey } from '../../store/store.js';
import { Backlog } from './backlog.js';
import { entriesBehind, type KeyChange } from './copy.js';
import { epochOf, GENERATION_MAX, generationOf, NO_EPOCH, type PeerMessage } from './messages.js';
import { note, respond, send, type Follower, type Promised, type Promoter, type ReplicationDraft, type Sending } from './state.js';
import type { Effected } from './tenure.js';

/** The number of each attempt that a person typed: each begins anew. */
const TYPED = 0;

/** A connection's own writes are told by its slot; connections that share one wait for each other's, a little longer, never wrongly. */
export const SLOTS = 64;

/**
 * Begins a history of its own with what this server holds, in an epoch that never was: after a start, and after a
 * promotion once that is durable.
 */
export function takeOffice(draft: ReplicationDraft): void {
  const { state } = draft;
  const { generation } = state.journal.state;
  state.random = advance(state.random);
  state.role = 'primary';
  state.primary = state.self;
  state.epoch = epochOf(generation, Math.max(1, bitsOf(state.random)));
  state.store = state.journal.state.store;
  state.backlog = Backlog.after(state.position);
  state.followers = [];
  state.isPromoting = false;
  state.announceAt = generation === 0 ? NEVER : draft.now;
}

/**
 * Where the log indexes of a promoted or memoryless primary begin. A session's id is a log index: two primaries must
 * not give out one, or a client of the first could act as one of the second. What a disk remembers goes on by itself.
 */
export function freshIndex(draft: ReplicationDraft, generation: number): LogIndex {
  const { state } = draft;
  state.random = advance(state.random);
  return logIndex(Math.max(state.journal.lastIndex + 1, generation * INDEXES_PER_GENERATION + 1 + below(state.random, INDEXES_DRAWN)));
}

const INDEXES_PER_GENERATION = 4_294_967_296;
const INDEXES_DRAWN = 2_147_483_648;

/**
 * An operator's decision: what this server holds becomes the primary's store, once it is durable. Whatever the old
 * primary had answered and not yet sent here is lost (docs/systems/primary-replica.md).
 */
export function promote(draft: ReplicationDraft, by: Promoter): void {
  const { state } = draft;
  if (state.role === 'primary') {
    tellPromoted(draft, by);
    return;
  }
  const knowsNothing = state.primary !== NOBODY && state.epoch === NO_EPOCH;
  const problem = state.isPromoting
    ? 'it is being promoted already'
    : knowsNothing
      ? 'it has received no snapshot yet, so all would be lost'
      : null;
  if (problem !== null) {
    if (by.kind === 'request') respond(draft, by.connection, { kind: 'unavailable', id: by.id, reason: problem });
    else refuse(draft, by.from, TYPED, problem);
    return;
  }
  const generation = Math.max(generationOf(state.epoch), state.journal.state.generation) + 1;
  assert(generation <= GENERATION_MAX, 'an operator promotes a server less often than numbers allow');
  const index = freshIndex(draft, generation);
  const tenure = { generation, isPrimary: true, store: { ...state.store, lastApplied: index } };
  state.journal = install(draft.plan, state.journal, tenure, index, { kind: 'promotion', by });
  state.isPromoting = true;
  state.primary = NOBODY;
  state.joining = null;
  state.askAt = NEVER;
}

export function announce(draft: ReplicationDraft): void {
  const { state } = draft;
  for (const member of state.members) if (member !== state.self) send(draft, member, { kind: 'primary', epoch: state.epoch });
  state.announceAt = micros(draft.now + state.options.announceInterval);
}

/** A write goes into the journal; {@link settleJournal} applies, answers and pushes it when it is as safe as the options say. */
export function onCommand(draft: ReplicationDraft, connection: ConnectionId, id: number, command: Command): void {
  const { state } = draft;
  if (mayNotWait(draft)) {
    respond(draft, connection, { kind: 'unavailable', id, reason: 'too many commands wait for the disk' });
    return;
  }
  state.journal = append(draft.plan, state.journal, command, { kind: 'command', connection, id });
  state.lastWrites = state.lastWrites.with(slotOf(connection), state.journal.lastIndex);
}

/** A read shows what is settled, which is all that anybody was told; but behind a write of its own connection it waits for that. */
export function onPrimaryQuery(draft: ReplicationDraft, connection: ConnectionId, id: number, key: ByteString): void {
  const { state } = draft;
  const isBehindOwnWrite = (state.lastWrites[slotOf(connection)] ?? 0) > state.journal.lastApplied;
  if (isBehindOwnWrite && mayNotWait(draft)) {
    respond(draft, connection, { kind: 'unavailable', id, reason: 'too many requests wait for the disk' });
  } else if (isBehindOwnWrite) state.journal = hold(state.journal, { kind: 'query', connection, id, key });
  else respond(draft, connection, { kind: 'done', id, result: readKey(state.store, key) });
}

/** So much waits for the disk, in number or in bytes, that one more must try again. */
function mayNotWait({ state }: ReplicationDraft): boolean {
  return state.journal.held.size >= state.options.waitingMax || isFull(state.journal, state.options.journal);
}

function slotOf(connection: ConnectionId): number {
  return (connection >>> 0) % SLOTS;
}

/** Answers and pushes what has become settled, in its order. Nobody is waited for but the disk. */
export function settleJournal(draft: ReplicationDraft): void {
  const { state, plan, now } = draft;
  const { journal, effects, released, snapshotTaken } = settle(plan, state.journal, now);
  state.journal = journal;
  const { position } = state;
  for (const { promised, outcome } of released) {
    if (outcome !== null && outcome.change !== null && state.role === 'primary') remember(draft, outcome.change);
    if (promised !== null) keepPromise(draft, promised, outcome);
  }
  if (state.role === 'primary') state.store = journal.state.store;
  if (state.position > position) state.followers = state.followers.map((follower) => pushTo(draft, follower));
  if (snapshotTaken !== null) note(draft, 'snapshot-taken', `up to entry ${snapshotTaken.lastIndex}, ${snapshotTaken.sizeBytes} bytes`);
  draft.effects.push(...effects);
}

function remember(draft: ReplicationDraft, change: KeyChange): void {
  const { state } = draft;
  const { backlogMax, backlogBytesMax } = state.options;
  state.position += 1;
  state.backlog = state.backlog.push(
    { kind: 'replicate', epoch: state.epoch, position: state.position, ...change },
    backlogMax,
    backlogBytesMax,
  );
}

function keepPromise(draft: ReplicationDraft, promised: Promised, outcome: Effected | null): void {
  const { state } = draft;
  switch (promised.kind) {
    case 'command': {
      const { connection, id } = promised;
      // It stepped down while its disk was at work: replicas were not told, and the new primary knows nothing of it.
      const isLost = state.role !== 'primary' || outcome === null;
      if (isLost) respond(draft, connection, { kind: 'notLeader', id, leaderHint: state.primary, isUncertain: true });
      else respond(draft, connection, { kind: 'done', id, result: outcome.result });
      return;
    }
    case 'query': {
      const { connection, id, key } = promised;
      if (state.role !== 'primary') respond(draft, connection, { kind: 'notLeader', id, leaderHint: state.primary, isUncertain: false });
      else respond(draft, connection, { kind: 'done', id, result: readKey(state.journal.state.store, key) });
      return;
    }
    case 'promotion':
      onPromoted(draft, promised.by);
      return;
    default:
      unreachable(promised);
  }
}

function onPromoted(draft: ReplicationDraft, by: Promoter): void {
  const { state } = draft;
  if (state.isPromoting) {
    takeOffice(draft);
    note(draft, 'primary-promoted', `at position ${state.position}, generation ${state.journal.state.generation}`);
    announce(draft);
  }
  tellPromoted(draft, by);
}

function tellPromoted(draft: ReplicationDraft, by: Promoter): void {
  const { state } = draft;
  if (by.kind === 'request') respond(draft, by.connection, { kind: 'leader', id: by.id, leaderHint: state.primary });
  else if (state.role === 'primary') send(draft, by.from, { kind: 'primary', epoch: state.epoch });
}

/** What a replica asks. */
export function onReplica(draft: ReplicationDraft, from: NodeId, message: Extract<PeerMessage, { kind: 'join' | 'follow' }>): void {
  forgetSilent(draft);
  const follower = heard(draft, from);
  if (follower === null) {
    if (message.kind === 'join')
      refuse(draft, from, message.join, `this primary has ${draft.state.followers.length} replicas already, its maximum`);
    return;
  }
  keep(draft, message.kind === 'join' ? onJoin(draft, follower, message.join, message.piece) : onFollow(draft, follower, message));
}

export function refuse(draft: ReplicationDraft, to: NodeId, join: number, reason: string): void {
  send(draft, to, { kind: 'refuse', join, reason: byteStringFromText(reason) });
}

/** Those that said nothing for too long take no room. One that comes back follows on from where it says that it is. */
export function forgetSilent(draft: ReplicationDraft): void {
  const { state, now } = draft;
  const isSilent = (follower: Follower): boolean => follower.heardAt + state.options.silence <= now;
  for (const follower of state.followers) {
    if (isSilent(follower)) note(draft, 'replica-forgotten', `server ${follower.id}, confirmed to ${follower.confirmed}`);
  }
  if (state.followers.some(isSilent)) state.followers = state.followers.filter((follower) => !isSilent(follower));
}

function heard(draft: ReplicationDraft, from: NodeId): Follower | null {
  const known = draft.state.followers.find(({ id }) => id === from);
  if (known !== undefined) return { ...known, heardAt: draft.now };
  if (draft.state.followers.length >= draft.state.options.replicasMax) return null;
  return { id: from, heardAt: draft.now, sending: null, isFollowing: false, confirmed: 0, sent: 0 };
}

function keep(draft: ReplicationDraft, follower: Follower): void {
  const { state } = draft;
  const others = state.followers.filter(({ id }) => id !== follower.id);
  state.followers = [...others, follower].sort((a, b) => a.id - b.id);
}

// ---- Snapshots ------------------------------------------------------------------------------------

/**
 * The first question of an attempt freezes this moment; each further piece is of the same moment, and is asked
 * for once the one before it has come. The piece asked for last is sent again when it is asked for again.
 */
function onJoin(draft: ReplicationDraft, follower: Follower, join: number, piece: number): Follower {
  const { state } = draft;
  const { sending } = follower;
  if (sending !== null && sending.join === join && join !== TYPED) {
    if (piece === sending.piece) return sendPiece(draft, follower, sending);
    // An older piece: a late copy of a question that was answered.
    if (piece !== sending.piece + 1) return follower;
    const { entries } = entriesBehind(sending.keys, sending.behind, state.options.pieceBytesMax);
    return sendPiece(draft, follower, { ...sending, piece, behind: entries.at(-1)?.key ?? sending.behind });
  }
  if (piece === 0) {
    const { position, store } = state;
    const fresh = sendPiece(draft, { ...follower, isFollowing: false }, { join, position, keys: store.keys, piece, behind: null });
    // Who types can't say "follow" in time: what comes after the snapshot is pushed at once.
    return join === TYPED ? { ...fresh, sending: null, isFollowing: true, confirmed: position, sent: position } : fresh;
  }
  refuse(draft, follower.id, join, 'the snapshot is not known here any more');
  return follower;
}

function sendPiece(draft: ReplicationDraft, follower: Follower, sending: Sending): Follower {
  const { state } = draft;
  const { join, piece, position, keys, behind } = sending;
  const { entries, isLast } = entriesBehind(keys, behind, state.options.pieceBytesMax);
  send(draft, follower.id, { kind: 'snapshot', join, piece, isLast, epoch: state.epoch, position, entries });
  return { ...follower, sending };
}

// ---- The stream -----------------------------------------------------------------------------------

function onFollow(
  draft: ReplicationDraft,
  follower: Follower,
  { epoch, position, isGap }: Extract<PeerMessage, { kind: 'follow' }>,
): Follower {
  const { state } = draft;
  const isKnown = epoch === state.epoch && position >= state.backlog.from && position <= state.position;
  if (!isKnown) {
    send(draft, follower.id, { kind: 'resync', epoch, position });
    return { ...follower, isFollowing: false };
  }
  // A late copy: within an epoch a replica never goes back.
  if (follower.isFollowing && position < follower.confirmed) return follower;
  // No step forward since it last spoke: what was sent to it meanwhile is lost, or so late that a copy does no fault.
  const isStuck = !follower.isFollowing || isGap || position === follower.confirmed;
  const sent = isStuck ? position : Math.max(position, follower.sent);
  return pushTo(draft, { ...follower, sending: null, isFollowing: true, confirmed: position, sent });
}

/** Sends what follows, as far as the window and the backlog allow. */
function pushTo(draft: ReplicationDraft, follower: Follower): Follower {
  const { backlog, options } = draft.state;
  if (!follower.isFollowing) return follower;
  let { sent } = follower;
  while (sent < backlog.position && sent - follower.confirmed < options.windowMax) {
    const isFirst = sent === follower.confirmed;
    if (!isFirst && backlog.bytesBetween(follower.confirmed, sent + 1) > options.windowBytesMax) break;
    const change = backlog.at(sent + 1);
    // Too far behind: it will say so itself, and be told to join anew.
    if (change === undefined) return { ...follower, isFollowing: false, sent };
    send(draft, follower.id, change);
    sent++;
  }
  return sent === follower.sent ? follower : { ...follower, sent };
}
