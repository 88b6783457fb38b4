import type { Input } from '../../../../../core/machine.js';
import type { NodeId } from '../../../../../core/base/units.js';
import type { RaftMessage } from '../../../../../core/raft/messages.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle, ServerView } from '../oracle.js';

/** Election timeouts that a leader may go on without hearing of a majority: a check may come just before an answer, and the next one after another timeout. */
const TIMEOUTS_MAX = 3;
/** And so many more once it woke up and found that out: a process that stood still counts the answers of before at its first check. */
const GRACE_TIMEOUTS = 2;

/** One server's office, by its own clock in microseconds. */
interface Office {
  readonly term: number;
  readonly sinceUs: number;
  /** By peer: when an answer of this term last came. */
  readonly heardUs: number[];
  /** Since when too few had answered, as it found whenever it woke up; Infinity while enough do. */
  lateSinceUs: number;
}

/**
 * Leader Hears A Quorum: a leader that a majority does not answer steps down within a few election timeouts of its own
 * clock (thesis §6.2), so that clients are told and do not hang. The time that a process stood still does not count.
 */
export class LeaderQuorum implements Oracle {
  readonly #offices: (Office | undefined)[] = [];

  onStep(atUs: number, server: NodeId, _before: ServerView, { raft }: ServerView, input: Input<unknown, unknown>): void {
    if (raft.role !== 'leader') {
      this.#offices[server] = undefined;
      return;
    }
    const known = this.#offices[server];
    const office =
      known?.term === raft.currentTerm ? known : { term: raft.currentTerm, sinceUs: input.now, heardUs: [], lateSinceUs: Infinity };
    this.#offices[server] = office;
    if (input.kind === 'message') {
      const { kind, term } = input.message as RaftMessage;
      if (term === raft.currentTerm && (kind === 'appendEntriesReply' || kind === 'installSnapshotReply')) {
        office.heardUs[input.from] = input.now;
        // Also where its clock jumps before it wakes up next. As a rule enough have answered, and nobody needs to be counted.
        if (office.lateSinceUs !== Infinity && heardOf(server, office, raft, input.now) * 2 > raft.voters.length)
          office.lateSinceUs = Infinity;
      }
    } else if (input.kind === 'wake') {
      this.#ask(atUs, server, office, raft, input.now);
    }
  }

  onCrash(_atUs: number, server: NodeId): void {
    this.#offices[server] = undefined;
  }

  #ask(atUs: number, server: NodeId, office: Office, raft: ServerView['raft'], nowUs: number): void {
    const { voters, options } = raft;
    const heard = heardOf(server, office, raft, nowUs);
    office.lateSinceUs = heard * 2 > voters.length ? Infinity : Math.min(office.lateSinceUs, nowUs);
    if (nowUs - office.lateSinceUs > GRACE_TIMEOUTS * options.electionTimeoutMin) {
      violated(
        'Leader Hears A Quorum',
        `s${server} leads on in term ${office.term}, though only ${heard} of ${voters.length} answered within ${(TIMEOUTS_MAX * options.electionTimeoutMin) / 1_000} ms of its clock`,
        atUs,
        { servers: [server], terms: [office.term] },
      );
    }
  }
}

/** How many voters answered of late, the leader itself among them. */
function heardOf(server: NodeId, office: Office, { voters, options }: ServerView['raft'], nowUs: number): number {
  const isHeard = (voter: NodeId): boolean =>
    voter === server || nowUs - (office.heardUs[voter] ?? office.sinceUs) <= TIMEOUTS_MAX * options.electionTimeoutMin;
  return voters.filter(isHeard).length;
}
