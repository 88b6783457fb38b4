import type { Input } from '../../../../core/machine.js';
import type { NodeId } from '../../../../core/base/units.js';
import type { RaftMessage } from '../../../../core/raft/messages.js';
import { viewOf } from '../hosted.js';
import type { Observer } from '../../../world/observer.js';
import { CHANGES_END, changesOf, type Oracle, type ServerView } from './oracle.js';

/**
 * A hook of an oracle, looked up once. The oracles are all of different classes, so that looking it up at each call finds another shape
 * each time, which costs as much as most oracles do.
 */
interface Hook<Name extends 'onStep' | 'onSend' | 'onSynced'> {
  readonly oracle: Oracle;
  readonly call: NonNullable<Oracle[Name]>;
}

function hooksOf<Name extends 'onStep' | 'onSend' | 'onSynced'>(oracles: readonly Oracle[], name: Name): readonly Hook<Name>[] {
  return oracles.flatMap((oracle) => {
    const call = oracle[name];
    return call === undefined ? [] : [{ oracle, call }];
  });
}

/** Lets a set of oracles watch the servers of a world. */
export class Watch implements Observer {
  readonly #oracles: readonly Oracle[];
  /** By what a step changed (see {@link changesOf}): those that look at it, in their order. Most steps mean something to few. */
  readonly #steppers: readonly (readonly Hook<'onStep'>[])[];
  /** Those that hear messages, and those that see disks: most oracles do neither. */
  readonly #listeners: readonly Hook<'onSend'>[];
  readonly #readers: readonly Hook<'onSynced'>[];
  readonly #servers: number;
  /** What each server's state is now; undefined while it is down or recovers. */
  readonly #views: (ServerView | undefined)[] = [];

  /** @param servers Nodes 1 .. servers are watched; the others are clients. */
  constructor(oracles: readonly Oracle[], servers: number) {
    this.#oracles = oracles;
    const steppers = hooksOf(oracles, 'onStep');
    this.#steppers = Array.from({ length: CHANGES_END }, (_, changes) =>
      steppers.filter(({ oracle: { looksAt } }) => looksAt === undefined || (looksAt & changes) !== 0),
    );
    this.#listeners = hooksOf(oracles, 'onSend');
    this.#readers = hooksOf(oracles, 'onSynced');
    this.#servers = servers;
  }

  onStep(atUs: number, node: NodeId, input: Input<unknown, unknown> | null, before: unknown, after: unknown): void {
    if (node > this.#servers) return;
    const view = viewOf(after);
    if (view === null) return;
    const viewBefore = before === undefined ? null : viewOf(before);
    this.#views[node] = view;
    if (viewBefore === null || input === null) {
      for (const oracle of this.#oracles) oracle.onRecovered?.(atUs, node, view);
      return;
    }
    const steppers = this.#steppers[changesOf(viewBefore, view)] as readonly Hook<'onStep'>[];
    for (let i = 0; i < steppers.length; i++) {
      const { oracle, call } = steppers[i] as Hook<'onStep'>;
      call.call(oracle, atUs, node, viewBefore, view, input);
    }
  }

  onSend(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    if (from > this.#servers || to > this.#servers) return;
    const view = this.#views[from];
    if (view === undefined) return;
    for (let i = 0; i < this.#listeners.length; i++) {
      const { oracle, call } = this.#listeners[i] as Hook<'onSend'>;
      call.call(oracle, atUs, from, to, message as RaftMessage, view);
    }
  }

  onSynced(atUs: number, node: NodeId, path: string, durable: Uint8Array, sizeBytes: number): void {
    for (let i = 0; i < this.#readers.length; i++) {
      const { oracle, call } = this.#readers[i] as Hook<'onSynced'>;
      call.call(oracle, atUs, node, path, durable, sizeBytes);
    }
  }

  onCrash(atUs: number, node: NodeId): void {
    this.#views[node] = undefined;
    for (const oracle of this.#oracles) oracle.onCrash?.(atUs, node);
  }
}
