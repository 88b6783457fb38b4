import { NOBODY, type NodeId } from '../../../../../core/base/units.js';
import type { RaftRunOptions } from '../../hosted.js';
import { nodeOptionsOf } from '../../later-options.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle, ServerView } from '../oracle.js';
import { roundUsMax } from './timely.js';

/** Elections that a healed core may need, split votes among them; and until the last of them is won, one less. */
const ELECTIONS_MAX = 10;
/** What recovering a whole log from a slow disk may take, in microseconds. */
const RECOVERY_US = 2_000_000;

/** How long after a healing a majority may be without a leader whom it follows, in microseconds. */
export function electionUsMax(options: RaftRunOptions): number {
  return RECOVERY_US + (ELECTIONS_MAX - 1) * longestTimeoutUs(options);
}

/** How long after a healing a majority may be without a leader in office, in microseconds. */
export function recoveryUsMax(options: RaftRunOptions): number {
  return RECOVERY_US + ELECTIONS_MAX * longestTimeoutUs(options);
}

/** Servers may have been restarted onto other options. */
function longestTimeoutUs(options: RaftRunOptions): number {
  return Math.max(...nodeOptionsOf(options).map(({ raft }) => raft.electionTimeoutMax));
}

/**
 * How much longer, in microseconds, until a majority has applied what was committed before: one round for each message
 * of entries and each piece of a snapshot that a server may lack, since a window and a loss may leave no more.
 */
export function catchUpUsMax(options: RaftRunOptions, entries: number, snapshotBytes: number): number {
  const rafts = nodeOptionsOf(options).map(({ raft }) => raft);
  const entriesPerMessageMax = Math.min(...rafts.map((raft) => raft.entriesPerMessageMax));
  const snapshotPieceBytes = Math.min(...rafts.map((raft) => raft.snapshotPieceBytes));
  const rounds = Math.ceil(entries / entriesPerMessageMax) + Math.ceil(snapshotBytes / snapshotPieceBytes);
  return recoveryUsMax(options) + rounds * roundUsMax(options);
}

/**
 * Prompt Recovery: once a majority is healed and messages are quick, a majority follows one leader, that leader
 * commits in its term, and a majority has applied all that was committed before, each within its bound (thesis §3.4,
 * §9.3). Liveness asks for more, but later.
 */
export class PromptRecovery implements Oracle {
  readonly #options: RaftRunOptions;
  /** By server: in which term whom it follows, as one number (0 for nobody), and how far it applied. Only what was seen since the healing. */
  readonly #following: number[] = [];
  readonly #applied: number[] = [];
  #healedUs = Infinity;
  #committedTo = 0;
  #snapshotBytes = 0;
  #isFollowed = false;
  #isInOffice = false;
  #isCaughtUp = false;

  constructor(options: RaftRunOptions) {
    this.#options = options;
  }

  /** From now on a majority is healed. */
  healed(atUs: number): void {
    this.#healedUs = atUs;
  }

  onStep(atUs: number, server: NodeId, _before: ServerView, { raft, lastApplied }: ServerView): void {
    if (raft.snapshot !== null && raft.snapshot.data.length > this.#snapshotBytes) this.#snapshotBytes = raft.snapshot.data.length;
    if (atUs < this.#healedUs) {
      if (raft.commitIndex > this.#committedTo) this.#committedTo = raft.commitIndex;
      return;
    }
    if (!this.#isInOffice || !this.#isCaughtUp) this.#judge(atUs, server, raft, lastApplied);
  }

  /** Apart from the hook of every step, which would make room for what the functions in here close over at each call. */
  #judge(atUs: number, server: NodeId, raft: ServerView['raft'], lastApplied: number): void {
    const follows = raft.leaderId === NOBODY ? 0 : raft.currentTerm * 4_096 + raft.leaderId;
    this.#following[server] = follows;
    this.#applied[server] = lastApplied;
    if (follows !== 0 && this.#isMajority(this.#following.filter((each) => each === follows).length)) {
      this.#isFollowed = true;
      if (raft.role === 'leader' && raft.log.termAt(raft.commitIndex) === raft.currentTerm) this.#isInOffice = true;
    }
    if (this.#isMajority(this.#applied.filter((each) => each >= this.#committedTo).length)) this.#isCaughtUp = true;
    this.#demand(atUs);
  }

  #demand(atUs: number): void {
    const sinceUs = atUs - this.#healedUs;
    const late = (what: string): never => violated('Prompt Recovery', `${what}, ${Math.round(sinceUs / 1_000)} ms after the healing`, atUs);
    if (!this.#isFollowed && sinceUs > electionUsMax(this.#options)) late('no majority follows one leader');
    if (!this.#isInOffice && sinceUs > recoveryUsMax(this.#options)) late('no majority follows a leader in office');
    if (!this.#isCaughtUp && sinceUs > catchUpUsMax(this.#options, this.#committedTo, this.#snapshotBytes)) {
      late(`no majority has applied entry ${this.#committedTo}, which was committed before`);
    }
  }

  #isMajority(count: number): boolean {
    return count * 2 > this.#options.servers;
  }
}
