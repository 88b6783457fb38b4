import { fault } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const clockFarBehindItself = regression({
  name: 'clock-far-behind-itself',
  system: raftSystem,
  title: 'A monotonic clock lies: it went back again and again, and whoever waits by it waits as much longer.',
  seeds: [1, 2, 3],
  property: 'Liveness',
  wrong:
    'Not the engine, but the bound was wrong. The clock of a server went back by more in all than the time that a run has after its healing. A deadline ' +
    'by such a clock is put off for as long as it went, so the server had not stood for election yet when the run was over. Prompt Recovery knew that of ' +
    'such clocks, and Liveness did not. Seen by swarm (seed 971505).',
  fix: 'The bound counts from when the clocks of the core show what they never showed before (sim/run/phases.ts).',
  options: {
    ...NARROW,
    servers: 1,
    clocks: [{ offsetUs: 60_000_000, ratePpm: 0 }],
    monotonicClocks: 'lying',
    faults: [fault('clockStepBack', [50, 150], [1_000, 1_000])],
  },
});
