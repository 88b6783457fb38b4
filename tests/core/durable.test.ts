import { describe, expect, test } from 'vitest';
import { durable, type DurableState } from '../../src/core/durable.js';
import { connectionId, micros, nodeId, type OperationId } from '../../src/core/base/units.js';
import type { DiskOutcome, DiskStep, DiskValue, Effect, Input, Machine, Step } from '../../src/core/machine.js';
import { jsonCodec } from '../../src/core/wire/http/json-codec.js';

interface Counter {
  readonly total: number;
  readonly seen: number;
}
type Inner = Machine<Counter, string, number, string>;
type Whole = DurableState<Counter, string, number, string>;
type In = Input<string, number>;
type Out = Effect<string, string>;

/** Adds what is asked and says the total; 0 is a mere look, -1 uses the disk. `seen` is not kept. */
const counter: Inner = {
  init: () => ({ state: { total: 0, seen: 0 }, effects: [{ kind: 'note', name: 'begun', text: '' }] }),
  step: (state, input) => {
    if (input.kind === 'message') return { state, effects: [{ kind: 'send', to: input.from, message: `total ${state.total}` }] };
    if (input.kind !== 'request') return { state, effects: [] };
    if (input.request < 0) return { state, effects: [{ kind: 'disk', operation: 1 as OperationId, steps: [{ kind: 'list' }] }] };
    const after = { total: state.total + input.request, seen: state.seen + 1 };
    return { state: after, effects: [{ kind: 'respond', connection: input.connection, response: `${after.total}` }] };
  },
  wakeAt: () => micros(5),
};

const machine = durable(counter, {
  file: 'counter',
  codec: jsonCodec([{ total: 0 }]),
  save: ({ total }) => ({ total }),
  load: (state, kept) => ({ ...state, ...kept }),
});

const now = micros(1);
const add = (request: number): In => ({ kind: 'request', now, connection: connectionId(1), request });
const hello: In = { kind: 'message', now, from: nodeId(2), message: 'hello' };

/** A life, with the disk in the hands of the test. */
class Life {
  state: Whole;
  readonly out: Out[] = [];
  readonly asked: { readonly operation: OperationId; readonly steps: readonly DiskStep[] }[] = [];

  constructor(of: Machine<Whole, string, number, string> = machine) {
    this.of = of;
    const first = of.init({ self: nodeId(1), members: [nodeId(1), nodeId(2)], past: 'unknown', now, seed: 1 });
    this.state = first.state;
    this.take(first);
  }

  readonly of: Machine<Whole, string, number, string>;

  give(input: In): void {
    this.take(this.of.step(this.state, input));
  }

  /** The oldest operation ends well with these values. */
  done(...values: readonly DiskValue[]): void {
    this.report({ ok: true, values });
  }

  report(outcome: DiskOutcome): void {
    const operation = this.asked.shift()!.operation;
    this.give({ kind: 'disk', now, operation, outcome });
  }

  /** The total that the write under way would leave. */
  get writing(): string | null {
    const write = this.asked[0]?.steps.find((step) => step.kind === 'write');
    return write === undefined ? null : new TextDecoder().decode(write.bytes.subarray(4));
  }

  /** What was said to the outside, notes left out. */
  get said(): readonly string[] {
    return this.out.flatMap((effect) => (effect.kind === 'respond' ? [effect.response] : effect.kind === 'send' ? [effect.message] : []));
  }

  take({ state, effects }: Step<Whole, string, string>): void {
    this.state = state;
    for (const effect of effects) {
      if (effect.kind === 'disk') this.asked.push(effect);
      else this.out.push(effect);
    }
  }
}

/** A life whose directory was empty. */
function fresh(): Life {
  const life = new Life();
  life.done([]);
  return life;
}

/** The bytes that a life of before left in the file. */
function fileOf(total: number): Uint8Array {
  const life = fresh();
  life.give(add(total));
  const write = life.asked[0]?.steps[0];
  return write?.kind === 'write' ? write.bytes : new Uint8Array(0);
}

