import { MICROS_PER_MS, type Micros, type NodeId } from '../core/base/units.js';
import type { Effect, Input, Note } from '../core/machine.js';
import type { NodeState } from '../core/systems/raft/state.js';
import type { Observer, SendFate } from '../sim/observer.js';

/**
 * Lets another observer see only what lies between two moments, both inclusive, and remembers how every
 * server stood at the later one. The run itself goes on to its end: looking changes nothing.
 */
export class Window implements Observer {
  readonly #inner: Observer;
  readonly #fromUs: number;
  readonly #untilUs: number;
  readonly #servers = new Map<NodeId, NodeState | 'down'>();

  constructor(inner: Observer, fromMs: number, untilMs: number) {
    this.#inner = inner;
    this.#fromUs = fromMs * MICROS_PER_MS;
    this.#untilUs = untilMs * MICROS_PER_MS;
  }

  onStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, before: unknown, after: unknown, effects: readonly Effect<unknown, unknown>[]): void {
    if (atUs <= this.#untilUs && isServer(after)) this.#servers.set(node, after);
    if (this.#shows(atUs)) this.#inner.onStep?.(atUs, node, input, before, after, effects);
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    if (this.#shows(atUs)) this.#inner.onSend?.(atUs, from, to, message, fate);
  }

  onNote(atUs: Micros, node: NodeId, note: Note): void {
    if (this.#shows(atUs)) this.#inner.onNote?.(atUs, node, note);
  }

  onCrash(atUs: Micros, node: NodeId, state: unknown): void {
    if (atUs <= this.#untilUs && isServer(state)) this.#servers.set(node, 'down');
    if (this.#shows(atUs)) this.#inner.onCrash?.(atUs, node, state);
  }

  onRestart(atUs: Micros, node: NodeId): void {
    if (this.#shows(atUs)) this.#inner.onRestart?.(atUs, node);
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    if (this.#shows(atUs)) this.#inner.onStop?.(atUs, node, reason);
  }

  onHarm(atUs: Micros, text: string): void {
    if (this.#shows(atUs)) this.#inner.onHarm?.(atUs, text);
  }

  /** One line for each server, as it stood at the end of the window. */
  closingLines(): readonly string[] {
    return [...this.#servers].sort(([a], [b]) => a - b).map(([id, state]) => `s${id}  ${state === 'down' ? 'down' : standing(state)}`);
  }

  #shows(atUs: Micros): boolean {
    return atUs >= this.#fromUs && atUs <= this.#untilUs;
  }
}

function isServer(state: unknown): state is NodeState {
  return typeof state === 'object' && state !== null && 'raft' in state && 'lastApplied' in state;
}

function standing({ phase, raft, lastApplied }: NodeState): string {
  if (raft === null) return phase;
  const { role, currentTerm, votedFor, commitIndex, log } = raft;
  const vote = votedFor === 0 ? 'nobody' : `s${votedFor}`;
  return `${role}  term ${currentTerm}  voted for ${vote}  log to ${log.lastIndex}  committed ${commitIndex}  applied ${lastApplied}`;
}
