/** The primary: it changes its own store, answers, and pushes what changed without waiting for anybody. */
import { advance, bitsOf } from '../../base/random.js';
import { assert } from '../../base/assert.js';
import { byteStringFromText } from '../../base/bytestring.js';
import { logIndex, micros, NEVER, type ConnectionId, type NodeId } from '../../base/units.js';
import type { Command } from '../../store/command.js';
import { applyCommand } from '../../store/store.js';
import { Backlog } from './backlog.js';
import { asBeginningOf, changeBetween, entriesBehind } from './copy.js';
import { epochOf, GENERATION_MAX, generationOf, type PeerMessage } from './messages.js';
import { note, respond, send, type Follower, type ReplicationDraft, type Sending } from './state.js';

/** The number of each attempt that a person typed: each begins anew. */
const TYPED = 0;

/** Begins a history of its own with what this server holds: in the same generation, or as one who was promoted in the next. */
export function becomePrimary(draft: ReplicationDraft, generation: number): void {
  const { state } = draft;
  assert(generation <= GENERATION_MAX, 'an operator promotes a server less often than numbers allow');
  state.random = advance(state.random);
  const life = Math.max(1, bitsOf(state.random));
  state.role = 'primary';
  state.primary = state.self;
  state.epoch = epochOf(generation, life);
  state.store = asBeginningOf(state.store, life);
  state.backlog = Backlog.after(state.position);
  state.followers = [];
  state.joining = null;
  state.askAt = NEVER;
  state.announceAt = generation === 0 ? NEVER : draft.now;
}

/** An operator's decision. Whatever the old primary had answered and not yet sent here is lost (README.md). */
export function promote(draft: ReplicationDraft): void {
  const { state } = draft;
  if (state.role === 'primary') return;
  note(draft, 'primary-promoted', `at position ${state.position} of epoch ${state.epoch}`);
  becomePrimary(draft, generationOf(state.epoch) + 1);
  announce(draft);
}

export function announce(draft: ReplicationDraft): void {
  const { state } = draft;
  for (const member of state.members) if (member !== state.self) send(draft, member, { kind: 'primary', epoch: state.epoch });
  state.announceAt = micros(draft.now + state.options.announceInterval);
}

/** A write: applied, remembered, answered and pushed, in one step. Nobody is waited for. */
export function onCommand(draft: ReplicationDraft, connection: ConnectionId, id: number, command: Command): void {
  const { state } = draft;
  const before = state.store;
  const { state: after, result } = applyCommand(before, logIndex(before.lastApplied + 1), command);
  state.store = after;
  const effect = changeBetween(before, after, command.key);
  if (effect !== null) {
    state.position += 1;
    const { backlogMax, backlogBytesMax } = state.options;
    state.backlog = state.backlog.push({ kind: 'replicate', epoch: state.epoch, position: state.position, ...effect }, backlogMax, backlogBytesMax);
  }
  respond(draft, connection, { kind: 'done', id, result });
  if (effect !== null) state.followers = state.followers.map((follower) => pushTo(draft, follower));
}

/** What a replica asks. */
export function onReplica(draft: ReplicationDraft, from: NodeId, message: Extract<PeerMessage, { kind: 'join' | 'follow' }>): void {
  forgetSilent(draft);
  const follower = heard(draft, from);
  if (follower === null) {
    if (message.kind === 'join') refuse(draft, from, message.join, `this primary has ${draft.state.followers.length} replicas already, its maximum`);
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

function onFollow(draft: ReplicationDraft, follower: Follower, { epoch, position, isGap }: Extract<PeerMessage, { kind: 'follow' }>): Follower {
  const { state } = draft;
  const isKnown = epoch === state.epoch && position >= state.backlog.from && position <= state.position;
  if (!isKnown) {
    send(draft, follower.id, { kind: 'resync', epoch, position });
    return { ...follower, isFollowing: false };
  }
  // No step forward since it last spoke: what was sent to it meanwhile is lost, or so late that a copy does no harm.
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
