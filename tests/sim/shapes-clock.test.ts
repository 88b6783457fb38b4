import { describe, expect, test } from 'vitest';
import type { Blow } from '../../src/sim/aim.js';
import { Cluster } from '../../src/sim/cluster.js';
import { Coverage } from '../../src/sim/coverage.js';
import { harm } from '../../src/sim/harms.js';
import type { ClockHarmName } from '../../src/sim/harms-clock.js';
import { runOptions } from '../../src/sim/run.js';
import { CLOCK_SHAPES } from '../../src/sim/shapes-clock.js';
import { Striker } from '../../src/sim/striker.js';
import { quietOptions } from './quiet.js';

const BLOW: Blow = { lastsUs: 1_000, who: 0.5, other: 0, sides: [], how: 0.25 };

/** What one blow after 500 ms does to s2, and what its clocks are ahead of true time by: just after it, and 2 ms later. */
function struck(name: ClockHarmName, how: Partial<Blow> = {}) {
  const harms: string[] = [];
  const options = { ...quietOptions(), clockRatePpmMax: 1_000, monotonicClocks: 'lying', clocks: [1, 2, 3].map(() => ({ offsetUs: 0, ratePpm: 0 })) } as const;
  const cluster = new Cluster(options, 1, { onHarm: (_atUs, text) => void harms.push(text) }, () => undefined);
  const { world } = cluster;
  const { wall, monotonic } = world.process(cluster.servers[1] ?? (0 as never));
  const ahead = () => [monotonic.at(world.nowUs) - world.nowUs, wall.at(world.nowUs) - world.nowUs];
  world.runUntil(500_000);
  CLOCK_SHAPES[name](new Striker(cluster, new Coverage()), { ...BLOW, ...how });
  const before = ahead();
  world.runUntil(502_000);
  return { harms, before, after: ahead() };
}

describe('a blow to clocks', () => {
  test('moves both by a part of its span, or the wall clock alone', () => {
    expect(struck('clockJump')).toEqual({ harms: ['clock of s2 jumps by 250 us'], before: [250, 250], after: [250, 250] });
    expect(struck('clockStepBack')).toEqual({ harms: ['clock of s2 goes back by 250 us'], before: [-250, -250], after: [-250, -250] });
    expect(struck('wallStepForward')).toEqual({ harms: ['wall clock of s2 steps forward by 250 us'], before: [0, 250], after: [0, 250] });
    expect(struck('wallStepBack')).toEqual({ harms: ['wall clock of s2 steps back by 250 us'], before: [0, -250], after: [0, -250] });
  });

  test('sets the rate of both anywhere within the bound, both ends included', () => {
    expect(struck('clockRate', { how: 0 })).toEqual({ harms: ['clock of s2 at -1000 ppm'], before: [0, 0], after: [-2, -2] });
    expect(struck('clockRate', { how: 0.99999 })).toEqual({ harms: ['clock of s2 at 1000 ppm'], before: [0, 0], after: [2, 2] });
  });

  test('lets them stand still for its span; then half of the blows let them catch up, the others go on', () => {
    expect(struck('clockFreeze')).toEqual({ harms: ['clock of s2 stands still', 'clock of s2 catches up'], before: [0, 0], after: [0, 0] });
    expect(struck('clockFreeze', { how: 0.5 })).toEqual({ harms: ['clock of s2 stands still', 'clock of s2 goes on from where it stood'], before: [0, 0], after: [-1_000, -1_000] });
    expect(struck('wallFreeze', { how: 0.5 })).toMatchObject({ after: [0, -1_000] });
  });
});

test('clocks that would stand still for ever run again at the healing, and the core recovers as promptly as ever', () => {
  const frozen = { ...quietOptions(), monotonicClocks: 'uneven', harms: [harm('clockFreeze', [50, 100], [3_600_000, 3_600_000])] } as const;
  for (const seed of [1, 2, 3]) {
    const report = runOptions('frozen', frozen, seed);
    expect(report.violation).toBeUndefined();
    expect(report.moments['clock-stood-still']).toBeGreaterThanOrEqual(3);
    expect(report.moments['clock-went-on']).toBeGreaterThanOrEqual(3);
  }
});
