import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from '../../../../src/sim/checkers/check/check.js';
import { canonical } from '../../../../src/sim/checkers/check/canonical.js';
import { BadHistory, BadModel, type ClientOperation, type Model } from '../../../../src/sim/checkers/check/model.js';
import { isLinearizableByDefinition, madeHistory, spoiled } from './brute-force.js';
import { counter, pool, queue, set, type CounterInput, type PoolInput, type QueueInput, type SetInput } from './own-models.js';

const op = <Input, Output = never>(
  client: string,
  call: number,
  returned: number | null,
  input: Input,
  output?: Output,
): ClientOperation<Input, Output> => ({ client, call, return: returned, input, output });

const item = fc.constantFrom('a', 'b', 'c');
const ticket = fc.integer({ min: 1, max: 3 });
const INPUTS = {
  queue: fc.oneof(
    ticket.map((n): QueueInput => ({ kind: 'push', item: n })),
    fc.constant<QueueInput>({ kind: 'pop' }),
  ),
  set: fc.oneof(
    fc
      .tuple(fc.constantFrom('add' as const, 'remove' as const, 'has' as const), item)
      .map(([kind, one]): SetInput => ({ kind, item: one })),
    fc.constant<SetInput>({ kind: 'all' }),
  ),
  counter: fc.oneof(
    ticket.map((by): CounterInput => ({ kind: 'add', by })),
    fc.constant<CounterInput>({ kind: 'read' }),
  ),
  pool: fc.oneof(
    ticket.map((n): PoolInput => ({ kind: 'give', ticket: n })),
    fc.constant<PoolInput>({ kind: 'take' }),
  ),
};

function agrees<State, Input, Output>(model: Model<State, Input, Output>, input: fc.Arbitrary<Input>): void {
  const seen = { passed: 0, failed: 0, unknown: 0 };
  fc.assert(
    fc.property(madeHistory(model, input), spoiled, (made, spoil) => {
      const history = spoil(made);
      const { verdict, culprit, order, conflict } = check(history, model);
      expect(verdict).toBe(isLinearizableByDefinition(history, model) ? 'passed' : 'failed');
      seen[verdict]++;
      if (culprit === null) return;
      // The story is true: the order holds all that returned before, and the conflict is one whatever all others were answered.
      for (const one of history) if (one !== culprit && one.return !== null && one.return < culprit.return!) expect(order).toContain(one);
      expect(conflict).toContain(culprit);
      const relaxed = history.map((one) => (conflict.includes(one) ? one : { ...one, return: null, output: undefined }));
      expect(isLinearizableByDefinition(relaxed, model)).toBe(false);
    }),
    { seed: 1, numRuns: 1_500 },
  );
  expect(seen.passed).toBeGreaterThan(100);
  expect(seen.failed).toBeGreaterThan(100);
}

describe('agrees with the definition on small histories, right and wrong ones, with unknown outcomes', () => {
  test('of a queue', () => agrees(queue, INPUTS.queue));
  test('of a set', () => agrees(set, INPUTS.set));
  test('of a counter', () => agrees(counter, INPUTS.counter));
  test('of a pool, whose answers are a choice', () => agrees(pool, INPUTS.pool));
});

