import { expect, test } from 'vitest';
import { fault } from '../../../../../../src/sim/nemesis/faults/families.js';
import { aftermathUs, isHarmless, isTimely, roundUsMax } from '../../../../../../src/sim/systems/raft/oracles/cost/timely.js';
import { NO_FAULTS, type LinkFaults } from '../../../../../../src/sim/network/link-options.js';
import { ratio } from '../../../../../../src/sim/base/random-streams.js';
import { lossy } from '../../../../../../src/sim/options/presets.js';
import { quietOptions } from '../../../../quiet.js';

function withFaults(faults: Partial<LinkFaults>): ReturnType<typeof quietOptions> {
  const ordinary = quietOptions();
  return { ...ordinary, peerLink: { ...ordinary.peerLink, faults: { ...NO_FAULTS, ...faults } } };
}

test('a round is there and back, with the longest message on a thin line, and three syncs', () => {
  expect(roundUsMax(quietOptions())).toBe(2 * 5_000 + 3 * 4_200);
  expect(roundUsMax(withFaults({ bytesPerMs: 1_024 }))).toBe(2 * 5_000 + 64_000 + 3 * 4_200);
  expect(roundUsMax({ ...quietOptions(), node: { ...quietOptions().node, storage: null } })).toBe(2 * 5_000);
});

test('a disk that stands still does so beyond a healing; what a healing undoes leaves nothing', () => {
  const struck = (...faults: Parameters<typeof fault>[]) => aftermathUs({ faults: faults.map((each) => fault(...each)) });
  expect(struck()).toBe(0);
  expect(struck(['clog', [1, 2], [50, 900]], ['pause', [1, 2], [50, 900]])).toBe(0);
  expect(struck(['clog', [1, 2], [50, 900]], ['diskStall', [1, 2], [50, 700]])).toBe(700_000);
});

test('an ordinary run is timely; slow links, slow disks, short queues, wild and lying clocks are not', () => {
  const ordinary = quietOptions();
  expect(isTimely(ordinary)).toBe(true);
  expect(isTimely({ ...ordinary, peerLink: { ...ordinary.peerLink, delayUsMax: 60_000 } })).toBe(false);
  expect(isTimely({ ...ordinary, peerLink: { ...ordinary.peerLink, queueMax: 20 } })).toBe(false);
  expect(isTimely({ ...ordinary, disk: { ...ordinary.disk, syncUsMax: 50_000 } })).toBe(false);
  expect(isTimely({ ...ordinary, node: { ...ordinary.node, storage: null }, disk: { ...ordinary.disk, syncUsMax: 50_000 } })).toBe(true);
  expect(isTimely({ ...ordinary, clockRatePpmMax: 200_000 })).toBe(false);
  expect(isTimely({ ...ordinary, monotonicClocks: 'uneven' })).toBe(true);
  expect(isTimely({ ...ordinary, monotonicClocks: 'lying' })).toBe(false);
  expect(isTimely(withFaults({ bytesPerMs: 200 }))).toBe(false);
  expect(isTimely(withFaults({ bytesPerMs: 20_000 }))).toBe(true);
  expect(isTimely(withFaults({ reconnectUs: 150_000 }))).toBe(false);
  expect(isTimely(withFaults({ latency: 'heavyTail' }))).toBe(true);
});

test('a run without faults and losses is harmless', () => {
  const ordinary = quietOptions();
  expect(isHarmless(ordinary)).toBe(true);
  expect(isHarmless({ ...ordinary, faults: [fault('crash', [1, 2], [1, 2])] })).toBe(false);
  expect(isHarmless({ ...ordinary, peerLink: lossy(5, 5) })).toBe(false);
  for (const faults of [{ corruptRatio: ratio(1, 9) }, { resetRatio: ratio(1, 9) }, { lateCopyRatio: ratio(1, 9), lateCopyUsMax: 1 }]) {
    expect(isHarmless(withFaults(faults))).toBe(false);
  }
  expect(isHarmless(withFaults({ isStream: true }))).toBe(true);
});
