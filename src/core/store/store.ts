import { assert, unreachable } from '../base/assert.js';
import { EMPTY, type ByteString } from '../base/bytestring.js';
import { logIndex, type LogIndex } from '../base/units.js';
import type { Command, StoreResult } from './command.js';
import { sessionOf, versionedValue, type Session, type VersionedValue } from './cells.js';
import { Hasher, hexOf } from './digest.js';
import { OrderedMap } from './ordered-map.js';

export interface StoreOptions {
  /**
   * How many sessions are remembered, 1 or more; one registration more drops the session whose last
   * command is oldest in the log. Must be the same number on every server (thesis §6.3).
   */
  readonly sessionsMax: number;
}

/**
 * The replicated state machine as a value: a pure function of the commands applied so far, so equal on
 * every server that has applied the same log. No clock, no reader and no single server has a say in it.
 */
export interface StoreState {
  readonly sessionsMax: number;
  /** The log index of the last command applied, 0 before the first. Entries without a command don't count. */
  readonly lastApplied: LogIndex;
  readonly keys: OrderedMap<ByteString, VersionedValue>;
  /** By session id, which is the log index of its registration. */
  readonly sessions: OrderedMap<number, Session>;
  /** Two independent 32-bit sums over all keys and sessions, kept up with each change (running-digest.ts). */
  readonly laneA: number;
  readonly laneB: number;
}

/** What applying one command gave: the next state and the answer for the client. */
export interface Applied {
  readonly state: StoreState;
  readonly result: StoreResult;
}

const NO_KEY: StoreResult = { status: 'noKey', version: 0, value: EMPTY };
const SESSION_EXPIRED: StoreResult = { status: 'sessionExpired', version: 0, value: EMPTY };

/** The store before the first command. */
export function openStore(options: StoreOptions): StoreState {
  assert(Number.isSafeInteger(options.sessionsMax) && options.sessionsMax >= 1, 'a store remembers at least one session');
  return {
    sessionsMax: options.sessionsMax,
    lastApplied: logIndex(0),
    keys: OrderedMap.empty(),
    sessions: OrderedMap.empty(),
    laneA: 0,
    laneB: 0,
  };
}

/**
 * Applies the command that stands in the log at `index`.
 *
 * @param index Above every index applied before; the log's other entries (no-ops) may lie between.
 * @param command Its numbers are integers from 0 to 2^53-1; whoever decoded it has seen to that.
 */
export function applyCommand(state: StoreState, index: LogIndex, command: Command): Applied {
  assert(index > state.lastApplied, 'a log entry is applied once, in order (§3.5)');
  const draft: Draft = {
    sessionsMax: state.sessionsMax,
    lastApplied: index,
    keys: state.keys,
    sessions: state.sessions,
    laneA: state.laneA,
    laneB: state.laneB,
  };
  const isOutsideSessions = command.clientId === 0 || command.op === 'registerClient';
  const result = isOutsideSessions ? execute(draft, command) : executeOnce(draft, command);
  return { state: draft, result };
}

/** What stands at `key`, at the point of the log that this state has reached. */
export function readKey(state: StoreState, key: ByteString): StoreResult {
  const cell = state.keys.get(key);
  return cell === undefined ? NO_KEY : { status: 'ok', version: cell.version, value: cell.value };
}

/** How many keys there are. */
export function keyCount(state: StoreState): number {
  return state.keys.size;
}

/** How many sessions are remembered, at most `sessionsMax`. */
export function sessionCount(state: StoreState): number {
  return state.sessions.size;
}

/**
 * A fingerprint of everything replicated, 16 hex digits: keys, values, versions, sessions with what they
 * remember and their order of use, and `lastApplied`. Costs the same however much is stored.
 */
export function storeDigest(state: StoreState): string {
  const hasher = new Hasher(state.laneA, state.laneB);
  hasher.number(state.keys.size);
  hasher.number(state.sessions.size);
  hasher.number(state.lastApplied);
  hasher.end();
  return hexOf(hasher.laneA, hasher.laneB);
}

/** A key with what stands there, as a scan gives it. */
export interface KeyEntry {
  readonly key: ByteString;
  readonly version: number;
  readonly value: ByteString;
}

/**
 * Keys from `from` on, in the order of their bytes, below `below` where that is given.
 *
 * @param countMax At most so many, 0 or more.
 */