describe('what it says', () => {
  const lost = [
    op('c1', 0, 10, { kind: 'push', item: 1 } as const, null),
    op('c2', 5, 15, { kind: 'push', item: 7 } as const, null),
    op('c1', 20, 30, { kind: 'push', item: 2 } as const, null),
    op('c2', 22, null, { kind: 'pop' } as const),
    op('c3', 40, 50, { kind: 'pop' } as const, 2),
  ];

  test('of a failure: the answer without a place, an order of all before it, and the few that contradict each other', () => {
    // One pop of unknown outcome can have taken the 1 or the 7, not both.
    const { verdict, culprit, order, conflict, state, message } = check(lost, queue);
    expect({ verdict, culprit, state }).toEqual({ verdict: 'failed', culprit: lost[4], state: '[ 1, 7, 2 ]' });
    expect(order).toEqual([lost[0], lost[1], lost[2]]);
    expect(conflict).toEqual([lost[0], lost[1], lost[4]]);
    expect(message).toBe(`failed  queue: not linearizable

There is no order that explains this answer:
  c3  40 .. 50  { kind: 'pop' } -> 2

An order of all that returned before it (3):
  c1  0 .. 10   { kind: 'push', item: 1 } -> null
  c2  5 .. 15   { kind: 'push', item: 7 } -> null
  c1  20 .. 30  { kind: 'push', item: 2 } -> null
  then queue is: [ 1, 7, 2 ]

These contradict each other, whatever all others were answered:
  c1  0 .. 10   { kind: 'push', item: 1 } -> null
  c2  5 .. 15   { kind: 'push', item: 7 } -> null
  c3  40 .. 50  { kind: 'pop' } -> 2`);
  });

  test('of a long one: what has no part in it is in no conflict', () => {
    const many = Array.from({ length: 400 }, (_, n) => op('c1', n * 10, n * 10 + 5, { kind: 'add', by: 1 } as const, 'ok' as const));
    const read = op('c2', 2_003, 2_004, { kind: 'read' } as const, 900);
    const { verdict, culprit, conflict } = check([...many, read], { ...counter, step: counter.step });
    expect({ verdict, culprit }).toEqual({ verdict: 'failed', culprit: read });
    expect(conflict).toEqual([read]);
  });

  test('of what holds: one line', () => {
    expect(check(lost.slice(0, 4), queue)).toMatchObject({ verdict: 'passed', culprit: null, order: [], conflict: [], partition: null });
    expect(check(lost.slice(0, 4), queue).message).toMatch(/^passed {2}queue: linearizable \(\d+ steps\)$/);
    expect(check([], queue).verdict).toBe('passed');
  });

  test('of what is too much: unknown, the same each time', () => {
    const adds = Array.from({ length: 30 }, (_, n) => op(`c${n}`, n, null, { kind: 'add', by: 2 * 3 ** (n % 12) } as const));
    const history = [...adds, op('r', 100, 110, { kind: 'read' } as const, 1_000_001)];
    const judged = check(history, counter, { stepsMax: 5_000 });
    expect(judged).toMatchObject({ verdict: 'unknown', partition: '', culprit: null });
    expect(judged.message).toContain('not decided within');
    expect(check(history, counter, { stepsMax: 5_000 })).toEqual(judged);
  });

  test('each part of an object is judged alone, and named', () => {
    type Input = { key: string; kind: 'add' | 'read' };
    const counters: Model<number, Input, number> = {
      init: () => 0,
      partition: ({ key }) => key,
      step: (total, { kind }) => (kind === 'add' ? { state: total + 1, output: total + 1 } : { state: total, output: total }),
      isRead: ({ kind }) => kind === 'read',
      describeState: (total) => `at ${total}`,
      describeOperation: ({ key, kind }, output) => `${kind} ${key}: ${output ?? 'no answer'}`,
    };
    const history = [
      op('c1', 0, 1, { key: 'a', kind: 'add' } as const, 1),
      op('c1', 2, 3, { key: 'b', kind: 'add' } as const, 1),
      op('c1', 4, 5, { key: 'b', kind: 'read' } as const, 0),
    ];
    expect(check(history.slice(0, 2), counters).verdict).toBe('passed');
    const { verdict, partition, message } = check(history, counters);
    expect({ verdict, partition }).toEqual({ verdict: 'failed', partition: 'b' });
    expect(message).toContain('failed  the object, b: not linearizable');
    expect(message).toContain('c1  4 .. 5  read b: 0');
    expect(message).toContain('then the object is: at 1');
  });
});

