import { connectionId, micros, nodeId } from '../../../../src/core/base/units.js';
import type { DiskError, DiskStep, DiskValue, Effect } from '../../../../src/core/machine.js';
import { singleNode, type SingleNode, type SingleState } from '../../../../src/core/systems/single/node.js';
import { DEFAULT_SINGLE_OPTIONS, type SingleOptions } from '../../../../src/core/systems/single/options.js';
import type { NodeRequest, NodeResponse } from '../../../../src/core/wire/protocol.js';
import { TestDisk } from '../../storage/disk.js';

type SingleEffect = Effect<never, NodeResponse>;
type DiskEffect = Extract<SingleEffect, { kind: 'disk' }>;

/** One life of a single server on a test disk that performs an operation only when the test says so. */
export class Life {
  readonly node: SingleNode;
  state: SingleState;
  now = 0;
  operations: DiskEffect[] = [];
  stopped: string | null = null;
  readonly notes: string[] = [];
  readonly answers: { readonly to: number; readonly response: NodeResponse }[] = [];

  constructor(
    readonly options: Partial<SingleOptions> = {},
    readonly disk = new TestDisk(),
  ) {
    this.node = singleNode({ ...DEFAULT_SINGLE_OPTIONS, ...options });
    const { state, effects } = this.node.init({ self: nodeId(1), members: [nodeId(1)], past: 'unknown', now: micros(0), seed: 1 });
    this.state = state;
    this.#take(effects);
  }

  #take(effects: readonly SingleEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'disk') this.operations.push(effect);
      else if (effect.kind === 'respond') this.answers.push({ to: effect.connection, response: effect.response });
      else if (effect.kind === 'note') this.notes.push(effect.name);
      else if (effect.kind === 'stop') this.stopped = effect.reason;
    }
  }

  asks(request: NodeRequest, connection = 9): void {
    const { state, effects } = this.node.step(this.state, {
      kind: 'request',
      now: micros(this.now),
      connection: connectionId(connection),
      request,
    });
    this.state = state;
    this.#take(effects);
  }

  wake(): void {
    this.now = Math.max(this.now, this.node.wakeAt(this.state) ?? this.now);
    const { state, effects } = this.node.step(this.state, { kind: 'wake', now: micros(this.now) });
    this.state = state;
    this.#take(effects);
  }

  /** The oldest operation is carried out and reported; with an error, its last step fails. */
  complete(error: DiskError | null = null): void {
    const { operation, steps } = this.operations.shift() as DiskEffect;
    const values = steps.map((step) => this.#perform(step));
    const outcome = error === null ? ({ ok: true, values } as const) : ({ ok: false, at: steps.length - 1, error } as const);
    const { state, effects } = this.node.step(this.state, { kind: 'disk', now: micros(this.now), operation, outcome });
    this.state = state;
    this.#take(effects);
  }

  #perform(step: DiskStep): DiskValue {
    const done = this.disk.perform(step);
    if (!done.ok) throw new Error('the test disk is in order');
    return done.value;
  }

  rest(): this {
    while (this.operations.length > 0) this.complete();
    return this;
  }

  /** What was answered since the last look. */
  said(): readonly NodeResponse[] {
    return this.answers.splice(0).map(({ response }) => response);
  }

  /** Another life on what the disk still holds when the process is killed, or the power goes too. */
  restarted(isPowerCut: boolean): Life {
    if (isPowerCut) this.disk.cutPower(() => 0.99);
    return new Life(this.options, this.disk).rest();
  }
}
