import type { NodeId } from '../../core/base/units.js';
import type { RaftOptions } from '../../core/raft/options.js';
import { violated, type Oracle, type ServerView } from './oracle.js';

/** Elections that a healed core may need, split votes among them. */
const ELECTIONS_MAX = 10;
/** What recovering a whole log from a slow disk may take, in microseconds. */
const RECOVERY_US = 2_000_000;

/** How long after a healing the first commit may be in coming, in microseconds. */
export function recoveryUsMax(options: RaftOptions): number {
  return RECOVERY_US + ELECTIONS_MAX * options.electionTimeoutMax;
}

/**
 * Prompt Recovery: once a majority is healed and messages are quick, a leader commits within a few election
 * timeouts (thesis §3.4, §9.3). Liveness asks for more, but later.
 */
export class PromptRecovery implements Oracle {
  readonly #usMax: number;
  #healedUs = Infinity;
  #isRecovered = false;

  constructor(options: RaftOptions) {
    this.#usMax = recoveryUsMax(options);
  }

  /** From now on a majority is healed. */
  healed(atUs: number): void {
    this.#healedUs = atUs;
  }

  onStep(atUs: number, _server: NodeId, before: ServerView, after: ServerView): void {
    if (this.#isRecovered || atUs < this.#healedUs) return;
    if (after.raft.role === 'leader' && after.raft.commitIndex > before.raft.commitIndex) this.#isRecovered = true;
    else if (atUs - this.#healedUs > this.#usMax) {
      violated('Prompt Recovery', `no leader has committed anything in the ${Math.round((atUs - this.#healedUs) / 1_000)} ms since the healing`, atUs);
    }
  }
}
