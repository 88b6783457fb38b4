import { fault, LAN, NO_FAULTS, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const brokenConnections = scenario({
  name: 'broken-connections',
  system: raftSystem,
  title: 'Connections break in the middle of a message, hang half-open, are refused; some servers only hear, others are only heard.',
  why: 'Who is not heard must not disturb those who are, who hears nobody must not lead for ever, and nothing may rest on a message having come because it was sent.',
  expected: ['connection-half-open', 'all-connections-reset', 'message-refused', 'server-deaf', 'server-mute', 'leader-elected'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const faults = { ...NO_FAULTS, isStream: true, reconnectUs: draws.oneOf('reconnects', [1_000, 30_000]) };
    return {
      ...usualRaft(draws),
      isCodecUsed: draws.chance('broken codec', 1, 2),
      peerLink: { ...LAN, faults },
      clientLink: { ...LAN, faults },
      faults: [
        fault('halfOpen', [200, 2_000], [100, 2_500]),
        fault('resetConnections', [300, 2_000], [1, 500]),
        fault('deafServer', [1_500, 5_000], [200, 2_500]),
        fault('muteServer', [1_500, 5_000], [200, 2_500]),
      ],
    };
  },
});
