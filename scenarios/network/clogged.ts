import { fault, LAN, NO_FAULTS, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const clogged = scenario({
  name: 'clogged',
  system: raftSystem,
  title: 'Links are slow, or keep everything back and then let it go in one burst; short queues overflow.',
  why: 'A burst brings heartbeats, votes and answers of a time long past in one moment, and what did not fit in a queue must be sent again.',
  expected: ['link-clogged', 'swizzled', 'link-slow', 'queue-overflowed', 'leader-elected'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const faults = { ...NO_FAULTS, isStream: true, bytesPerMs: draws.oneOf('bytes', [0, 500]) };
    return {
      ...ordinary,
      isCodecUsed: draws.chance('clogged codec', 1, 2),
      peerLink: { ...LAN, queueMax: draws.oneOf('peer queue', [8, 40, 10_000]), faults },
      clientLink: { ...LAN, queueMax: draws.oneOf('client queue', [4, 10_000]), faults },
      faults: [
        fault('clog', [100, 1_500], [50, 2_000]),
        fault('swizzleClog', [1_500, 4_000], [300, 3_000]),
        fault('slowLink', [500, 2_500], [200, 3_000]),
      ],
    };
  },
});
