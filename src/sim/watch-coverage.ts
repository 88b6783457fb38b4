import type { NodeId } from '../core/base/units.js';
import type { ClientOutcome } from '../core/client/calls.js';
import type { Input, Note } from '../core/machine.js';
import type { RaftMessage } from '../core/raft/messages.js';
import type { ClusterShapes } from './cluster-shapes.js';
import type { Coverage } from './coverage.js';
import type { Observer, SendFate } from './observer.js';
import type { ServerView } from './oracles/oracle.js';
import { viewOf } from './oracles/watch.js';
import { markRecovery, markStep } from './step-moments.js';

/** How the world's own words for a harm begin, and the moment that each is. */
const HARM_MOMENTS: readonly (readonly [words: RegExp, moment: string])[] = [
  [/^kill /, 'server-killed'],
  [/^power off /, 'server-lost-power'],
  [/^pause /, 'server-paused'],
  [/^cut /, 'link-cut'],
  [/^clock of \S+ jumps/, 'clock-jumped'],
  [/^clock of \S+ at/, 'clock-changed-its-rate'],
];

/**
 * Marks the moments of moments.ts: what the servers themselves find remarkable, what the world did to them and to
 * their messages, and what can be seen in their states; and shows each state to the shapes.
 */
export class CoverageWatch implements Observer {
  readonly #coverage: Coverage;
  readonly #shapes: ClusterShapes;
  readonly #servers: number;
  /** By server; 0 while it is down or recovers. */
  readonly #termLed: number[] = [];
  readonly #isUp: boolean[] = [];
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
    if (before === undefined) this.#isUp[node] = true;
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

  onNote(_atUs: number, _node: NodeId, note: Note): void {
    this.#coverage.mark(note.name);
  }

  onSend(_atUs: number, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    if (fate === 'duplicated') this.#coverage.mark('message-duplicated');
    else if (fate === 'lost') this.#coverage.mark('message-lost');
    else if (fate === 'cut') this.#coverage.mark('message-met-a-cut');
    else if (fate === 'overflow') this.#coverage.mark('link-overflowed');
    if (from > this.#servers || to > this.#servers) return;
    const { kind, term } = message as RaftMessage;
    if (term < this.#highestTerm && (kind === 'appendEntries' || kind === 'installSnapshot')) this.#coverage.mark('deposed-leader-spoke');
  }

  onCrash(_atUs: number, node: NodeId, state: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(state);
    if (view === null) this.#coverage.mark('crash-while-recovering');
    else this.#markCrash(view);
    this.#end(node);
  }

  onRestart(): void {
    this.#coverage.mark('server-restarted');
  }

  onStop(_atUs: number, node: NodeId): void {
    this.#coverage.mark('server-refused-its-disk');
    this.#end(node);
  }

  onHarm(_atUs: number, text: string): void {
    for (const [words, moment] of HARM_MOMENTS) if (words.test(text)) this.#coverage.mark(moment);
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
    if (raft.snapshot !== null && storage !== null && storage.durableSnapshotIndex < raft.snapshot.lastIndex) this.#coverage.mark('crash-while-snapshot-was-saved');
  }

  #end(node: NodeId): void {
    this.#shapes.show(node, null);
    this.#termLed[node] = 0;
    this.#isUp[node] = false;
    let up = 0;
    for (const isUp of this.#isUp) if (isUp) up++;
    if (up === 0) this.#coverage.mark('all-servers-down');
    if (up * 2 <= this.#servers) this.#coverage.mark('majority-down');
  }
}

/** Marks what clients had to live with. */
export function markOutcome(coverage: Coverage, outcome: ClientOutcome): void {
  if (outcome.kind === 'maybe') coverage.mark('client-was-told-maybe');
  else if (outcome.kind === 'failed') coverage.mark('client-was-told-failed');
  else if (outcome.result.status === 'versionConflict') coverage.mark('put-met-version-conflict');
  else if (outcome.result.status === 'noKey') coverage.mark('client-found-no-key');
}
