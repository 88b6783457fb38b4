import type { ClientMoment } from '../../clients/moments.js';
import { STORAGE_MOMENTS, type StorageMoment } from '../storage/moments.js';
import { PRIMARY_REPLICA_MOMENTS, type PrimaryReplicaMoment } from './moments.js';
import { nodeId, type NodeId } from '../../../core/base/units.js';
import { primaryReplicaCodecs } from '../../../core/systems/primary-replica/codec.js';
import { keysDigest } from '../../../core/systems/primary-replica/copy.js';
import { replicationFingerprint, replicationMessageFingerprint } from '../../../core/systems/primary-replica/fingerprint.js';
import { generationOf, NO_EPOCH, type PeerMessage } from '../../../core/systems/primary-replica/messages.js';
import { primaryReplicaNode } from '../../../core/systems/primary-replica/node.js';
import { checkPrimaryReplicaOptions, type PrimaryReplicaOptions } from '../../../core/systems/primary-replica/options.js';
import type { ReplicationRequest, ReplicationState } from '../../../core/systems/primary-replica/state.js';
import type { Machine } from '../../../core/machine.js';
import type { NodeRequest, NodeResponse } from '../../../core/wire/protocol.js';
import type { Observer } from '../../world/observer.js';
import { ConnectionOrder } from '../../oracles/connection-order.js';
import { violated } from '../../checkers/violation.js';
import { contentText, ReplicaPrefix, type CopyView } from '../../oracles/replica-prefix.js';
import { StaleAnswers } from '../../oracles/clients/stale-answers.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem, WatchedRun } from '../../run/system.js';
import { keyValueSystem, type KeyValueSpec, type OwnWatchers } from '../key-value.js';
import { storageRecovery } from '../storage/recovery.js';

export type PrimaryReplicaRunOptions = RunOptions<PrimaryReplicaOptions>;

/** The word on the command line. */
const NAME = 'primary-replica';
const PRIMARY = nodeId(1);

export type PrimaryReplicaMoments = StorageMoment | PrimaryReplicaMoment;
type Spec = KeyValueSpec<ReplicationState, PeerMessage, PrimaryReplicaOptions, PrimaryReplicaMoments>;

const spec: Spec = {
  name: NAME,
  moments: [...STORAGE_MOMENTS, ...PRIMARY_REPLICA_MOMENTS],
  checkOptions: ({ node }) => checkPrimaryReplicaOptions(node),
  // Operators ask by other means than clients do; in a scenario nobody asks for more than clients may.
  machine: ({ node }) => primaryReplicaNode(node) as Machine<ReplicationState, PeerMessage, NodeRequest & ReplicationRequest, NodeResponse>,
  codecs: primaryReplicaCodecs,
  fingerprint: replicationFingerprint,
  messageFingerprint: replicationMessageFingerprint,
  isServing: ({ role, epoch, journal }) => journal.phase === 'keeping' && (role === 'primary' || epoch !== NO_EPOCH),
  leadership: { leads: ({ role, epoch }) => (role === 'primary' ? generationOf(epoch) + 1 : null) },
  recovery: ({ node }, id) =>
    node.journal.storage === null
      ? null
      : storageRecovery(node.clusterId, id, (state) => (state as ReplicationState).journal.storage?.options.snapshotsKept ?? Infinity),
  // All of them: that every replica comes up to the primary is what is promised.
  coreSize: ({ servers }) => servers,
  essential: () => [PRIMARY],
  hasConverged: (states) =>
    new Set(states.map(({ epoch, position, store }) => `${epoch} ${position} ${keysDigest(store.keys)}`)).size === 1,
  tell,
  staleReads: 'committed',
  describe: ({ role, epoch, position, joining, journal }) =>
    `${role} at position ${position} of epoch ${epoch}${joining === null ? '' : ', joining'}${journal.phase === 'keeping' ? '' : `, ${journal.phase}`}`,
  takeOver: { kind: 'promote', id: 0 } satisfies ReplicationRequest,
  watch,
};

/** The primary-replica system with clients that ask the primary alone: what it tells them is linearizable. */
export const primaryReplicaSystem: HostedSystem<PrimaryReplicaOptions, ClientMoment | PrimaryReplicaMoments> = keyValueSystem({
  ...spec,
  clients: () => ({ servers: [PRIMARY], mayDouble: true }),
  habits: { wants: 'values', asks: 'first' },
});

