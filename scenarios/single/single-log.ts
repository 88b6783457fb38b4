import { fromMs } from 'seedstorm/core';
import { fault, lossy, scenario } from 'seedstorm/sim';
import { singleSystem, usualSingle } from 'seedstorm/systems';

export const singleLog = scenario({
  name: 'single-log',
  title: 'One server with a log is killed, loses power and tears its writes, and has every write that it answered.',
  why: 'There is no second copy: an answer before the sync, a tail cut too far, or a snapshot that covers too much is a loss. Where less is synced, a kill must still lose nothing.',
  expected: [
    'server-lost-power',
    'server-killed',
    'crash-with-pending-writes',
    'torn-tail-cut',
    'recovered-with-log',
    'snapshot-taken',
    'crash-while-recovering',
  ],
  expectedWithinRuns: 60,
  system: singleSystem,
  options: (draws) => {
    const ordinary = usualSingle(draws);
    const { node, workload } = ordinary;
    const sync = draws.oneOf('sync policy', [
      { kind: 'always' },
      { kind: 'always' },
      { kind: 'always' },
      { kind: 'interval', everyUs: fromMs(draws.oneOf('sync every', [5, 200])) },
      { kind: 'never' },
    ] as const);
    const kills = fault('kill', [400, 2_000], [10, 300]);
    return {
      ...ordinary,
      clientLink: draws.chance('loss', 1, 2) ? lossy(5, 20) : ordinary.clientLink,
      disk: { operationUsMin: 20, operationUsMax: 500, syncUsMin: 100, syncUsMax: draws.oneOf('sync', [4_000, 20_000]) },
      node: { ...node, journal: { ...node.journal, sync, snapshotEveryEntries: draws.oneOf('snapshot every', [20, 100, 1_000_000]) } },
      workload: {
        ...workload,
        sessionlessRatio: { numerator: 0, denominator: 1 },
        deleteWeight: 1,
        paddingBytesMax: draws.oneOf('padding', [0, 2_000, 2_000]),
        getWeight: 1,
      },
      // Without a sync for each answer only what outlives the process is promised.
      faults:
        sync.kind !== 'always'
          ? [kills]
          : [kills, fault('powerCut', [1_000, 3_000], [10, 300]), fault('crashWhileWriting', [300, 1_500], [10, 300])],
    };
  },
});
