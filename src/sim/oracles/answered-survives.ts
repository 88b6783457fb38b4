import type { NodeId } from '../../core/base/units.js';
import type { Observer } from '../world/observer.js';
import { violated } from '../checkers/violation.js';

/**
 * No Acknowledged Write Lost, for a server that keeps a log alone: whatever it had answered is there when it has read its log
 * again. It answers a write in the step that applies it, so the last entry applied in one life is the least of the next.
 */
export class AnsweredSurvives implements Observer {
  readonly #lastApplied: (state: unknown) => number | null;
  readonly #servers: number;
  readonly #answeredTo: number[] = [];
  /** Entries applied for the first time, in all lives of all servers. */
  count = 0;

  /**
   * @param lastApplied The last entry that a state shows; null while the log is being read.
   * @param servers Nodes 1 .. servers; the others are clients.
   */
  constructor(lastApplied: (state: unknown) => number | null, servers: number) {
    this.#lastApplied = lastApplied;
    this.#servers = servers;
  }

  onStep(atUs: number, node: NodeId, _input: unknown, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const applied = this.#lastApplied(after);
    if (applied === null) return;
    const answered = this.#answeredTo[node] ?? 0;
    const isFirstSight = before === undefined || this.#lastApplied(before) === null;
    if (isFirstSight && applied < answered) {
      violated('No Acknowledged Write Lost', `s${node} had answered entry ${answered}, and came back with ${applied} as its last`, atUs, {
        servers: [node],
      });
    }
    this.count += Math.max(0, applied - answered);
    this.#answeredTo[node] = Math.max(applied, answered);
  }
}
