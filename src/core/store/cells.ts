import type { ByteString } from '../base/bytestring.js';
import type { LogIndex } from '../base/units.js';
import type { StoreResult } from './command.js';
import { Hasher } from './digest.js';

const KIND_KEY = 1;
const KIND_SESSION = 2;

/** What stands at one key, with its share of the digest. */
export interface VersionedValue {
  readonly value: ByteString;
  /** 1 for a key that was absent before, then one more for each write. */
  readonly version: number;
  readonly laneA: number;
  readonly laneB: number;
}

export function versionedValue(key: ByteString, value: ByteString, version: number): VersionedValue {
  const hasher = new Hasher(KIND_KEY, ~KIND_KEY);
  hasher.text(key);
  hasher.text(value);
  hasher.number(version);
  hasher.end();
  return { value, version, laneA: hasher.laneA, laneB: hasher.laneB };
}

/** One client's session (thesis §6.3), with its share of the digest. */
export interface Session {
  /** The log index of its registration. */
  readonly id: number;
  /** The number of its last command; 0: only its registration. */
  readonly sequenceNum: number;
  /** The answer to that command. No command's answer carries a value. */
  readonly result: StoreResult;
  /** The log index of the last command that named it and was not refused: its place in the order of use. */
  readonly commandedAt: LogIndex;
  readonly laneA: number;
  readonly laneB: number;
}

export function sessionOf(id: number, sequenceNum: number, result: StoreResult, commandedAt: LogIndex): Session {
  const hasher = new Hasher(KIND_SESSION, ~KIND_SESSION);
  hasher.number(id);
  hasher.number(sequenceNum);
  hasher.number(statusCode(result.status));
  hasher.number(result.version);
  hasher.number(commandedAt);
  hasher.end();
  return { id, sequenceNum, result, commandedAt, laneA: hasher.laneA, laneB: hasher.laneB };
}

/**
 * The statuses that a session may remember, as numbers for the digest and for bytes: their order is part of
 * the format. `sessionExpired` is not among them, since a refused command leaves no trace in a session.
 */
export const STATUS_CODES: readonly StoreResult['status'][] = ['ok', 'noKey', 'versionConflict'];

/** @returns Its place among {@link STATUS_CODES}. Success, of which there is most, is found at once. */
export function statusCode(status: StoreResult['status']): number {
  return status === 'ok' ? 0 : STATUS_CODES.indexOf(status);
}
