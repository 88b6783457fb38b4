import type { NodeId } from '../../core/base/units.js';
import type { Observer } from '../world/observer.js';
import type { WorldEvent } from '../world/world-event.js';
import { violated } from '../checkers/violation.js';

/** How to look at the servers of a system with one primary and copies of it. Contents are whole stores as texts: equal stores, equal texts. */
export interface CopyView {
  /** `none`: it holds nothing that it would show, such as one that recovers. */
  partOf(state: unknown): 'primary' | 'replica' | 'none';
  /**
   * The history that its content is a part of. Each life of a primary begins one of its own; the generation is another
   * one after another server took its place. Absent: nobody ever does.
   */
  historyOf?(state: unknown): { readonly epoch: number; readonly generation: number };
  contentOf(state: unknown): string;
  /** What a primary held between two states, in order, the last of them included; empty when nothing changed. */
  contentsBetween(before: unknown, after: unknown): readonly string[];
}

/**
 * Replica Prefix: what a replica shows is what the primary once held, whole, and within its life it never goes back,
 * unless another server took the primary's place, which may have held less. So its reads may be old, but they are
 * never of a store that never was.
 */
export class ReplicaPrefix implements Observer {
  readonly #view: CopyView;
  readonly #servers: number;
  /** Every content of the primary, in order, over all its lives. */
  readonly #history: string[] = [''];
  /** By replica: the first place in the history at which it may be now. */
  readonly #places = new Map<NodeId, number>();
  readonly #contents = new Map<NodeId, string>();
  /** By epoch: whose. By replica: in whose place and generation it is. */
  readonly #owners = new Map<number, NodeId>();
  readonly #tenures = new Map<NodeId, string>();

  /** @param servers They are numbered from 1 on; whoever stands behind them is a client. */
  constructor(view: CopyView, servers: number) {
    this.#view = view;
    this.#servers = servers;
  }

  /** Changes that the primary took. */
  get changes(): number {
    return this.#history.length - 1;
  }

  onWorldEvent(_atUs: number, event: WorldEvent): void {
    if (event.kind === 'restarted') this.#beginAnew(event.node);
  }

  #beginAnew(node: NodeId): void {
    this.#places.delete(node);
    this.#contents.delete(node);
  }

  onStep(atUs: number, node: NodeId, _input: unknown, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const part = this.#view.partOf(after);
    const history = this.#view.historyOf?.(after);
    if (part === 'primary') {
      if (history !== undefined) this.#owners.set(history.epoch, node);
      this.#onPrimary(before, after);
    } else if (part === 'replica') {
      // A primary that starts again is the same one in its generation, and holds what it held.
      if (history !== undefined) this.#noteTenure(node, `${history.generation} of s${this.#owners.get(history.epoch)}`);
      this.#onReplica(atUs, node, this.#view.contentOf(after));
    }
  }

  #noteTenure(node: NodeId, tenure: string): void {
    if (this.#tenures.get(node) !== tenure) this.#beginAnew(node);
    this.#tenures.set(node, tenure);
  }

  #onPrimary(before: unknown, after: unknown): void {
    const wasPrimary = before !== undefined && this.#view.partOf(before) === 'primary';
    const contents = wasPrimary ? this.#view.contentsBetween(before, after) : [this.#view.contentOf(after)];
    for (const content of contents) if (content !== this.#history.at(-1)) this.#history.push(content);
  }

  #onReplica(atUs: number, node: NodeId, content: string): void {
    if (this.#contents.get(node) === content) return;
    const from = this.#places.get(node) ?? 0;
    const place = this.#history.indexOf(content, from);
    if (place === -1) violated('Replica Prefix', this.#describe(node, content, from), atUs, { servers: [node] });
    this.#places.set(node, place);
    this.#contents.set(node, content);
  }

  #describe(node: NodeId, content: string, from: number): string {
    const earlier = this.#history.lastIndexOf(content, from);
    const held = content === '' ? 'nothing' : content;
    if (earlier !== -1) return `replica s${node} went back from change ${from} of the primary to change ${earlier}: ${held}`;
    return `replica s${node} holds what the primary never held: ${held}`;
  }
}

/** A store as a text for {@link CopyView}. Long values are cut in the middle, which a value that is written once survives. */
export function contentText(entries: Iterable<readonly [key: string, version: number, value: string]>): string {
  return [...entries]
    .map(([key, version, value]) => `${key}=${value.length > 24 ? `${value.slice(0, 12)}..${value.length}` : value} v${version}`)
    .join(', ');
}