export function scanKeys(state: StoreState, from: ByteString, below: ByteString | null, countMax: number): readonly KeyEntry[] {
  const found: KeyEntry[] = [];
  if (countMax <= 0) return found;
  state.keys.scan(from, (key, cell) => {
    if (below !== null && key >= below) return false;
    found.push({ key, version: cell.version, value: cell.value });
    return found.length < countMax;
  });
  return found;
}

type Draft = { -readonly [Field in keyof StoreState]: StoreState[Field] };

/**
 * Exactly once (thesis §6.3): a session remembers the number of its last command and the answer to it.
 *
 * An unknown session is never made here, at first sight of a command: it may have been dropped, and then
 * this may be a command that took effect before. A number below the last one is a late copy of a command
 * that was answered, or given up, long ago; its answer is forgotten, so it is refused the same way.
 */
function executeOnce(draft: Draft, command: Command): StoreResult {
  const session = draft.sessions.get(command.clientId);
  if (session === undefined) return SESSION_EXPIRED;
  if (command.sequenceNum < session.sequenceNum) return SESSION_EXPIRED;

  const isRepeated = command.sequenceNum === session.sequenceNum;
  const result = isRepeated ? session.result : execute(draft, command);
  putSession(draft, session, sessionOf(session.id, command.sequenceNum, result, draft.lastApplied));
  return result;
}

function execute(draft: Draft, command: Command): StoreResult {
  switch (command.op) {
    case 'set': {
      const before = draft.keys.get(command.key);
      return write(draft, command, before);
    }
    case 'put': {
      const before = draft.keys.get(command.key);
      const version = before === undefined ? 0 : before.version;
      if (command.version === version) return write(draft, command, before);
      return before === undefined ? NO_KEY : { status: 'versionConflict', version, value: EMPTY };
    }
    case 'delete':
      return remove(draft, command.key);
    case 'registerClient':
      return register(draft);
    default:
      return unreachable(command.op);
  }
}

function write(draft: Draft, command: Command, before: VersionedValue | undefined): StoreResult {
  const cell = versionedValue(command.key, command.value, before === undefined ? 1 : before.version + 1);
  draft.keys = draft.keys.with(command.key, cell);
  draft.laneA = (draft.laneA + cell.laneA - (before === undefined ? 0 : before.laneA)) | 0;
  draft.laneB = (draft.laneB + cell.laneB - (before === undefined ? 0 : before.laneB)) | 0;
  return { status: 'ok', version: cell.version, value: EMPTY };
}

function remove(draft: Draft, key: ByteString): StoreResult {
  const before = draft.keys.get(key);
  if (before === undefined) return NO_KEY;
  draft.keys = draft.keys.without(key);
  draft.laneA = (draft.laneA - before.laneA) | 0;
  draft.laneB = (draft.laneB - before.laneB) | 0;
  return { status: 'ok', version: before.version, value: EMPTY };
}

function register(draft: Draft): StoreResult {
  if (draft.sessions.size >= draft.sessionsMax) dropSession(draft, leastRecentlyCommanded(draft));
  const result: StoreResult = { status: 'ok', version: draft.lastApplied, value: EMPTY };
  putSession(draft, undefined, sessionOf(draft.lastApplied, 0, result, draft.lastApplied));
  return result;
}

function putSession(draft: Draft, before: Session | undefined, after: Session): void {
  draft.sessions = draft.sessions.with(after.id, after);
  draft.laneA = (draft.laneA + after.laneA - (before === undefined ? 0 : before.laneA)) | 0;
  draft.laneB = (draft.laneB + after.laneB - (before === undefined ? 0 : before.laneB)) | 0;
}

function dropSession(draft: Draft, session: Session): void {
  draft.sessions = draft.sessions.without(session.id);
  draft.laneA = (draft.laneA - session.laneA) | 0;
  draft.laneB = (draft.laneB - session.laneB) | 0;
}

/**
 * By the log, which every server reads alike: not by a clock, and reads don't count. A walk over all
 * sessions, paid only by a registration beyond the maximum; an index kept in order would cost each command.
 */
function leastRecentlyCommanded(draft: Draft): Session {
  let oldest: Session | undefined;
  draft.sessions.scan(undefined, (_id, session) => {
    if (oldest === undefined || session.commandedAt < oldest.commandedAt) oldest = session;
    return true;
  });
  assert(oldest !== undefined, 'a full table holds a session');
  return oldest;
}
