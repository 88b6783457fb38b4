import { LAN, NO_FAULTS, ratio } from 'seedstorm/sim';
import { raftSystem } from 'seedstorm/systems';
import { NARROW, regression } from '../regression.js';

export const swallowedFrames = regression({
  name: 'swallowed-frames',
  system: raftSystem,
  title: 'A bit flips in the length of a frame.',
  seeds: [13, 23, 30, 40],
  property: 'Liveness',
  wrong:
    'The length in the head of a frame was believed before the checksum could be looked at. A flipped bit that made it larger, ' +
    'within the bound, swallowed every later message of the connection, up to 16 MiB of them; bytes kept coming, so the link looked ' +
    'alive, and no leader could be elected over it. Seen by bad-weather, seeds 2, 10 and 15.',
  fix: 'The head of a frame has a check byte of its own, which any one to three flipped bits change (core/wire/frames/frame.ts).',
  options: {
    ...NARROW,
    servers: 2,
    chaosMs: 500,
    // Before Prompt Recovery is asked: some seeds break both.
    convergenceMs: 4_500,
    isCodecUsed: true,
    peerLink: { ...LAN, faults: { ...NO_FAULTS, isStream: true, corruptRatio: ratio(1, 10) } },
  },
});
