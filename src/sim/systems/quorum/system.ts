import type { ClientMoment } from '../../clients/moments.js';
import { STORAGE_MOMENTS, type StorageMoment } from '../storage/moments.js';
import { QUORUM_MOMENTS, type QuorumMoment } from './moments.js';
import { assert } from '../../../core/base/assert.js';
import { nodeId, type NodeId } from '../../../core/base/units.js';
import { cellsDigest, type Cell } from '../../../core/systems/quorum/cells.js';
import { quorumFingerprint, quorumMessageFingerprint } from '../../../core/systems/quorum/fingerprint.js';
import { quorumCodecs, type QuorumMessage } from '../../../core/systems/quorum/messages.js';
import { quorumNode } from '../../../core/systems/quorum/node.js';
import { checkQuorumOptions, copiesToShow, quorumProblem, type QuorumOptions } from '../../../core/systems/quorum/options.js';
import type { QuorumState } from '../../../core/systems/quorum/state.js';
import type { Observer } from '../../world/observer.js';
import { WaitingRequests } from '../../oracles/waiting-requests.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem, WatchedRun } from '../../run/system.js';
import { keyValueSystem, type OwnWatchers } from '../key-value.js';
import { storageRecovery } from '../storage/recovery.js';

export type QuorumRunOptions = RunOptions<QuorumOptions>;

const PRIMARY = nodeId(1);

/** The quorum system under test. It keeps no sessions, which its clients know or find out, and they read at any server. */
export const quorumSystem: HostedSystem<QuorumOptions, ClientMoment | StorageMoment | QuorumMoment> = keyValueSystem<
  QuorumState,
  QuorumMessage,
  QuorumOptions,
  StorageMoment | QuorumMoment
>({
  name: 'quorum',
  moments: [...STORAGE_MOMENTS, ...QUORUM_MOMENTS],
  checkOptions: ({ node, servers }) => {
    checkQuorumOptions(node);
    assert(quorumProblem(node, servers) === null, 'W and R fit the number of servers');
  },
  machine: ({ node }) => quorumNode(node),
  codecs: quorumCodecs,
  fingerprint: quorumFingerprint,
  messageFingerprint: quorumMessageFingerprint,
  isServing: ({ phase }) => phase === 'serving',
  leadership: { leads: ({ phase, self, primary }) => (phase === 'serving' && self === primary ? 1 : null) },
  recovery: ({ node }, id) =>
    node.journal.storage === null
      ? null
      : storageRecovery(node.clusterId, id, (state) => (state as QuorumState).journal.storage?.options.snapshotsKept ?? Infinity),
  coreSize: coreSize,
  essential: () => [PRIMARY],
  hasConverged: (states) => new Set(states.map(({ journal }) => cellsDigest(journal.state))).size === 1 && states.every(isAtRest),
  tell,
  describe: ({ phase, journal, writes, reads, spreads }) =>
    `${phase}, write ${journal.state.lastWriteId}, digest ${cellsDigest(journal.state)}, ${writes.size} writes, ${reads.size} reads and ${spreads.size} answers wait`,
  clients: () => ({ spreadsReads: true, mayDouble: true }),
  habits: { wants: 'values', asks: 'anyone' },
  watch,
});

/** As many as writes and reads need, and as an answer needs to be shown; no more, so that a run proves them enough. */
function coreSize({ node, servers }: QuorumRunOptions): number {
  return Math.max(node.writeQuorum, node.readQuorum, copiesToShow(node, servers));
}

function isAtRest({ writes, reads, spreads, incoming }: QuorumState): boolean {
  return writes.size + reads.size + spreads.size + incoming.size === 0;
}

function watch({ options: { node, servers } }: WatchedRun<QuorumOptions>): OwnWatchers {
  const writes = new WritesGivenOut();
  return { observers: [writes, new WaitingRequests(servers, node.openMax, waitingIn)], commits: () => writes.count };
}

/** Requests of clients that wait for other servers. */
function waitingIn(state: unknown): number {
  const { writes, reads, spreads } = state as QuorumState;
  return writes.size + reads.size + spreads.size;
}

/** Comparisons that nobody asked for, and acknowledgements, only keep the system going. */
function tell(message: QuorumMessage): string | null {
  switch (message.kind) {
    case 'replicate':
      return `take write ${message.cell.writeId}: ${wordsOf(message.key, message.cell)}`;
    case 'read':
      return message.readId === 0 ? null : `what is ${message.key}?`;
    case 'holds':
      return message.readId === 0 ? null : `${wordsOf(message.key, message.cell)} here, by write ${message.cell.writeId}`;
    default:
      return null;
  }
}

function wordsOf(key: string, { version, value }: Cell): string {
  return value === null ? `${key} is absent` : `${key} = ${value}, version ${version}`;
}

/** Counts the writes that the primary gave out. */
class WritesGivenOut implements Observer {
  count = 0;

  onStep(_atUs: number, node: NodeId, _input: unknown, _before: unknown, after: unknown): void {
    if (node === PRIMARY) this.count = Math.max(this.count, (after as QuorumState).lastWriteId);
  }
}
