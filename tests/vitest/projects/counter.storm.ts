import { defineSimulation, faults, oneTry } from '../../../src/sim/index.js';
import { counter, total, type Request } from './counter.js';

const storm = defineSimulation('a gossip counter', {
  machine: counter,
  servers: 3,
  clients: oneTry({ count: 3, timeoutMs: 300, ask: 'anyone' }),
  next: (draw): Request => (draw.chance(7, 10) ? { kind: 'add', by: 1 } : { kind: 'read' }),
  faults: [faults.kill({ every: [500, 2_000], lasts: [10, 500] })],
  settled: (states) => new Set(states.map(total)).size === 1,
  finally: {
    'every acknowledged add is counted': ({ servers, calls }) => {
      const acked = calls.filter(({ request, outcome }) => request.kind === 'add' && outcome.kind === 'done').length;
      return servers.every(({ state }) => total(state) >= acked);
    },
  },
});

export default storm;
export const scenarios = [storm];
