import { RATIO_NEVER, scenario } from 'seedstorm/sim';
import { raftSystem, usualRaft } from 'seedstorm/systems';

export const concurrent = scenario({
  name: 'concurrent',
  system: raftSystem,
  title: 'Many clients want the same few keys at the same moments, and nothing fails.',
  why: 'With every operation under way beside others, an answer given to the wrong client, a read from the middle of a write or a lost update has nowhere to hide.',
  expected: ['put-met-version-conflict'],
  expectedWithinRuns: 20,
  options: (draws) => {
    const ordinary = usualRaft(draws);
    return {
      ...ordinary,
      chaosMs: 4_000,
      workload: {
        ...ordinary.workload,
        clients: draws.between('many clients', 6, 10),
        sessionlessRatio: RATIO_NEVER,
        keys: draws.between('few keys', 1, 3),
        thinkMsMin: 0,
        thinkMsMax: 10,
      },
    };
  },
});