/** The same with clients that read wherever they first asked. Such reads may be old, which is all that is not promised of them. */
export const readAnywhereSystem: HostedSystem<PrimaryReplicaOptions, ClientMoment | PrimaryReplicaMoments> = keyValueSystem({
  ...spec,
  clients: () => ({ mayDouble: true }),
  habits: { wants: 'values', asks: 'anyone' },
});

function watch(run: WatchedRun<PrimaryReplicaOptions>): OwnWatchers {
  const prefix = new ReplicaPrefix(replicationView, run.options.servers);
  const { workload, faults } = run.options;
  // Who follows another primary than before may show less than before, and that is said of promotion.
  const isOneHistory = workload.staleRatio.numerator > 0 && !faults.some(({ fault }) => fault === 'takeOver');
  const answers = isOneHistory ? new StaleAnswers(run.options.servers) : null;
  return {
    observers: [prefix, new Bounds(run.options), new ConnectionOrder(run.options.servers), ...(answers === null ? [] : [answers])],
    commits: () => prefix.changes,
    judge: (end, clients) => {
      clients();
      answers?.check(end.operations, end.atUs);
    },
  };
}

/** A server with no place in a history shows nothing. */
export const replicationView: CopyView = {
  partOf: (state) => {
    const { role, epoch } = state as ReplicationState;
    return epoch === NO_EPOCH ? 'none' : role;
  },
  historyOf: (state) => {
    const { epoch } = state as ReplicationState;
    return { epoch, generation: generationOf(epoch) };
  },
  contentOf: (state) => contentText(entriesOf(state as ReplicationState)),
  contentsBetween: (before, after) => contentsBetween(before as ReplicationState, after as ReplicationState),
};

type Content = readonly [key: string, version: number, value: string];

function entriesOf({ store }: ReplicationState): Content[] {
  const entries: Content[] = [];
  store.keys.scan(undefined, (key, { version, value }) => {
    entries.push([key, version, value]);
    return true;
  });
  return entries;
}

/** Several commands may become settled in one step: what each gave is told by the changes that replicas are told. */
function contentsBetween(before: ReplicationState, after: ReplicationState): readonly string[] {
  if (before.store.keys === after.store.keys) return [];
  const entries = new Map(entriesOf(before).map((entry) => [entry[0], entry]));
  const contents: string[] = [];
  for (let position = before.position + 1; position <= after.position; position++) {
    const message = after.backlog.at(position);
    if (message === undefined) continue;
    const { change, version } = message;
    if (change.op === 'delete') entries.delete(change.key);
    else entries.set(change.key, [change.key, version, change.value]);
    contents.push(contentText([...entries.values()].sort(([a], [b]) => (a < b ? -1 : 1))));
  }
  return [...contents, contentText(entriesOf(after))];
}

/** Whatever a primary holds for its replicas is bounded by its options, however slow they are. */
class Bounds implements Observer {
  readonly #options: PrimaryReplicaRunOptions;

  constructor(options: PrimaryReplicaRunOptions) {
    this.#options = options;
  }

  onStep(atUs: number, node: NodeId, _input: unknown, _before: unknown, after: unknown): void {
    if (node > this.#options.servers) return;
    const { backlog, followers, journal, role } = after as ReplicationState;
    const { backlogMax, replicasMax, waitingMax, windowMax } = this.#options.node;
    const held = (what: string, count: number, max: number): void => {
      if (count > max) violated('Bounded Queues', `s${node} holds ${count} ${what}, more than ${max}`, atUs, { servers: [node] });
    };
    held('changes in its backlog', backlog.size, backlogMax);
    held('replicas', followers.length, replicasMax);
    if (role === 'primary') held('requests that wait for its disk', journal.held.size, waitingMax);
    for (const { id, confirmed, sent } of followers) held(`changes on their way to s${id}`, sent - confirmed, windowMax);
  }
}

/** What changes, and what is asked for because it was lost; that a replica is where it should be is no news. */
function tell(message: PeerMessage): string | null {
  switch (message.kind) {
    case 'replicate':
      return message.change.op === 'set'
        ? `change ${message.position}: ${message.change.key} = ${message.change.value}`
        : `change ${message.position}: ${message.change.key} is gone`;
    case 'join':
      return message.piece === 0 ? 'may I have all that you hold?' : null;
    case 'snapshot':
      return `all that I hold, up to change ${message.position}`;
    case 'follow':
      return message.isGap ? `something is missing behind change ${message.position}` : null;
    case 'resync':
      return `change ${message.position} is too long ago: ask for all`;
    default:
      return null;
  }
}
