import { assert } from '../../../core/base/assert.js';
import type { NodeOptions } from '../../../core/systems/raft/options.js';
import type { RunOptions } from '../../options/run-options.js';

/** The part of a run's options that is about a server of the raft system. */
type Options = Pick<RunOptions<NodeOptions>, 'node' | 'laterNode'>;

/** The options that the servers of a run may have: the first ones, and those of a rolling restart if there is one. */
export function nodeOptionsOf({ node, laterNode }: Options): readonly NodeOptions[] {
  return laterNode === null ? [node] : [node, laterNode];
}

/**
 * Refuses options that one cluster cannot live with: the replicated store's have to be the same everywhere, or replicas that
 * applied the same entries would differ; a data directory belongs to one cluster; and who stays silent for longer than others
 * wait could not lead them.
 */
export function checkTogether(options: Options): void {
  if (options.laterNode === null) return;
  const all = nodeOptionsOf(options);
  const { node } = options;
  for (const { clusterId, store, storage } of all) {
    assert(
      clusterId === node.clusterId && store.sessionsMax === node.store.sessionsMax,
      'servers of one cluster share its number and the options of its store',
    );
    assert((storage === null) === (node.storage === null), 'a rolling restart neither takes the disk away nor brings one');
  }
  const heartbeat = Math.max(...all.map(({ raft }) => raft.heartbeatInterval));
  assert(
    all.every(({ raft }) => heartbeat < raft.electionTimeoutMin),
    'each server waits for longer than any leader is silent (§3.4)',
  );
}

/** For who judges servers of either options: of each number that a bound is made of, the larger one. */
export function loosest(options: Options): NodeOptions {
  const all = nodeOptionsOf(options);
  const { node } = options;
  const most = (numberOf: (one: NodeOptions) => number): number => Math.max(...all.map(numberOf));
  return {
    ...node,
    raft: {
      ...node.raft,
      electionTimeoutMax: most(({ raft }) => raft.electionTimeoutMax) as NodeOptions['raft']['electionTimeoutMax'],
      entriesPerMessageMax: most(({ raft }) => raft.entriesPerMessageMax),
      inflightMessagesMax: most(({ raft }) => raft.inflightMessagesMax),
      uncommittedEntriesMax: most(({ raft }) => raft.uncommittedEntriesMax),
      uncommittedBytesMax: most(({ raft }) => raft.uncommittedBytesMax),
    },
    storage:
      node.storage === null
        ? null
        : {
            segmentBytesMax: most(({ storage }) => storage?.segmentBytesMax ?? 0),
            recordBytesMax: most(({ storage }) => storage?.recordBytesMax ?? 0),
            readBytes: most(({ storage }) => storage?.readBytes ?? 0),
            snapshotsKept: most(({ storage }) => storage?.snapshotsKept ?? 0),
          },
    snapshotEveryEntries: most(({ snapshotEveryEntries }) => snapshotEveryEntries),
    snapshotEveryBytes: most(({ snapshotEveryBytes }) => snapshotEveryBytes),
    entriesKept: most(({ entriesKept }) => entriesKept),
    entriesKeptBytesMax: most(({ entriesKeptBytesMax }) => entriesKeptBytesMax),
  };
}