describe('a machine whose state is kept for it', () => {
  test('says nothing before that on which it rests is durable', () => {
    const life = fresh();
    life.give(add(3));
    expect(life.said).toEqual([]);
    life.give(hello); // changes nothing, and tells what is not durable yet
    expect(life.said).toEqual([]);
    life.done(null, null, null, null, null);
    expect(life.said).toEqual(['3', 'total 3']);
    life.give(hello);
    expect(life.said).toEqual(['3', 'total 3', 'total 3']);
  });

  test('writes the whole part beside the file, and puts it in its place', () => {
    const life = fresh();
    life.give(add(3));
    expect(life.asked[0]?.steps.map((step) => ('path' in step ? `${step.kind} ${step.path}` : step.kind))).toEqual([
      'write counter.new',
      'truncate counter.new',
      'sync counter.new',
      'rename counter.new',
      'syncDirectory',
    ]);
  });

  test('gathers what changes while the disk works into one write', () => {
    const life = fresh();
    for (const n of [1, 2, 3]) life.give(add(n));
    expect([life.asked.length, life.writing]).toEqual([1, '{"total":1}']);
    life.done(null, null, null, null, null);
    expect([life.said, life.asked.length, life.writing]).toEqual([['1'], 1, '{"total":6}']);
    life.done(null, null, null, null, null);
    expect([life.said, life.asked.length]).toEqual([['1', '3', '6'], 0]);
  });

  test('writes nothing when nothing that is kept changed', () => {
    const life = fresh();
    life.give(add(0));
    expect([life.said, life.asked.length, life.state.inner]).toEqual([['0'], 0, { total: 0, seen: 1 }]);
  });

  test('begins with what the file says, made durable before it is believed', () => {
    const life = new Life();
    life.done([
      { path: 'counter', sizeBytes: 15 },
      { path: 'counter.new', sizeBytes: 2 },
    ]);
    expect(life.asked[0]?.steps).toEqual([
      { kind: 'sync', path: 'counter' },
      { kind: 'syncDirectory' },
      { kind: 'read', path: 'counter', offset: 0, length: 15 },
    ]);
    life.done(null, null, fileOf(40));
    life.give(hello);
    expect(life.said).toEqual(['total 40']);
    expect(life.asked).toEqual([]);
  });

  test('keeps requests while it reads, loses messages, and is not woken', () => {
    const life = new Life();
    life.give(add(2));
    life.give(hello);
    expect(life.of.wakeAt(life.state)).toBeNull();
    life.done([{ path: 'counter', sizeBytes: 15 }]);
    life.give(add(3));
    life.done(null, null, fileOf(40));
    expect(life.out).toEqual([{ kind: 'note', name: 'begun', text: '' }]);
    life.done(null, null, null, null, null);
    expect(life.said).toEqual(['42', '45']);
    expect(life.of.wakeAt(life.state)).toBe(5);
  });

  test.each([
    [
      'a bit that flipped',
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === 8 ? byte ^ 1 : byte)),
      'counter is damaged: its checksum does not match',
    ],
    ['a file cut short', (bytes: Uint8Array) => bytes.subarray(0, 3), 'counter is damaged: it has no checksum'],
    ['an empty file', () => new Uint8Array(0), 'counter is damaged: it has no checksum'],
  ])('stops at %s', (_what, fault, reason) => {
    const life = new Life();
    life.done([{ path: 'counter', sizeBytes: 15 }]);
    life.done(null, null, fault(fileOf(40)));
    expect(life.out).toEqual([{ kind: 'stop', reason }]);
  });

  test('stops at an error of the disk, and what waited for it is never said', () => {
    const life = fresh();
    life.give(add(3));
    life.report({ ok: false, at: 2, error: { code: 'io', message: 'the device is gone' } });
    expect(life.out.at(-1)).toEqual({ kind: 'stop', reason: 'the disk failed: the device is gone' });
    expect(life.said).toEqual([]);
  });

  test('has the disk for itself', () => {
    expect(() => fresh().give(add(-1))).toThrow('uses no disk of its own');
  });
});
