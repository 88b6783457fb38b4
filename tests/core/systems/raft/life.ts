import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, type NodeId } from '../../../../src/core/base/units.js';
import type { DiskError, DiskOutcome, DiskStep, DiskValue, Effect, Input } from '../../../../src/core/machine.js';
import type { AppendEntries } from '../../../../src/core/raft/messages.js';
import type { Command } from '../../../../src/core/store/command.js';
import { raftNode, type RaftNode } from '../../../../src/core/systems/raft/node.js';
import { DEFAULT_NODE_OPTIONS, type NodeOptions } from '../../../../src/core/systems/raft/options.js';
import type { NodeState } from '../../../../src/core/systems/raft/state.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../../../../src/core/wire/protocol.js';
import { OPTIONS as RAFT_OPTIONS } from '../../raft/server.js';
import { TestDisk } from '../../storage/disk.js';

export const OPTIONS: NodeOptions = { ...DEFAULT_NODE_OPTIONS, raft: RAFT_OPTIONS, snapshotEveryEntries: 1_000, entriesKept: 10 };

type NodeEffect = Effect<NodeMessage, NodeResponse>;
type DiskEffect = Extract<NodeEffect, { kind: 'disk' }>;
type NodeInput = Input<NodeMessage, NodeRequest>;
/** Each sort of input without its moment, which the life knows. */
type Timeless<Each> = Each extends NodeInput ? Omit<Each, 'now'> : never;

export interface LifeOptions {
  readonly size?: number;
  readonly self?: NodeId;
  readonly options?: Partial<NodeOptions>;
  readonly disk?: TestDisk;
  readonly seed?: number;
}

/** One life of a node on a test disk that finishes an operation only when the test says so. */
export class Life {
  readonly node: RaftNode;
  readonly disk: TestDisk;
  now = 0;
  state: NodeState;
  /** Asked of the disk and not finished, oldest first. */
  operations: DiskEffect[] = [];
  /** Everything that left since the last {@link said}. */
  #effects: NodeEffect[] = [];

  constructor({ size = 3, self = nodeId(1), options = {}, disk = new TestDisk(), seed = 1 }: LifeOptions = {}) {
    this.node = raftNode({ ...OPTIONS, ...options });
    this.disk = disk;
    const members = Array.from({ length: size }, (_, slot) => nodeId(slot + 1));
    const { state, effects } = this.node.init({ self, members, past: 'unknown', now: micros(0), seed });
    this.state = state;
    this.#take(effects);
  }

  #take(effects: readonly NodeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'disk') this.operations.push(effect);
      else this.#effects.push(effect);
    }
  }

  input(input: Timeless<NodeInput>): void {
    const { state, effects } = this.node.step(this.state, { ...input, now: micros(this.now) } as NodeInput);
    this.state = state;
    this.#take(effects);
  }

  /** What left since the last call, disk operations aside. */
  said(): readonly NodeEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Messages sent since the last look; looks at everything. */
  sent(): readonly NodeMessage[] {
    return this.said().flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
  }

  /** Answers to clients since the last look; looks at everything. */
  answers(): readonly NodeResponse[] {
    return this.said().flatMap((effect) => (effect.kind === 'respond' ? [effect.response] : []));
  }

  wake(): void {
    this.now = Math.max(this.now, this.node.wakeAt(this.state) ?? this.now);
    this.input({ kind: 'wake' });
  }

  hears(from: number, message: NodeMessage): void {
    this.input({ kind: 'message', from: nodeId(from), message });
  }

  asks(request: NodeRequest, connection = 9): void {
    this.input({ kind: 'request', connection: connectionId(connection), request });
  }

  /** The oldest operation is carried out and reported. */
  complete(): void {
    const operation = this.operations.shift() as DiskEffect;
    this.input({ kind: 'disk', operation: operation.operation, outcome: this.#performed(operation.steps) });
  }

  #performed(steps: readonly DiskStep[]): DiskOutcome {
    const values: DiskValue[] = [];
    for (const [at, step] of steps.entries()) {
      const done = this.disk.perform(step);
      if (!done.ok) return { ...done.outcome, at };
      values.push(done.value);
    }
    return { ok: true, values };
  }

  /** The oldest operation fails at one of its steps, by default the last. */
  fail(error: DiskError, at?: number): void {
    const { operation, steps } = this.operations.shift() as DiskEffect;
    this.input({ kind: 'disk', operation, outcome: { ok: false, at: at ?? steps.length - 1, error } });
  }

  completeAll(): void {
    while (this.operations.length > 0) this.complete();
  }

  /** Another life on what the disk still holds when the power goes now. */
  restarted(options: LifeOptions = {}): Life {
    this.disk.cutPower(() => 0.99);
    return new Life({ ...options, disk: this.disk, self: this.state.self, seed: this.state.seed + 1 });
  }
}

export const text = byteStringFromText;

/** A command in which everything not said is empty. */
export const command = (rest: Partial<Command> = {}): Command => ({
  op: 'set',
  clientId: 0,
  sequenceNum: 0,
  key: text('k'),
  value: EMPTY,
  version: 0,
  ...rest,
});

/** The request to carry it out. */
export const asked = (id: number, rest: Partial<Command>): NodeRequest => ({ kind: 'command', id, command: command(rest) });

/** The same message, each of its entries holding this command. */
export function withCommands(message: AppendEntries, rest: Partial<Command> = {}): AppendEntries {
  return { ...message, entries: message.entries.map((each) => ({ ...each, payload: command(rest) })) };
}
