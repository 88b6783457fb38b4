import { expect, test } from 'vitest';
import { NO_FAULTS, assertFaults, calm, mayDouble, slower } from '../../../src/sim/network/link-options.js';
import { ratio, RATIO_NEVER } from '../../../src/sim/base/random-streams.js';
import { LAN, lossy } from '../../../src/sim/options/presets.js';

const SOMETIMES = ratio(1, 3);

test('a calm link has no fault that strikes by chance, and keeps its delays and its way of carrying bytes', () => {
  const faults = {
    latency: 'heavyTail',
    lateCopyRatio: SOMETIMES,
    lateCopyUsMax: 9,
    corruptRatio: SOMETIMES,
    resetRatio: SOMETIMES,
    reconnectUs: 5,
    isStream: true,
    bytesPerMs: 7,
  } as const;
  expect(calm({ ...lossy(10, 30), faults })).toEqual({
    ...lossy(10, 30),
    lossRatio: RATIO_NEVER,
    duplicateRatio: RATIO_NEVER,
    faults: { ...faults, lateCopyRatio: RATIO_NEVER, corruptRatio: RATIO_NEVER, resetRatio: RATIO_NEVER },
  });
  expect(calm(LAN)).toEqual(LAN);
});

test('a slower link is slower in both bounds', () => {
  expect(slower(LAN, 3)).toEqual({ ...LAN, delayUsMin: 3 * LAN.delayUsMin, delayUsMax: 3 * LAN.delayUsMax });
});

test('a link may double by copies at once and by late ones', () => {
  expect(
    [
      LAN,
      lossy(10, 1),
      { ...LAN, faults: NO_FAULTS },
      { ...LAN, faults: { ...NO_FAULTS, lateCopyRatio: SOMETIMES, lateCopyUsMax: 1 } },
    ].map(mayDouble),
  ).toEqual([false, true, false, true]);
});

test('numbers that make no sense are refused', () => {
  expect(() => {
    assertFaults({ ...NO_FAULTS, reconnectUs: -1 });
  }).toThrow('0 or more');
  expect(() => {
    assertFaults({ ...NO_FAULTS, bytesPerMs: 0.5 });
  }).toThrow('whole numbers');
  expect(() => {
    assertFaults({ ...NO_FAULTS, lateCopyRatio: SOMETIMES });
  }).toThrow('late copy');
  expect(() => {
    assertFaults(NO_FAULTS);
  }).not.toThrow();
});
