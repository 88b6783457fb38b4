import type { RaftRunOptions } from '../hosted-raft.js';
import { nodeOptionsOf } from '../later-options.js';
import type { RunOptions } from '../run-options.js';

/** Parts of an election timeout that a round may take at most; the rest is for clocks and for what stands before it at a disk. */
const ROUND_SHARE = 0.8;
const CLOCK_PPM_MAX = 50_000;
/** Links that hold fewer messages may drop them in the middle of a calm. */
const LINK_QUEUE_MIN = 1_000;
/** A promise may find two group commits before its own. */
const SYNCS_BEFORE_AN_ANSWER = 3;

/**
 * Whether a world's messages and disks are so quick, and its clocks so true, that its election timeouts mean
 * something: "broadcast time ≪ election timeout" (thesis §3.9). Only then does the protocol promise that a leader
 * stays and that a successor comes soon; elsewhere Liveness alone holds. A clock that went back has put deadlines off for as long as it
 * went, healing or not; one that jumped or stood still runs again when these promises begin, at the healing.
 */
export function isTimely(options: RaftRunOptions): boolean {
  const { peerLink, disk, node, clockRatePpmMax, monotonicClocks } = options;
  const rafts = nodeOptionsOf(options).map(({ raft }) => raft);
  const electionTimeoutMin = Math.min(...rafts.map((raft) => raft.electionTimeoutMin));
  const heartbeatInterval = Math.max(...rafts.map((raft) => raft.heartbeatInterval));
  const diskUs = node.storage === null ? 0 : SYNCS_BEFORE_AN_ANSWER * (disk.syncUsMax + disk.operationUsMax);
  const roundUs = heartbeatInterval + 2 * peerLink.delayUsMax + diskUs;
  const isTrue = clockRatePpmMax <= CLOCK_PPM_MAX && monotonicClocks !== 'lying';
  return roundUs <= electionTimeoutMin * ROUND_SHARE && isTrue && peerLink.queueMax >= LINK_QUEUE_MIN;
}

/** Whether nothing will go wrong in a run before its healing: no harm is at work, and no link between servers loses. */
export function isHarmless({ harms, peerLink }: RunOptions): boolean {
  return harms.length === 0 && peerLink.lossRatio.numerator === 0;
}
