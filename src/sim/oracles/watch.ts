import type { Input } from '../../core/machine.js';
import type { NodeId } from '../../core/base/units.js';
import type { RaftMessage } from '../../core/raft/messages.js';
import { viewOf } from '../hosted-raft.js';
import type { Observer } from '../observer.js';
import { CHANGES_END, changesOf, type Oracle, type ServerView } from './oracle.js';

/** Lets a set of oracles watch the servers of a world. */
export class Watch implements Observer {
  readonly #oracles: readonly Oracle[];
  /** By what a step changed (see {@link changesOf}): those that look at it, in their order. Most steps mean something to few. */
  readonly #steppers: readonly (readonly Oracle[])[];
  /** Those that hear messages, and those that see disks: most oracles do neither. */
  readonly #listeners: readonly Oracle[];
  readonly #readers: readonly Oracle[];
  readonly #servers: number;
  /** What each server's state is now; undefined while it is down or recovers. */
  readonly #views: (ServerView | undefined)[] = [];

  /** @param servers Nodes 1 .. servers are watched; the others are clients. */
  constructor(oracles: readonly Oracle[], servers: number) {
    this.#oracles = oracles;
    const steppers = oracles.filter((oracle) => oracle.onStep !== undefined);
    this.#steppers = Array.from({ length: CHANGES_END }, (_, changes) => steppers.filter(({ looksAt }) => looksAt === undefined || (looksAt & changes) !== 0));
    this.#listeners = oracles.filter((oracle) => oracle.onSend !== undefined);
    this.#readers = oracles.filter((oracle) => oracle.onSynced !== undefined);
    this.#servers = servers;
  }

  onStep(atUs: number, node: NodeId, input: Input<unknown, unknown> | null, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(after);
    if (view === null) return;
    const viewBefore = before === undefined ? null : viewOf(before);
    this.#views[node] = view;
    if (viewBefore === null || input === null) for (const oracle of this.#oracles) oracle.onRecovered?.(atUs, node, view);
    else for (const oracle of this.#steppers[changesOf(viewBefore, view)] as readonly Oracle[]) oracle.onStep?.(atUs, node, viewBefore, view, input);
  }

  onSend(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    if (from > this.#servers || to > this.#servers) return;
    const view = this.#views[from];
    if (view === undefined) return;
    for (const oracle of this.#listeners) oracle.onSend?.(atUs, from, to, message as RaftMessage, view);
  }

  onSynced(atUs: number, node: NodeId, path: string, durable: Uint8Array): void {
    for (const oracle of this.#readers) oracle.onSynced?.(atUs, node, path, durable);
  }

  onCrash(atUs: number, node: NodeId): void {
    this.#views[node] = undefined;
    for (const oracle of this.#oracles) oracle.onCrash?.(atUs, node);
  }
}
