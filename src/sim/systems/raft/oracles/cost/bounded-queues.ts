import type { NodeId } from '../../../../../core/base/units.js';
import type { NodeOptions } from '../../../../../core/systems/raft/options.js';
import { violated } from '../../../../checkers/violation.js';
import type { Oracle, ServerView } from '../oracle.js';

/** Promises that one peer may cause while a disk stalls, beyond those for a window of entries: heartbeats and votes of many seconds. */
const PROMISES_PER_PEER = 512;

/** The echo of a heartbeat may overtake those of messages before it, and makes room for one more. So many heartbeats may be under way at once. */
const HEARTBEATS_UNDER_WAY = 16;

/**
 * Bounded Queues: whatever waits in a server's memory is bounded by its options, however long anything
 * lasts: commands, reads and promises that wait, sessions, what is on its way to a follower, and the log behind the newest snapshot.
 */
export class BoundedQueues implements Oracle {
  readonly #options: NodeOptions;
  readonly #promisesMax: number;
  readonly #windowEntriesMax: number;
  readonly #servers: number;

  constructor(options: NodeOptions, servers: number) {
    const { uncommittedEntriesMax, inflightMessagesMax, entriesPerMessageMax } = options.raft;
    this.#options = options;
    this.#servers = servers;
    // Own acknowledgements, one for each entry that is under way; and what the others' messages ask for.
    this.#promisesMax = uncommittedEntriesMax + servers * (2 * inflightMessagesMax + PROMISES_PER_PEER);
    this.#windowEntriesMax = (inflightMessagesMax + HEARTBEATS_UNDER_WAY) * entriesPerMessageMax;
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    const { raft } = after;
    const { uncommittedEntriesMax, pendingReadsMax } = raft.options;
    if (after.waiters.size > uncommittedEntriesMax) over(atUs, server, 'commands that wait', after.waiters.size, uncommittedEntriesMax);
    if (after.readers.size > pendingReadsMax) over(atUs, server, 'reads that wait', after.readers.size, pendingReadsMax);
    if (raft.role !== 'leader') {
      if (after.waiters.size > 0) over(atUs, server, 'commands that wait for a server that does not lead', after.waiters.size, 0);
      if (after.readers.size > 0) over(atUs, server, 'reads that wait for a server that does not lead', after.readers.size, 0);
    } else if (raft.progress !== before.raft.progress) {
      this.#checkWindows(atUs, server, raft.progress);
    }
    if (after.outbox.size > this.#promisesMax) over(atUs, server, 'promises that wait for the disk', after.outbox.size, this.#promisesMax);
    if (raft.log !== before.raft.log || after.lastApplied !== before.lastApplied) this.#checkLog(atUs, server, after);
  }

  /** What is on its way to one follower. A probe stands anywhere; it is one message. */
  #checkWindows(atUs: number, server: NodeId, progress: ServerView['raft']['progress']): void {
    for (const { mode, nextIndex, matchIndex } of progress) {
      const underWay = mode === 'replicate' ? nextIndex - 1 - matchIndex : 0;
      if (underWay > this.#windowEntriesMax) over(atUs, server, 'entries on their way to one follower', underWay, this.#windowEntriesMax);
    }
  }

  #checkLog(atUs: number, server: NodeId, { raft, store, storage, lastApplied }: ServerView): void {
    const { sessionsMax } = this.#options.store;
    if (store.sessions.size > sessionsMax) over(atUs, server, 'sessions', store.sessions.size, sessionsMax);
    const applied = lastApplied - raft.log.firstIndex + 1;
    const { snapshotEveryEntries, entriesKept } = this.#options;
    const { uncommittedEntriesMax } = raft.options;
    const appliedEntriesMax = Math.max(snapshotEveryEntries, store.keys.size) + entriesKept;
    // While a snapshot is on its way to a slow disk no further one is taken, so the log may grow meanwhile.
    const isSaving = raft.snapshot !== null && storage !== null && storage.durableSnapshotIndex < raft.snapshot.lastIndex;
    if (applied > appliedEntriesMax && !isSaving) over(atUs, server, 'applied entries in the log', applied, appliedEntriesMax);
    // A restart makes all that no snapshot covers unapplied again; and each term may leave a no-op of its own. A leader that
    // restarted hands on all of that before it knows it to be committed, to one that may lack as much behind its own snapshot,
    // and may lead next, before anything more is committed: so once more for each server.
    const entries = raft.log.lastIndex - raft.log.firstIndex + 1;
    const entriesMax = this.#servers * appliedEntriesMax + 2 * uncommittedEntriesMax + raft.log.lastTerm - raft.log.prevTerm;
    if (entries > entriesMax && !isSaving) over(atUs, server, 'entries in the log', entries, entriesMax);
    const uncommitted = raft.log.lastIndex - raft.commitIndex;
    // Before the first commit of its term a leader has what earlier terms left behind.
    const isInOffice = raft.role === 'leader' && raft.log.termAt(raft.commitIndex) === raft.currentTerm;
    if (uncommitted > uncommittedEntriesMax && isInOffice)
      over(atUs, server, 'uncommitted entries of a leader', uncommitted, uncommittedEntriesMax);
  }
}

function over(atUs: number, server: NodeId, what: string, count: number, max: number): never {
  return violated('Bounded Queues', `${what}: s${server} has ${count}, its options allow ${max}`, atUs, { servers: [server] });
}
