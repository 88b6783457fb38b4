import { assert } from '../core/base/assert.js';
import { nodeId, type NodeId } from '../core/base/units.js';
import { clientMachine, type ClientMessage } from '../core/client/client.js';
import { cellsDigest, type Cell } from '../core/systems/quorum/cells.js';
import { quorumFingerprint, quorumMessageFingerprint } from '../core/systems/quorum/fingerprint.js';
import { quorumCodecs, type QuorumMessage } from '../core/systems/quorum/messages.js';
import { quorumNode } from '../core/systems/quorum/node.js';
import { checkQuorumOptions, copiesToShow, quorumProblem, type QuorumOptions } from '../core/systems/quorum/options.js';
import type { QuorumState } from '../core/systems/quorum/state.js';
import type { HostedClient } from './hosted.js';
import { isSessionless } from './hosted-client.js';
import type { Observer } from './observer.js';
import { WaitingRequests } from './oracles/waiting-requests.js';
import type { RunOptions } from './run-options.js';
import type { HostedSystem, WatchedRun, Watching } from './system.js';
import { keyValueSystem } from './system-kv.js';

export type QuorumRunOptions = RunOptions<QuorumOptions>;

const PRIMARY = nodeId(1);

const system = keyValueSystem<QuorumState, QuorumMessage, QuorumOptions>({
  name: 'quorum',
  checkOptions: ({ node, servers }) => {
    checkQuorumOptions(node);
    assert(quorumProblem(node, servers) === null, 'W and R fit the number of servers');
  },
  machine: ({ node }) => quorumNode(node),
  codecs: quorumCodecs,
  fingerprint: quorumFingerprint,
  messageFingerprint: quorumMessageFingerprint,
  isServing: ({ phase }) => phase === 'serving',
  leadsIn: ({ phase, self, primary }) => (phase === 'serving' && self === primary ? 1 : null),
  clusterId: ({ node }) => node.clusterId,
  snapshotsKept: ({ journal }) => journal.storage?.options.snapshotsKept ?? Infinity,
  coreSize: coreSize,
  essential: () => [PRIMARY],
  hasConverged: (states) => new Set(states.map(({ journal }) => cellsDigest(journal.state))).size === 1 && states.every(isAtRest),
  tell,
  describe: ({ phase, journal, writes, reads, spreads }) =>
    `${phase}, write ${journal.state.lastWriteId}, digest ${cellsDigest(journal.state)}, ${writes.size} writes, ${reads.size} reads and ${spreads.size} answers wait`,
});

/** As many as writes and reads need, and as an answer needs to be shown; no more, so that a run proves them enough. */
function coreSize({ node, servers }: QuorumRunOptions): number {
  return Math.max(node.writeQuorum, node.readQuorum, copiesToShow(node, servers));
}

function isAtRest({ writes, reads, spreads, incoming }: QuorumState): boolean {
  return writes.size + reads.size + spreads.size + incoming.size === 0;
}

/** The quorum system under test. It keeps no sessions, which its clients know or find out, and they read at any server. */
export const quorumSystem: HostedSystem<QuorumOptions> = {
  ...system,
  client,
  habits: { wants: 'values', asks: 'anyone' },
  watch: (run) => watch(run),
};

function client(options: QuorumRunOptions, id: NodeId): HostedClient {
  const { attemptTimeoutMs, timeLimitMs } = options.workload;
  const machine = clientMachine({ attemptTimeoutMs, timeLimitMs, useSessions: !isSessionless(options, id), spreadsReads: true });
  return { machine, messageFingerprint: (message: ClientMessage) => message.id } as unknown as HostedClient;
}

function watch(run: WatchedRun<QuorumOptions>): Watching {
  const watching = system.watch(run);
  const writes = new WritesGivenOut();
  const { node, servers } = run.options;
  return {
    observers: [writes, new WaitingRequests(servers, node.openMax, waitingIn), ...watching.observers],
    shapes: watching.shapes,
    get commits(): number {
      return writes.count;
    },
    healed: (atUs) => watching.healed(atUs),
    judge: (end) => watching.judge(end),
  };
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
