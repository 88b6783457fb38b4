import type { NodeId } from '../../../core/base/units.js';
import type { Input } from '../../../core/machine.js';
import type { RaftMessage } from '../../../core/raft/messages.js';
import type { ClusterShapes } from './abstract-states.js';
import type { Coverage } from '../../coverage/coverage.js';
import { viewOf } from './hosted.js';
import type { Observer } from '../../world/observer.js';
import type { ServerView } from './oracles/oracle.js';
import { markRecovery, markStep } from './step-moments.js';

/** Marks the moments of moments.ts that can be seen in the states and messages of the raft system, and shows each state to the shapes. */
export class RaftCoverageWatch implements Observer {
  readonly #coverage: Coverage;
  readonly #shapes: ClusterShapes;
  readonly #servers: number;
  /** By server; 0 while it is down or recovers. */
  readonly #termLed: number[] = [];
  #highestTerm = 0;
  #latestLeader = 0;

  /** @param servers Nodes 1 .. servers; the others are clients. */
  constructor(coverage: Coverage, shapes: ClusterShapes, servers: number) {
    this.#coverage = coverage;
    this.#shapes = shapes;
    this.#servers = servers;
  }

  onStep(_atUs: number, node: NodeId, _input: Input<unknown, unknown> | null, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(after);
    this.#shapes.show(node, view);
    if (view === null) return;
    const viewBefore = before === undefined ? null : viewOf(before);
    if (viewBefore === null) {
      markRecovery(this.#coverage, view, this.#highestTerm);
    } else {
      markStep(this.#coverage, viewBefore, view);
      if (view.raft.role !== viewBefore.raft.role) this.#changeRole(node, view);
    }
    if (view.raft.currentTerm > this.#highestTerm) this.#highestTerm = view.raft.currentTerm;
  }

  onSend(_atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    if (from > this.#servers || to > this.#servers) return;
    const { kind, term } = message as RaftMessage;
    if (term < this.#highestTerm && (kind === 'appendEntries' || kind === 'installSnapshot')) this.#coverage.mark('deposed-leader-spoke');
  }

  onCrash(_atUs: number, node: NodeId, state: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(state);
    if (view !== null) this.#markCrash(view);
    this.#end(node);
  }

  onStop(_atUs: number, node: NodeId): void {
    this.#end(node);
  }

  #changeRole(node: NodeId, { raft }: ServerView): void {
    if (raft.role !== 'leader') {
      this.#termLed[node] = 0;
      return;
    }
    if (this.#termLed.some((term) => term > 0)) this.#coverage.mark('two-leaders-at-once');
    if (this.#latestLeader === node) this.#coverage.mark('leader-elected-again');
    this.#latestLeader = node;
    this.#termLed[node] = raft.currentTerm;
  }

  #markCrash({ raft, outbox, waiters, readers, storage }: ServerView): void {
    if (raft.role === 'candidate') this.#coverage.mark('candidate-crashed');
    if (outbox.size > 0) this.#coverage.mark('crash-with-promises-held');
    if (waiters.size > 0) this.#coverage.mark('crash-with-commands-waiting');
    if (readers.size > 0) this.#coverage.mark('crash-with-reads-waiting');
    if (raft.incoming !== null) this.#coverage.mark('crash-while-snapshot-arrived');
    if (raft.snapshot !== null && storage !== null && storage.durableSnapshotIndex < raft.snapshot.lastIndex)
      this.#coverage.mark('crash-while-snapshot-was-saved');
  }

  #end(node: NodeId): void {
    this.#shapes.show(node, null);
    this.#termLed[node] = 0;
  }
}
