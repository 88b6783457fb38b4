import type { ByteString } from '../base/bytestring.js';
import type { LogIndex } from '../base/units.js';
import type { StoreResult } from './command.js';
import { foldNumber, foldText, LANE_A, LANE_B, scramble } from './digest.js';

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
    this.laneA = valueLane(LANE_A, key, value, version);
    this.laneB = valueLane(LANE_B, key, value, version);
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
    this.laneA = sessionLane(LANE_A, id, sequenceNum, result, commandedAt);
    this.laneB = sessionLane(LANE_B, id, sequenceNum, result, commandedAt);
  }
}

/** The statuses as numbers, for the digest and for bytes. The order is part of the format: append only. */
export const STATUS_CODES: readonly StoreResult['status'][] = ['ok', 'noKey', 'versionConflict', 'sessionExpired'];

function valueLane(lane: number, key: ByteString, value: ByteString, version: number): number {
  return scramble(foldNumber(foldText(foldText(lane, key), value), version));
}

function sessionLane(lane: number, id: number, sequenceNum: number, result: StoreResult, commandedAt: LogIndex): number {
  let hash = foldNumber(~lane, id);
  hash = foldNumber(hash, sequenceNum);
  hash = foldNumber(hash, STATUS_CODES.indexOf(result.status));
  hash = foldNumber(hash, result.version);
  return scramble(foldNumber(hash, commandedAt));
}
