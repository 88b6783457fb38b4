import { MICROS_PER_MS, type Micros, type NodeId } from '../../core/base/units.js';
import type { Effect, Input, Note } from '../../core/machine.js';
import type { Hosted } from '../../sim/cluster/hosted.js';
import type { Observer, SendFate } from '../../sim/world/observer.js';
import type { WorldEvent } from '../../sim/world/world-event.js';

/**
 * Lets another observer see only what lies between two moments, both inclusive, and remembers how every
 * server stood at the later one. The run itself goes on to its end: looking changes nothing.
 */
export class Window implements Observer {
  readonly #inner: Observer;
  readonly #fromUs: number;
  readonly #untilUs: number;
  readonly #system: Pick<Hosted, 'describe'>;
  readonly #servers: number;
  /** How each server stood, in the words of its system. */
  readonly #standing = new Map<NodeId, { readonly state: unknown } | null>();

  /** @param servers How many there are: the other processes are clients. */
  constructor(inner: Observer, fromMs: number, untilMs: number, system: Pick<Hosted, 'describe'>, servers: number) {
    this.#system = system;
    this.#servers = servers;
    this.#inner = inner;
    this.#fromUs = fromMs * MICROS_PER_MS;
    this.#untilUs = untilMs * MICROS_PER_MS;
  }

  onStep(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (atUs <= this.#untilUs && node <= this.#servers) this.#standing.set(node, { state: after });
    if (this.#shows(atUs)) this.#inner.onStep?.(atUs, node, input, before, after, effects);
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    if (this.#shows(atUs)) this.#inner.onSend?.(atUs, from, to, message, fate);
  }

  onNote(atUs: Micros, node: NodeId, note: Note): void {
    if (this.#shows(atUs)) this.#inner.onNote?.(atUs, node, note);
  }

  onCrash(atUs: Micros, node: NodeId, state: unknown): void {
    if (atUs <= this.#untilUs && node <= this.#servers) this.#standing.set(node, null);
    if (this.#shows(atUs)) this.#inner.onCrash?.(atUs, node, state);
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    if (this.#shows(atUs)) this.#inner.onStop?.(atUs, node, reason);
  }

  onWorldEvent(atUs: Micros, event: WorldEvent): void {
    if (this.#shows(atUs)) this.#inner.onWorldEvent?.(atUs, event);
  }

  /** One line for each server, as it stood at the end of the window. */
  closingLines(): readonly string[] {
    return [...this.#standing]
      .sort(([a], [b]) => a - b)
      .map(([id, up]) => `s${id}  ${up === null ? 'down' : this.#system.describe(up.state)}`);
  }

  #shows(atUs: Micros): boolean {
    return atUs >= this.#fromUs && atUs <= this.#untilUs;
  }
}
