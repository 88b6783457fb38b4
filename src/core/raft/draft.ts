import type { LogIndex, Micros, NodeId, Term } from '../base/units.js';
import type { Entry, Log } from './log.js';
import type { RaftMessage } from './messages.js';
import type { Progress, RaftState, Snapshot } from './state.js';

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
export type MutableState = Mutable<RaftState>;
export type MutableProgress = Mutable<Progress>;

/**
 * One step in the making: a private copy of the state, and what the step asks for. Handlers change it
 * in place; nobody else sees it before `closeDraft`, and the state it was made from stays as it was.
 * (Measured: one copy for each step costs half of what a spread at every change costs.)
 */
export interface RaftDraft {
  readonly before: RaftState;
  readonly state: MutableState;
  readonly now: Micros;
  /** Where messages go that promise nothing durable: they may leave at once. */
  readonly outgoing: Outgoing;
  /**
   * Messages that rest on what this server wrote so far, term and vote included. They may leave only
   * when all of it is durable (§3.8), in this order. One addressed to this server itself comes back to
   * it then: so its own vote and its own copy count exactly when they are durable (§10.2.1).
   */
  promises: readonly Envelope[];
  /** The first index that the log lost in this step, 0 if none. */
  truncatedFrom: LogIndex;
  /** The first index that was written in this step and is still held, 0 if none. */
  appendedFrom: LogIndex;
  /** Reads that may be answered from a state applied up to `commitIndex`. */
  readyReads: readonly number[];
  /** Reads that this server must refuse: it is no longer the leader they were given to. */
  failedReads: readonly number[];
  /** A snapshot that arrived whole: the state machine is to be replaced by it. */
  installed: Installed | null;
  moments: readonly Moment[];
  /** Slots whose progress is private to this draft, as bits. */
  ownedSlots: number;
  /** The entries taken last for a message, and the log they are of: several followers lack the same. */
  entriesTaken: readonly Entry[];
  entriesTakenOf: Log | null;
}

/** A message on its way out, in the shape of the effect that it becomes. */
export interface Envelope {
  readonly kind: 'send';
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** The list that the caller gathers effects in; of it this room knows only how to add a message. */
export interface Outgoing {
  push(envelope: Envelope): unknown;
}

export interface Installed {
  readonly snapshot: Snapshot;
  /** The log agreed with the snapshot and goes on behind it; else it was emptied. */
  readonly keepsLog: boolean;
}

/** A remarkable moment, for logs and coverage. */
export interface Moment {
  readonly name: string;
  readonly text: string;
  /** As of a note (machine.ts). */
  readonly isDetail: boolean;
}

const NONE: readonly never[] = [];

/** Opens a step: a private copy of `before`, spelled out so that every state has the same shape. */
export function openDraft(before: RaftState, now: Micros, outgoing: Outgoing): RaftDraft {
  return {
    before,
    now,
    outgoing,
    state: {
      options: before.options,
      self: before.self,
      voters: before.voters,
      selfSlot: before.selfSlot,
      random: before.random,
      role: before.role,
      currentTerm: before.currentTerm,
      votedFor: before.votedFor,
      log: before.log,
      commitIndex: before.commitIndex,
      leaderId: before.leaderId,
      leaderHeardAt: before.leaderHeardAt,
      electionDeadline: before.electionDeadline,
      votesGranted: before.votesGranted,
      heartbeatDue: before.heartbeatDue,
      quorumCheckDue: before.quorumCheckDue,
      progress: before.progress,
      reads: before.reads,
      readRound: before.readRound,
      readRoundSize: before.readRoundSize,
      snapshot: before.snapshot,
      incoming: before.incoming,
    },
    promises: NONE,
    truncatedFrom: 0 as LogIndex,
    appendedFrom: 0 as LogIndex,
    readyReads: NONE,
    failedReads: NONE,
    installed: null,
    moments: NONE,
    ownedSlots: 0,
    entriesTaken: NONE,
    entriesTakenOf: null,
  };
}

/** `item` behind the others of a list that only this draft holds (the shared empty list excepted). */
function withItem<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item];
  (list as Item[]).push(item);
  return list;
}

export function send(draft: RaftDraft, to: NodeId, message: RaftMessage): void {
  draft.outgoing.push({ kind: 'send', to, message });
}

export function promise(draft: RaftDraft, to: NodeId, message: RaftMessage): void {
  draft.promises = withItem(draft.promises, { kind: 'send', to, message });
}

/** @param rank `detail` for what comes about as often as requests or messages do. */
export function moment(draft: RaftDraft, name: string, text: string, rank: 'usual' | 'detail' = 'usual'): void {
  draft.moments = withItem(draft.moments, { name, text, isDetail: rank === 'detail' });
}

export function readIsReady(draft: RaftDraft, token: number): void {
  draft.readyReads = withItem(draft.readyReads, token);
}

/** The log was changed from `index` on; `isCut` when entries that were there are gone. */
export function logChanged(draft: RaftDraft, index: LogIndex, isCut: boolean): void {
  if (isCut && (draft.truncatedFrom === 0 || index < draft.truncatedFrom)) draft.truncatedFrom = index;
  if (draft.appendedFrom === 0 || index < draft.appendedFrom) draft.appendedFrom = index;
}

/** The progress of a slot, private to this draft and so writable. */
export function progressOf(draft: RaftDraft, slot: number): MutableProgress {
  const bit = 1 << slot;
  if ((draft.ownedSlots & bit) !== 0) return draft.state.progress[slot] as MutableProgress;
  if (draft.ownedSlots === 0) draft.state.progress = draft.state.progress.slice();
  draft.ownedSlots |= bit;
  const old = draft.state.progress[slot] as Progress;
  const own: MutableProgress = {
    nextIndex: old.nextIndex,
    matchIndex: old.matchIndex,
    mode: old.mode,
    sentSequence: old.sentSequence,
    ackedSequence: old.ackedSequence,
    dataSequence: old.dataSequence,
    probeSequence: old.probeSequence,
    isActive: old.isActive,
    snapshotOffset: old.snapshotOffset,
    snapshot: old.snapshot,
  };
  (draft.state.progress as Progress[])[slot] = own;
  return own;
}

/** The slot of a server, -1 if it is not a voter. */
export function slotOf(state: RaftState, id: NodeId): number {
  const { voters } = state;
  for (let slot = 0; slot < voters.length; slot++) if (voters[slot] === id) return slot;
  return -1;
}

/** How many of `count` voters are a majority: any two majorities share one (§3.2). */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** True when the log that ends with (index, term) is at least as up-to-date as ours (§3.6.1). */
export function isUpToDate(state: RaftState, lastLogIndex: LogIndex, lastLogTerm: Term): boolean {
  if (lastLogTerm !== state.log.lastTerm) return lastLogTerm > state.log.lastTerm;
  return lastLogIndex >= state.log.lastIndex;
}
