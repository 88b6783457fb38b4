import { fault, LAN, RATIO_NEVER, scenario, underWeather } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const badWeather = scenario({
  name: 'bad-weather',
  system: raftSystem,
  title: 'Bits flip, connections break, some messages take ten times as long, and copies come when all have forgotten them.',
  why: 'A flipped bit must never be taken for a message, a stream may end in the middle of one, and a vote or a command that comes again seconds later must change nothing.',
  expected: [
    'message-corrupted',
    'damaged-frame-refused',
    'message-copied-late',
    'connection-reset',
    'message-refused',
    'session-removed-duplicate',
  ],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    const far = { ...LAN, delayUsMax: draws.oneOf('longest delay', [5_000, 20_000, 80_000]) };
    return {
      ...ordinary,
      // As bytes where streams are read, as objects where only what becomes of a message counts.
      isCodecUsed: draws.chance('weather codec', 3, 4),
      peerLink: underWeather(draws, 'peer', far),
      clientLink: underWeather(draws, 'client', far),
      workload: { ...ordinary.workload, sessionlessRatio: RATIO_NEVER, attemptTimeoutMs: draws.oneOf('patience', [100, 400]) },
      faults: draws.chance('leaders die too', 1, 2) ? [fault('killLeader', [2_000, 6_000], [100, 1_000])] : [],
    };
  },
});
