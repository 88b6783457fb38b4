import { familyOf } from '../../../../nemesis/faults/families.js';
import type { RaftRunOptions } from '../../hosted.js';
import { nodeOptionsOf } from '../../later-options.js';
import type { RunOptions } from '../../../../options/run-options.js';

/** Parts of an election timeout that a round may take at most; the rest is for clocks and for what stands before it at a disk. */
const ROUND_SHARE = 0.8;
const CLOCK_PPM_MAX = 50_000;
/** Links that hold fewer messages may drop them in the middle of a calm. */
const LINK_QUEUE_MIN = 1_000;
/** A promise may find two group commits before its own. */
const SYNCS_BEFORE_AN_ANSWER = 3;
const US_PER_MS = 1_000;

/** The longest that a message and its answer may take in a calm, in microseconds, with the disks that they wait for. */
export function roundUsMax(options: RaftRunOptions): number {
  const { peerLink, disk, node } = options;
  const diskUs = node.storage === null ? 0 : SYNCS_BEFORE_AN_ANSWER * (disk.syncUsMax + disk.operationUsMax);
  // All distributions of delay, those with a long tail too, stay below the link's upper bound.
  const bytesPerMs = peerLink.faults?.bytesPerMs ?? 0;
  const messageBytes = Math.max(...nodeOptionsOf(options).map(({ raft }) => Math.max(raft.messageBytesMax, raft.snapshotPieceBytes)));
  const lineUs = bytesPerMs === 0 ? 0 : (messageBytes / bytesPerMs) * US_PER_MS;
  return 2 * peerLink.delayUsMax + lineUs + diskUs;
}

/**
 * Whether a world's messages and disks are so quick, and its clocks so true, that its election timeouts mean
 * something: "broadcast time ≪ election timeout" (thesis §3.9). Only then does the protocol promise that a leader
 * stays and that a successor comes soon; elsewhere Liveness alone holds. Said of a calm: what faults do before it is not asked, but a
 * clock that went back has put deadlines off for as long as it went, healing or not; one that jumped or stood still
 * runs again when these promises begin, at the healing.
 */
export function isTimely(options: RaftRunOptions): boolean {
  const { peerLink, clockRatePpmMax, monotonicClocks } = options;
  const rafts = nodeOptionsOf(options).map(({ raft }) => raft);
  const electionTimeoutMin = Math.min(...rafts.map((raft) => raft.electionTimeoutMin));
  const heartbeatInterval = Math.max(...rafts.map((raft) => raft.heartbeatInterval));
  const isQuick = heartbeatInterval + roundUsMax(options) <= electionTimeoutMin * ROUND_SHARE;
  const isTrue = clockRatePpmMax <= CLOCK_PPM_MAX && monotonicClocks !== 'lying';
  return isQuick && isTrue && peerLink.queueMax >= LINK_QUEUE_MIN && (peerLink.faults?.reconnectUs ?? 0) < electionTimeoutMin;
}

/** How long after a healing strikes of before it may still be felt, in microseconds: bounds count from then on. */
export function aftermathUs({ faults }: Pick<RunOptions, 'faults'>): number {
  const lasting = faults.filter((schedule) => familyOf(schedule).outlivesHealing === true).map(({ lastsMsMax }) => lastsMsMax * US_PER_MS);
  return Math.max(0, ...lasting);
}

/** Whether nothing will go wrong in a run before its healing: no fault is at work, and no link between servers loses, damages or repeats. */
export function isHarmless({ faults, peerLink }: RunOptions): boolean {
  const { corruptRatio, resetRatio, lateCopyRatio } = peerLink.faults ?? {};
  return faults.length === 0 && [peerLink.lossRatio, corruptRatio, resetRatio, lateCopyRatio].every((each) => (each?.numerator ?? 0) === 0);
}
