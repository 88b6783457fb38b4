import type { NodeId } from '../../../core/base/units.js';
import type { NodeOptions } from '../../../core/systems/raft/options.js';
import type { Cluster } from '../../cluster/cluster.js';
import { ClusterShapes } from './abstract-states.js';
import type { ClientMoment } from '../../clients/moments.js';
import { raftSpec, viewOf, type RaftMoments } from './hosted.js';
import { oraclesFor } from './oracles/oracle-set.js';
import type { DurableFile } from './oracles/log/durable-quorum.js';
import { checkAcknowledged, checkFailed } from '../../oracles/clients/client-history.js';
import type { PromiseSurvives } from './oracles/log/promise-survives.js';
import { StaleAnswers } from '../../oracles/clients/stale-answers.js';
import { StartsAgain } from '../../oracles/starts-again.js';
import { Watch } from './oracles/watch.js';
import type { HostedSystem, RunEnd, WatchedRun } from '../../run/system.js';
import { RaftCoverageWatch } from './raft-moments.js';
import { keyValueSystem, type OwnWatchers } from '../key-value.js';

/** The raft system under test, with every property of docs/INVARIANTS.md watched. */
export const raftSystem: HostedSystem<NodeOptions, ClientMoment | RaftMoments> = keyValueSystem({
  ...raftSpec,
  staleReads: 'committed',
  watch: (run) => new RaftWatchers(run),
});

class RaftWatchers implements OwnWatchers {
  readonly observers: OwnWatchers['observers'];
  readonly #run: WatchedRun<NodeOptions>;
  readonly #shapes: ClusterShapes;
  readonly #oracles: ReturnType<typeof oraclesFor>;
  readonly #staleAnswers: StaleAnswers | null;

  constructor(run: WatchedRun<NodeOptions>) {
    const { options, coverage, cluster, nemesis } = run;
    this.#run = run;
    this.#shapes = new ClusterShapes(options.servers);
    this.#oracles = oraclesFor(options, {
      durableFiles: (server) => honestFiles(cluster(), server),
      files: (server) => cluster().world.disk(server).list(),
      isRotten: (server) => nemesis().budget.mayForget(server),
      isDamaged: (server) => nemesis().budget.wasMeddledWith(server),
    });
    this.#staleAnswers = options.workload.staleRatio.numerator > 0 ? new StaleAnswers(options.servers) : null;
    const isExcused = (server: NodeId): boolean => nemesis().budget.mayRefuse(server) || cluster().world.disk(server).hasFailed;
    this.observers = [
      new RaftCoverageWatch(coverage, this.#shapes, options.servers),
      new Watch(this.#oracles.list, options.servers),
      new StartsAgain(isExcused),
      ...(this.#staleAnswers === null ? [] : [this.#staleAnswers]),
    ];
  }

  get promises(): PromiseSurvives {
    return this.#oracles.promises;
  }

  get shapes(): ReadonlySet<number> {
    return this.#shapes.seen;
  }

  commits(): number {
    return this.#oracles.leaderCompleteness.count;
  }

  healed(atUs: number): void {
    this.#oracles.healed(atUs);
  }

  judge(end: RunEnd, clients: () => void): void {
    const { operations, failedWrites, core, atUs } = end;
    const appliedTo = viewOf(this.#run.cluster().world.process(core[0] ?? (0 as never)).state)?.lastApplied ?? 0;
    const indexOf = this.#oracles.exactlyOnce.indexOfValue.bind(this.#oracles.exactlyOnce);
    checkAcknowledged(operations, indexOf, appliedTo, atUs);
    checkFailed(failedWrites, indexOf, atUs);
    clients();
    this.#staleAnswers?.check(operations, atUs);
  }
}

/** What a power cut would leave if no disk ever damaged anything: damage takes nothing from an acknowledgement that is on its way. */
function honestFiles(cluster: Cluster, server: NodeId): readonly DurableFile[] {
  const disk = cluster.world.disk(server);
  return disk.list().flatMap(({ path }) => {
    const bytes = disk.pristineBytes(path);
    return bytes === null ? [] : [{ path, bytes }];
  });
}
