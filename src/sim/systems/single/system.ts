import type { ClientMoment } from '../../clients/moments.js';
import { STORAGE_MOMENTS, type StorageMoment } from '../storage/moments.js';
import { assert } from '../../../core/base/assert.js';
import { nodeId, type NodeId } from '../../../core/base/units.js';
import { checkJournalOptions } from '../../../core/journal/options.js';
import { messageFingerprint } from '../../../core/systems/raft/fingerprint.js';
import { singleCodecs } from '../../../core/systems/single/codecs.js';
import { singleFingerprint } from '../../../core/systems/single/fingerprint.js';
import { singleNode, type SingleState } from '../../../core/systems/single/node.js';
import { checkSingleOptions, type SingleOptions } from '../../../core/systems/single/options.js';
import { AnsweredSurvives } from '../../oracles/answered-survives.js';
import { ConnectionOrder } from '../../oracles/connection-order.js';
import { StartsAgain } from '../../oracles/starts-again.js';
import { WaitingRequests } from '../../oracles/waiting-requests.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem, WatchedRun } from '../../run/system.js';
import { keyValueSystem, type OwnWatchers } from '../key-value.js';
import { storageRecovery } from '../storage/recovery.js';

export type SingleRunOptions = RunOptions<SingleOptions>;

/** A single server under test. */
export const singleSystem: HostedSystem<SingleOptions, ClientMoment | StorageMoment> = keyValueSystem<
  SingleState,
  never,
  SingleOptions,
  StorageMoment
>({
  name: 'single',
  moments: STORAGE_MOMENTS,
  checkOptions: ({ node, servers }) => {
    checkSingleOptions(node);
    checkJournalOptions(node.journal);
    assert(servers === 1, 'a single server has no peers');
  },
  machine: ({ node }) => singleNode(node),
  codecs: singleCodecs,
  fingerprint: singleFingerprint,
  messageFingerprint,
  isServing: ({ journal }) => journal.phase === 'keeping',
  leadership: { leads: ({ journal }) => (journal.phase === 'keeping' ? 1 : null) },
  recovery: ({ node }, id) =>
    node.journal.storage === null
      ? null
      : storageRecovery(node.clusterId, id, (state) => (state as SingleState).journal.storage?.options.snapshotsKept ?? Infinity),
  essential: () => [nodeId(1)],
  hasConverged: (states) => states.every(({ journal }) => journal.held.size === 0),
  describe: ({ journal }) => `${journal.phase}, applied ${journal.lastApplied} of ${journal.lastIndex}, ${journal.held.size} wait`,
  watch,
});

function watch(run: WatchedRun<SingleOptions>): OwnWatchers {
  const survives = new AnsweredSurvives(lastAppliedOf, run.options.servers);
  const { servers, node } = run.options;
  const waiting = new WaitingRequests(servers, node.waitingMax, (state) => (state as SingleState).journal.held.size, 'its disk');
  const isExcused = (server: NodeId): boolean => run.nemesis().budget.mayRefuse(server) || run.cluster().world.disk(server).hasFailed;
  return {
    observers: [survives, waiting, new StartsAgain(isExcused), new ConnectionOrder(run.options.servers)],
    commits: () => survives.count,
  };
}

function lastAppliedOf(state: unknown): number | null {
  const { journal } = state as SingleState;
  return journal.phase === 'keeping' ? journal.lastApplied : null;
}