describe('is refused, with what to do', () => {
  const read = { kind: 'read' } as const;
  test.each<[string, ClientOperation<CounterInput, number | 'ok'>[], string]>([
    ['a return before its call', [op('c1', 5, 4, read, 0)], 'operation 0: it returned at 4, before its call at 5'],
    ['an answer without a return', [op('c1', 5, null, read, 0)], 'operation 0: it has an output, but no return'],
    ['a moment that is none', [op('c1', NaN, 4, read, 0)], 'operation 0: its call must be a number, and is NaN'],
    [
      'a return that is none',
      [{ client: 1, call: 1, input: read } as never],
      'operation 0: its return must be a number, or null for no answer, and is undefined',
    ],
    [
      'a client that does two things at once',
      [op('c1', 1, 9, read, 0), op('c1', 5, 10, read, 0)],
      'operation 1: client c1 calls at 5, but its operation 0 returned only at 9',
    ],
  ])('%s', (_, history, because) => {
    expect(() => check(history, counter)).toThrow(new BadHistory(because));
  });

  test('but a client may go on after an operation that it gave up, and at the very moment of an answer', () => {
    const history = [op('c1', 1, null, { kind: 'add', by: 1 } as const), op('c1', 5, 10, read, 0), op('c1', 10, 12, read, 1)];
    expect(check(history, counter).verdict).toBe('passed');
  });

  const one = [op('c1', 0, 1, 'x', 'ok')];
  class Holder {
    readonly #item = 1;
    get item(): number {
      return this.#item;
    }
  }
  test.each<[string, Partial<Model<unknown, string, string>>, string]>([
    [
      'a state of a class',
      { init: () => new Holder() },
      'its state holds an instance of Holder, which may have private fields, so states cannot be compared; give the model a key(state) of plain data',
    ],
    ['a state with a function', { init: () => ({ f: () => 1 }) }, 'its state holds a function'],
    ['a key that is no plain data', { key: () => Symbol('s') }, 'the key of its state holds a symbol'],
    [
      'a state that holds itself',
      {
        init: () => {
          const a: unknown[] = [];
          a.push(a);
          return a;
        },
      },
      'its state is nested too deeply, or holds itself',
    ],
    [
      'a step that gives nothing',
      { step: () => undefined as never },
      'step must return { state, output } or an array of such, and returned undefined',
    ],
    [
      'a step that changes its state',
      {
        init: () => [],
        step: (state) => {
          (state as number[]).push(1);
          return { state, output: 'ok' };
        },
      },
      'step changed the state that it was given; it must return another one',
    ],
    [
      'a read that writes',
      { step: (state) => ({ state: [state], output: 'ok' }), isRead: () => true },
      "isRead says that 'x' changes no state, but step changed one",
    ],
    [
      'an answer of a class',
      { step: (state) => ({ state, output: new Holder() as never }) },
      'cannot be compared by content; give the model matches(output, answer)',
    ],
  ])('%s', (_, part, because) => {
    const model = { name: 'odd', init: () => 0 as unknown, step: (state: unknown) => ({ state, output: 'ok' }), ...part };
    expect(() => check(one, model)).toThrow(BadModel);
    expect(() => check(one, model)).toThrow(because);
  });

  test('what step throws comes through', () => {
    expect(() =>
      check(one, {
        init: () => 0,
        step: (): never => {
          throw new RangeError('mine');
        },
      }),
    ).toThrow(new RangeError('mine'));
  });
});

test('values are compared by content', () => {
  const same: [unknown, unknown][] = [
    [{ a: 1, b: undefined }, { a: 1 }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    [Uint8Array.of(1, 2), Buffer.from([1, 2])],
    [0, -0],
    [NaN, NaN],
  ];
  const different: [unknown, unknown][] = [
    [1, '1'],
    [1, 1n],
    [null, undefined],
    [null, 'null'],
    [['a', 'b'], ['a,b']],
    [['a b'], ['a', 'b']],
    [{ a: '1,"b":2' }, { a: 1, b: 2 }],
    [new Set([1]), [1]],
    [[], {}],
    [new Date(0), new Date(1)],
    [new Error('a'), new Error('b')],
    [Uint8Array.of(1, 2), [1, 2]],
    [Uint16Array.of(1), Uint8Array.of(1, 0)],
    [[undefined], []],
  ];
  for (const [a, b] of same) expect(canonical(a)).toBe(canonical(b));
  for (const [a, b] of different) expect(canonical(a)).not.toBe(canonical(b));
});
