import type { Model } from '../../../../src/sim/checkers/check/model.js';

/** Models as a user writes them, each in a few lines. */
export type QueueInput = { kind: 'push'; item: number } | { kind: 'pop' };
export const queue: Model<readonly number[], QueueInput, number | null> = {
  name: 'queue',
  init: () => [],
  step: (items, input) =>
    input.kind === 'push' ? { state: [...items, input.item], output: null } : { state: items.slice(1), output: items[0] ?? null },
};

export type SetInput = { kind: 'add' | 'remove' | 'has'; item: string } | { kind: 'all' };
export const set: Model<ReadonlySet<string>, SetInput, boolean | ReadonlySet<string>> = {
  name: 'set',
  init: () => new Set(),
  step: (items, input) => {
    if (input.kind === 'all') return { state: items, output: items };
    if (input.kind === 'has') return { state: items, output: items.has(input.item) };
    const after = new Set(items);
    return input.kind === 'add'
      ? { state: after.add(input.item), output: !items.has(input.item) }
      : { output: after.delete(input.item), state: after };
  },
  isRead: ({ kind }) => kind === 'has' || kind === 'all',
};

export type CounterInput = { kind: 'add'; by: number } | { kind: 'read' };
export const counter: Model<number, CounterInput, number | 'ok'> = {
  name: 'counter',
  init: () => 0,
  step: (total, input) => (input.kind === 'read' ? { state: total, output: total } : { state: total + input.by, output: 'ok' }),
  isRead: ({ kind }) => kind === 'read',
};

/** A pool of tickets: `take` gives any of those that are there, and waits while there is none. */
export type PoolInput = { kind: 'give'; ticket: number } | { kind: 'take' };
export const pool: Model<readonly number[], PoolInput, number | 'ok'> = {
  name: 'pool',
  init: () => [],
  step: (tickets, input) =>
    input.kind === 'give'
      ? { state: [...tickets, input.ticket], output: 'ok' }
      : tickets.map((ticket, n) => ({ state: tickets.toSpliced(n, 1), output: ticket })),
  key: (tickets) => tickets.toSorted((a, b) => a - b),
};
