import { NOBODY, type NodeId } from '../../core/base/units.js';
import type { RaftOptions } from '../../core/raft/options.js';
import { violated, type Oracle, type ServerView } from './oracle.js';

/** Elections that a healed core may need, split votes among them. */
const ELECTIONS_MAX = 10;
/** What recovering a whole log from a slow disk may take, in microseconds. */
const RECOVERY_US = 2_000_000;

/** How long after a healing a majority may be without a leader in office, in microseconds. */
export function recoveryUsMax(options: RaftOptions): number {
  return RECOVERY_US + ELECTIONS_MAX * options.electionTimeoutMax;
}

/**
 * Prompt Recovery: once a majority is healed and messages are quick, a majority follows one leader that has
 * committed in its term, within a few election timeouts (thesis §3.4, §9.3). Liveness asks for more, but later.
 */
export class PromptRecovery implements Oracle {
  readonly #usMax: number;
  readonly #servers: number;
  /** By server: in which term whom it follows, as one number. 0 for nobody. Only what was seen since the healing. */
  readonly #following: number[] = [];
  #healedUs = Infinity;
  #isRecovered = false;

  constructor(options: RaftOptions, servers: number) {
    this.#usMax = recoveryUsMax(options);
    this.#servers = servers;
  }

  /** From now on a majority is healed. */
  healed(atUs: number): void {
    this.#healedUs = atUs;
  }

  onStep(atUs: number, server: NodeId, _before: ServerView, { raft }: ServerView): void {
    if (this.#isRecovered || atUs < this.#healedUs) return;
    const follows = raft.leaderId === NOBODY ? 0 : raft.currentTerm * 4_096 + raft.leaderId;
    this.#following[server] = follows;
    const isInOffice = raft.role === 'leader' && raft.log.termAt(raft.commitIndex) === raft.currentTerm;
    if (isInOffice && this.#followersOf(follows) * 2 > this.#servers) {
      this.#isRecovered = true;
    } else if (atUs - this.#healedUs > this.#usMax) {
      violated('Prompt Recovery', `no majority follows a leader in office, ${Math.round((atUs - this.#healedUs) / 1_000)} ms after the healing`, atUs);
    }
  }

  #followersOf(leader: number): number {
    let count = 0;
    for (const follows of this.#following) if (follows === leader) count++;
    return count;
  }
}
