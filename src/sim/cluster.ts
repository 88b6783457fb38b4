import { NOBODY, nodeId, type NodeId } from '../core/base/units.js';
import type { ClientOutcome } from '../core/client/calls.js';
import { clientMachine, type ClientMessage } from '../core/client/client.js';
import { raftCodecs } from '../core/systems/raft/codecs.js';
import { messageFingerprint, nodeFingerprint } from '../core/systems/raft/fingerprint.js';
import { raftNode } from '../core/systems/raft/node.js';
import { TRUE_CLOCK } from './clock.js';
import type { Observer } from './observer.js';
import { viewOf } from './oracles/watch.js';
import type { ServerView } from './oracles/oracle.js';
import type { RunOptions } from './scenario.js';
import { World } from './world.js';

/** Messages that a paused process finds when it goes on; a socket's buffer holds about as many. */
const INBOX_MAX = 4_096;

/** Where outcomes of client calls go. */
export type OnOutcome = (client: NodeId, outcome: ClientOutcome, atUs: number) => void;

/** A world in which servers of the raft system and their clients live: s1 .. sn and c1 .. cm behind them. */
export class Cluster {
  readonly world: World;
  readonly options: RunOptions;
  /** Ascending from 1. */
  readonly servers: readonly NodeId[];
  readonly clients: readonly NodeId[];

  constructor(options: RunOptions, seed: number, observer: Observer, onOutcome: OnOutcome) {
    this.options = options;
    this.servers = Array.from({ length: options.servers }, (_, i) => nodeId(1 + i));
    this.clients = Array.from({ length: options.workload.clients }, (_, i) => nodeId(1 + options.servers + i));
    this.world = new World({
      seed,
      options: {
        serverLinks: options.peerLink,
        clientLinks: options.clientLink,
        codecs: options.isCodecUsed,
        freezes: false,
        inboxMax: INBOX_MAX,
      },
      observer,
    });
    for (const id of this.servers) this.#addServer(id);
    for (const id of this.clients) this.#addClient(id, onOutcome);
  }

  /** What a server's state is now; null while it is down or recovers. */
  view(server: NodeId): ServerView | null {
    const process = this.world.process(server);
    return process.isUp ? viewOf(process.state) : null;
  }

  /** The leader of the highest term among the servers that are up; NOBODY when none leads. A cut-off one may still think so. */
  leader(): NodeId {
    let leader = NOBODY;
    let term = -1;
    for (const server of this.servers) {
      const view = this.view(server);
      if (view === null || view.raft.role !== 'leader' || view.raft.currentTerm <= term) continue;
      leader = server;
      term = view.raft.currentTerm;
    }
    return leader;
  }

  /** Whether a client works without a session: the first ones do, as many as the options' share says. */
  isSessionless(client: NodeId): boolean {
    const { clients, sessionlessRatio } = this.options.workload;
    return (client - 1 - this.servers.length) * sessionlessRatio.denominator < clients * sessionlessRatio.numerator;
  }

  #addServer(id: NodeId): void {
    this.world.addProcess({
      id,
      name: `s${id}`,
      kind: 'server',
      machine: raftNode(this.options.node),
      members: this.servers,
      disk: this.options.disk,
      clock: this.options.clocks[id - 1] ?? TRUE_CLOCK,
      codecs: raftCodecs,
      fingerprint: nodeFingerprint,
      messageFingerprint,
    });
  }

  #addClient(id: NodeId, onOutcome: OnOutcome): void {
    const { attemptTimeoutMs, timeLimitMs } = this.options.workload;
    this.world.addProcess({
      id,
      name: `c${id - this.servers.length}`,
      kind: 'client',
      machine: clientMachine({ attemptTimeoutMs, timeLimitMs, useSessions: !this.isSessionless(id) }),
      members: this.servers,
      disk: null,
      clock: TRUE_CLOCK,
      codecs: raftCodecs,
      messageFingerprint: (message: ClientMessage) => message.id,
      onRespond: (_connection, outcome, atUs) => onOutcome(id, outcome, atUs),
    });
  }
}
