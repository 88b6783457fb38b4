import type { ByteString } from '../base/bytestring.js';
import type { LogIndex } from '../base/units.js';
import type { StoreResult } from './command.js';
import { Hasher } from './digest.js';

const KIND_KEY = 1;
const KIND_SESSION = 2;

/** What stands at one key, with its share of the digest. Never changes. */
export class VersionedValue {
  readonly value: ByteString;
  /** 1 for a key that was absent before, then one more for each write. */
  readonly version: number;
  readonly laneA: number;
  readonly laneB: number;

  constructor(key: ByteString, value: ByteString, version: number) {
    this.value = value;
    this.version = version;
    const hasher = new Hasher(KIND_KEY, ~KIND_KEY);
    hasher.text(key);
    hasher.text(value);
    hasher.number(version);
    hasher.end();
    this.laneA = hasher.laneA;
    this.laneB = hasher.laneB;
  }
}

/** One client's session (thesis §6.3), with its share of the digest. Never changes. */
export class Session {
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

  constructor(id: number, sequenceNum: number, result: StoreResult, commandedAt: LogIndex) {
    this.id = id;
    this.sequenceNum = sequenceNum;
    this.result = result;
    this.commandedAt = commandedAt;
    const hasher = new Hasher(KIND_SESSION, ~KIND_SESSION);
    hasher.number(id);
    hasher.number(sequenceNum);
    hasher.number(STATUS_CODES.indexOf(result.status));
    hasher.number(result.version);
    hasher.number(commandedAt);
    hasher.end();
    this.laneA = hasher.laneA;
    this.laneB = hasher.laneB;
  }
}

/**
 * The statuses that a session may remember, as numbers for the digest and for bytes: their order is part of
 * the format. `sessionExpired` is not among them, since a refused command leaves no trace in a session.
 */
export const STATUS_CODES: readonly StoreResult['status'][] = ['ok', 'noKey', 'versionConflict'];
