import { expect } from 'vitest';
import { simulate, oneTry, faults, lossy } from 'seedstorm/vitest';
import { counter, total, type Request } from './counter.js';

simulate('a gossip counter', {
  machine: counter,
  servers: 3,
  clients: oneTry({ count: 3, timeoutMs: 300, ask: 'anyone' }),
  next: (draw): Request => (draw.chance(7, 10) ? { kind: 'add', by: 1 } : { kind: 'read' }),
  network: lossy(20, 50),
  faults: [faults.partition({ every: [500, 2_000], lasts: [100, 1_000] }), faults.kill({ every: [500, 2_000], lasts: [10, 500] })],
  settled: (states) => new Set(states.map(total)).size === 1,
  always: { 'a total never shrinks in one life': ({ before, after }) => before === null || total(after) >= total(before) },
  finally: {
    'every acknowledged add is counted': ({ servers, calls }) => {
      const acked = calls.filter(({ request, outcome }) => request.kind === 'add' && outcome.kind === 'done').length;
      for (const { name, state } of servers) expect(total(state), name).toBeGreaterThanOrEqual(acked);
    },
  },
  sometimes: ['partitioned', 'server-killed'],
  seeds: 100,
});
