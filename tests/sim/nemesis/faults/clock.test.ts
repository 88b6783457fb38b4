import { raftSystem } from '../../../../src/sim/systems/raft/system.js';
import { describe, expect, test } from 'vitest';
import type { Strike } from '../../../../src/sim/nemesis/base/strike.js';
import type { WorldEvent } from '../../../../src/sim/world/world-event.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import { runOptions } from '../../../../src/sim/run/run.js';
import { fault, FAULTS, type FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { Injector } from '../../../../src/sim/nemesis/base/injector.js';
import { quietOptions } from '../../quiet.js';
import { raftCluster } from '../../raft-cluster.js';

const STRIKE: Strike = { lastsUs: 1_000, who: 0.5, other: 0, sides: [], how: 0.25 };

/** What one strike after 500 ms does to s2, and what its clocks are ahead of true time by: just after it, and 2 ms later. */
function struck(name: FaultName, how: Partial<Strike> = {}) {
  const faults: WorldEvent[] = [];
  const options = {
    ...quietOptions(),
    clockRatePpmMax: 1_000,
    monotonicClocks: 'lying',
    clocks: [1, 2, 3].map(() => ({ offsetUs: 0, ratePpm: 0 })),
  } as const;
  const cluster = raftCluster(options, 1, { onWorldEvent: (_atUs, event) => void faults.push(event) }, () => undefined);
  const { world } = cluster;
  const { wall, monotonic } = world.process(cluster.servers[1] ?? (0 as never));
  const ahead = () => [monotonic.at(world.nowUs) - world.nowUs, wall.at(world.nowUs) - world.nowUs];
  world.runUntil(500_000);
  FAULTS[name].strike(new Injector(cluster, new Coverage()), { ...STRIKE, ...how });
  const before = ahead();
  world.runUntil(502_000);
  return { faults, before, after: ahead() };
}

const done = (kind: WorldEvent['kind'], facts: object) => ({ kind, node: 2, by: null, ...facts });

describe('a strike to clocks', () => {
  test('moves both by a part of its span, or the wall clock alone', () => {
    expect(struck('clockJump')).toEqual({ faults: [done('clockJumped', { byUs: 250 })], before: [250, 250], after: [250, 250] });
    expect(struck('clockStepBack')).toEqual({ faults: [done('clockWentBack', { byUs: 250 })], before: [-250, -250], after: [-250, -250] });
    expect(struck('wallStepForward')).toEqual({ faults: [done('wallClockSetForward', { byUs: 250 })], before: [0, 250], after: [0, 250] });
    expect(struck('wallStepBack')).toEqual({ faults: [done('wallClockSetBack', { byUs: 250 })], before: [0, -250], after: [0, -250] });
  });

  test('sets the rate of both anywhere within the bound, both ends included', () => {
    expect(struck('clockRate', { how: 0 })).toEqual({
      faults: [done('clockRateChanged', { ratePpm: -1_000 })],
      before: [0, 0],
      after: [-2, -2],
    });
    expect(struck('clockRate', { how: 0.99999 })).toEqual({
      faults: [done('clockRateChanged', { ratePpm: 1_000 })],
      before: [0, 0],
      after: [2, 2],
    });
  });

  test('lets them stand still for its span; then half of the strikes let them catch up, the others go on', () => {
    expect(struck('clockFreeze')).toEqual({
      faults: [done('clockFroze', { which: 'both' }), done('clockThawed', { which: 'both', how: 'catchUp' })],
      before: [0, 0],
      after: [0, 0],
    });
    expect(struck('clockFreeze', { how: 0.5 })).toEqual({
      faults: [done('clockFroze', { which: 'both' }), done('clockThawed', { which: 'both', how: 'goOn' })],
      before: [0, 0],
      after: [-1_000, -1_000],
    });
    expect(struck('wallFreeze', { how: 0.5 })).toMatchObject({ after: [0, -1_000] });
  });
});

test('clocks that would stand still for ever run again at the healing, and the core recovers as promptly as ever', () => {
  const frozen = {
    ...quietOptions(),
    monotonicClocks: 'uneven',
    faults: [fault('clockFreeze', [50, 100], [3_600_000, 3_600_000])],
  } as const;
  for (const seed of [1, 2, 3]) {
    const report = runOptions({ name: 'frozen', system: raftSystem }, frozen, seed);
    expect(report.violation).toBeUndefined();
    expect(report.moments['clock-stood-still']).toBeGreaterThanOrEqual(3);
    expect(report.moments['clock-went-on']).toBeGreaterThanOrEqual(3);
  }
});
