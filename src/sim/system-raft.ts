import type { NodeId } from '../core/base/units.js';
import type { NodeOptions } from '../core/systems/raft/options.js';
import type { Cluster } from './cluster.js';
import { ClusterShapes } from './cluster-shapes.js';
import { raftHosted } from './hosted-raft.js';
import { judgeClients } from './judges.js';
import { oraclesFor } from './oracles/all.js';
import type { DurableFile } from './oracles/durable-quorum.js';
import { checkAcknowledged, checkFailed } from './oracles/final.js';
import type { PromiseSurvives } from './oracles/promises.js';
import { StaleAnswers } from './oracles/stale-answers.js';
import { StartsAgain } from './oracles/starts-again.js';
import { Watch } from './oracles/watch.js';
import type { HostedSystem, RunEnd, WatchedRun, Watching } from './system.js';
import { RaftCoverageWatch } from './watch-coverage-raft.js';
import { Workload } from './workload.js';

/** The raft system under test, with every property of docs/INVARIANTS.md watched. */
export const raftSystem: HostedSystem<NodeOptions> = {
  ...raftHosted,
  work: (options, history, coverage) => new Workload(options.workload, history, coverage),
  watch: (run) => new RaftWatching(run),
  judgeClients,
};

class RaftWatching implements Watching {
  readonly observers: Watching['observers'];
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

  get commits(): number {
    return this.#oracles.leaderCompleteness.count;
  }

  healed(atUs: number): void {
    this.#oracles.healed(atUs);
  }

  judge(end: RunEnd): void {
    const { operations, failedWrites, core, atUs } = end;
    const appliedTo = this.#run.cluster().view(core[0] ?? (0 as never))?.lastApplied ?? 0;
    const indexOf = this.#oracles.exactlyOnce.indexOfValue.bind(this.#oracles.exactlyOnce);
    checkAcknowledged(operations, indexOf, appliedTo, atUs);
    checkFailed(failedWrites, indexOf, atUs);
    judgeClients(end, this.#run.coverage);
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
