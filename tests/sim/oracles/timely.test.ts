import { expect, test } from 'vitest';
import { harm } from '../../../src/sim/harms.js';
import { isHarmless, isTimely } from '../../../src/sim/oracles/timely.js';
import { lossy } from '../../../src/sim/usual.js';
import { quietOptions } from '../quiet.js';

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
});

test('a run without harms and losses is harmless', () => {
  const ordinary = quietOptions();
  expect(isHarmless(ordinary)).toBe(true);
  expect(isHarmless({ ...ordinary, harms: [harm('crash', [1, 2], [1, 2])] })).toBe(false);
  expect(isHarmless({ ...ordinary, peerLink: lossy(5, 5) })).toBe(false);
});
