import { faults, oneTry, simulate } from 'seedstorm/vitest';
import { counter, total, type Request } from './counter.js';

const world = {
  machine: counter,
  servers: 3,
  clients: oneTry({ count: 2, timeoutMs: 300 }),
  next: (): Request => ({ kind: 'add', by: 1 }),
  chaosMs: 1_000,
  seeds: 3,
};

const broken = (change: Partial<typeof counter>): typeof counter => ({ ...counter, ...change });

simulate('never kills anybody', { ...world, sometimes: ['server-killed'] });

simulate('kept seeds', { ...world, regressions: [77], seeds: 1 });

simulate('a step that throws', {
  ...world,
  seeds: 1,
  machine: broken({
    step: (state, input) => {
      if (input.kind === 'request') throw new TypeError('that request is too much');
      return counter.step(state, input);
    },
  }),
});

simulate('a step that never ends', {
  ...world,
  seeds: 1,
  timeout: 300,
  machine: broken({
    step: (state, input) => {
      while (input.kind === 'request');
      return counter.step(state, input);
    },
  }),
});

simulate('an answer too many', {
  ...world,
  seeds: 1,
  machine: broken({
    step: (state, input) => {
      const { state: after, effects } = counter.step(state, input);
      return { state: after, effects: [...effects, ...effects.filter(({ kind }) => kind === 'respond')] };
    },
  }),
});

simulate('a message to itself', {
  ...world,
  seeds: 1,
  machine: broken({
    init: (boot) => ({ ...counter.init(boot), effects: [{ kind: 'send', to: boot.self, message: { kind: 'counts', counts: [] } }] }),
  }),
});

simulate('a register of sums', {
  ...world,
  faults: [faults.partition()],
  chaosMs: 3_000,
  seeds: 1,
  model: {
    name: 'a counter',
    init: () => 0,
    step: (sum: number, request: Request) => {
      const after = request.kind === 'add' ? sum + request.by : sum;
      return { state: after, output: after };
    },
  },
  finally: { 'is never looked at': ({ servers }) => servers.every(({ state }) => total(state) < 0) },
});
