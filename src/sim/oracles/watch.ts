import type { Input } from '../../core/machine.js';
import type { NodeId } from '../../core/base/units.js';
import type { RaftMessage } from '../../core/raft/messages.js';
import { viewOf } from '../hosted-raft.js';
import type { Observer } from '../observer.js';
import type { Oracle, ServerView } from './oracle.js';

/** Lets a set of oracles watch the servers of a world. */
export class Watch implements Observer {
  readonly #oracles: readonly Oracle[];
  /** Those that watch steps and messages: most oracles look at one of them only. */
  readonly #steppers: readonly Oracle[];
  readonly #listeners: readonly Oracle[];
  readonly #servers: number;
  /** What each server's state is now; undefined while it is down or recovers. */
  readonly #views: (ServerView | undefined)[] = [];

  /** @param servers Nodes 1 .. servers are watched; the others are clients. */
  constructor(oracles: readonly Oracle[], servers: number) {
    this.#oracles = oracles;
    this.#steppers = oracles.filter((oracle) => oracle.onStep !== undefined);
    this.#listeners = oracles.filter((oracle) => oracle.onSend !== undefined);
    this.#servers = servers;
  }

  onStep(atUs: number, node: NodeId, input: Input<unknown, unknown> | null, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(after);
    if (view === null) return;
    const viewBefore = before === undefined ? null : viewOf(before);
    this.#views[node] = view;
    if (viewBefore === null || input === null) for (const oracle of this.#oracles) oracle.onRecovered?.(atUs, node, view);
    else for (const oracle of this.#steppers) oracle.onStep?.(atUs, node, viewBefore, view, input);
  }

  onSend(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    if (from > this.#servers || to > this.#servers) return;
    const view = this.#views[from];
    if (view === undefined) return;
    for (const oracle of this.#listeners) oracle.onSend?.(atUs, from, to, message as RaftMessage, view);
  }

  onSynced(atUs: number, node: NodeId, path: string, durable: Uint8Array): void {
    for (const oracle of this.#oracles) oracle.onSynced?.(atUs, node, path, durable);
  }

  onCrash(atUs: number, node: NodeId): void {
    this.#views[node] = undefined;
    for (const oracle of this.#oracles) oracle.onCrash?.(atUs, node);
  }
}
