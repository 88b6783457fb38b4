import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineSimulation, faults, lossy, oneTry, run, type AnyModel } from '../../src/vitest/index.js';
import { explore } from '../../src/sim/index.js';
import { counter, total, type Request } from './projects/counter.js';

const sum: AnyModel<Request, number> = {
  init: () => 0,
  step: (before: number, request: Request) => {
    const after = request.kind === 'add' ? before + request.by : before;
    return { state: after, output: after };
  },
};

const world = {
  machine: counter,
  clients: oneTry({ count: 2, timeoutMs: 300 }),
  next: (): Request => ({ kind: 'add', by: 1 }),
  chaosMs: 2_000,
};
const alone = defineSimulation('one counter', { ...world, servers: 1, faults: [faults.pause()], model: sum });
const several = defineSimulation('a gossip counter', {
  ...world,
  servers: 3,
  faults: [faults.kill({ every: [100, 500], lasts: [10, 100] })],
  network: lossy(10, 20),
  settled: (states) => new Set(states.map(total)).size === 1,
});

test('a run by hand is asked what became of it', () => {
  const ran = run(alone, 1);
  expect(ran.violation).toBeNull();
  expect(ran).toConverge();
  expect(ran).toBeLinearizable();
  expect(ran).toReplayIdentically();
  expect(ran).toHaveSeen('server-paused');
  expect(ran).not.toHaveSeen('partitioned');
  expect(ran.calls.length).toBeGreaterThan(20);
});

test('each matcher says what is wrong', () => {
  const ran = run(several, 1);
  expect(() => expect(ran).toHaveSeen('server-kiled')).toThrow(/seed 1 did not see server-kiled: did you mean "server-killed"\?/);
  expect(() => expect(ran).toBeLinearizable()).toThrow(/takes a model/);
  expect(() => expect(ran).toBeLinearizable(sum)).toThrow(/seed 1: failed {2}the object: not linearizable/);
  expect(() => expect(3).toConverge()).toThrow(/toConverge is asked of a run/);

  const restless = defineSimulation('never at rest', { ...world, servers: 2, convergenceMs: 1_000, settled: () => false });
  expect(() => expect(run(restless, 1)).toConverge()).toThrow(
    /seed 1 did not come to rest: Liveness at \d+ ms: .*had not come to one state/,
  );

  let turns = 0;
  const leaky = defineSimulation('other each time', { ...world, servers: 1, next: (): Request => ({ kind: 'add', by: ++turns }) });
  expect(() => expect(run(leaky, 1)).toReplayIdentically()).toThrow(/seed 1 came out differently: event \d+/);
});

test('a property that is judged at the end is judged when all has come to rest', () => {
  const wrong = defineSimulation('wrong at the end', {
    ...world,
    servers: 1,
    finally: { 'nothing was counted': ({ servers }) => total(servers[0]!.state) === 0 },
  });
  const ran = run(wrong, 1);
  expect(ran.violation?.property).toBe('nothing was counted');
  expect(ran).toConverge();
  expect(ran.story().lines.join('\n')).toMatch(/c\d asks s1: add 1/);
});

test('a simulation is a scenario that explore runs, in processes of its own too', async () => {
  const report = await explore({
    module: new URL('projects/counter.storm.js', import.meta.url),
    scenarios: ['a-gossip-counter'],
    firstSeed: 1,
    lastSeed: 4,
    forMs: null,
    jobs: 1,
    shard: { index: 1, count: 1 },
    recheckOneIn: 2,
    failuresMax: 10,
    onProgress: null,
  });
  expect(report.verdict).toBe('violation');
  expect(report.failures[0]?.violation.property).toBe('every acknowledged add is counted');
});

test('a run is an arbitrary for fast-check, which calls a counterexample by its seed', () => {
  const runs = fc.noShrink(fc.integer({ min: 1, max: 3 })).map((seed) => run(alone, seed));
  fc.assert(
    fc.property(runs, ({ hasConverged }) => hasConverged),
    { numRuns: 2, seed: 1 },
  );
  expect(() =>
    fc.assert(
      fc.property(runs, ({ calls }) => calls.length === 0),
      { numRuns: 1, seed: 1 },
    ),
  ).toThrow(/Counterexample: \[run of one counter, seed [123]\]/);
});
