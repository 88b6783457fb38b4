import { logIndex, nodeId, type NodeId } from '../../../../../core/base/units.js';
import { DurableLogReader } from '../../../../../core/storage/inspect.js';
import { violated } from '../../../../checkers/violation.js';
import { COMMIT, type Oracle, type ServerView } from '../oracle.js';

/** A file as a power cut would leave it now. */
export interface DurableFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** All files of a server's disk that a power cut would leave, ascending by name. */
export type DurableFiles = (server: NodeId) => readonly DurableFile[];

/**
 * Commit On A Durable Quorum: when an entry counts as committed anywhere, a majority of servers would still
 * have it after a power cut (thesis §3.8, §10.2.1). What is durable the oracle reads from the bytes on the
 * disks; no claim of any server counts.
 */
export class DurableQuorum implements Oracle {
  readonly looksAt = COMMIT;

  readonly #clusterId: number;
  readonly #servers: number;
  readonly #durableFiles: DurableFiles;
  readonly #isGone: (server: NodeId) => boolean;
  readonly #readers: (DurableLogReader | undefined)[] = [];
  #checkedTo = 0;

  /** @param isGone Whose disks lose, within the budget of faults, what they had promised to keep: what they held before still counts as held. */
  constructor(clusterId: number, servers: number, durableFiles: DurableFiles, isGone: (server: NodeId) => boolean) {
    this.#clusterId = clusterId;
    this.#servers = servers;
    this.#durableFiles = durableFiles;
    this.#isGone = isGone;
  }

  onSynced(_atUs: number, server: NodeId, path: string, durable: Uint8Array, sizeBytes: number): void {
    this.#readerOf(server).tell(path, durable, 0, sizeBytes);
  }

  onCrash(_atUs: number, server: NodeId): void {
    // What is sure to survive is read now: what was synced under a name that was not is lost with it. Whatever becomes of the disk while
    // the server is down is within the budget of faults, and takes nothing from an acknowledgement that is already on its way.
    if (!this.#isGone(server)) this.#readers[server] = this.#readAnew(server);
  }

  onRecovered(_atUs: number, server: NodeId): void {
    // It may begin a file anew that it had lost, also when its disk was emptied or put back after it had stopped by itself, and
    // nobody saw a crash: nothing of an earlier life is read on. And it is read now: it may acknowledge from here on without one more
    // sync, and its disk may be put back before anything is committed by that.
    this.#readers[server] = this.#readAnew(server);
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    const { commitIndex, log } = after.raft;
    if (commitIndex <= before.raft.commitIndex || commitIndex <= this.#checkedTo) return;
    this.#checkedTo = commitIndex;
    const term = log.termAt(commitIndex);
    if (term < 0) return;
    const holders: NodeId[] = [];
    for (let id = nodeId(1); id <= this.#servers; id = nodeId(id + 1)) {
      // An entry and its term stand for all before them (Log Matching; a log file is written in order).
      if (this.#readerOf(id).holds(logIndex(commitIndex), term)) holders.push(id);
    }
    if (holders.length * 2 > this.#servers) return;
    const who = holders.length === 0 ? 'no server' : holders.map((id) => `s${id}`).join(' and ');
    violated(
      'Commit On A Durable Quorum',
      `s${server} (${after.raft.role} of term ${after.raft.currentTerm}) takes entry ${commitIndex} of term ${term} for committed, but it is durable on ${who} of ${this.#servers} only`,
      atUs,
      { servers: [server], terms: [after.raft.currentTerm, term] },
    );
  }

  #readerOf(server: NodeId): DurableLogReader {
    return (this.#readers[server] ??= this.#readAnew(server));
  }

  #readAnew(server: NodeId): DurableLogReader {
    const reader = new DurableLogReader({ clusterId: this.#clusterId, nodeId: server });
    for (const { path, bytes } of this.#durableFiles(server)) reader.tell(path, bytes);
    return reader;
  }
}
