import { NOBODY, nodeId, type NodeId } from '../../core/base/units.js';
import { TRUE_CLOCK } from '../base/node-clock.js';
import type { Hosted } from './hosted.js';
import type { Observer } from '../world/observer.js';
import type { RunOptions } from '../options/run-options.js';
import { World } from '../world/world.js';
import { processName } from '../base/process-names.js';

/** Messages that a paused process finds when it goes on; a socket's buffer holds about as many. */
const INBOX_MAX = 4_096;

/** Where outcomes of client calls go. */
export type OnOutcome = (client: NodeId, outcome: unknown, atUs: number) => void;

/** A world in which the servers of a system and their clients live: s1 .. sn and c1 .. cm behind them. */
export class Cluster {
  readonly world: World;
  readonly options: RunOptions;
  readonly hosted: Hosted;
  /** Ascending from 1. */
  readonly servers: readonly NodeId[];
  readonly clients: readonly NodeId[];
  /** Those whose present or next life has the later options of the run. */
  readonly #onLaterOptions = new Set<NodeId>();
  readonly #onOutcome: OnOutcome;

  constructor(options: RunOptions, seed: number, observer: Observer, onOutcome: OnOutcome, hosted: Hosted) {
    this.options = options;
    this.hosted = hosted;
    this.#onOutcome = onOutcome;
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
    if (options.monotonicClocks === 'lying') this.world.clocks.allowLies();
  }

  /** Boots all of them, in their order: the first that happens in this world. To be called once. */
  boot(): void {
    for (const id of this.servers) this.#addServer(id);
    for (const id of this.clients) this.#addClient(id);
  }

  /** The state of a server that is up and serves; null for any other. */
  serving(server: NodeId): unknown {
    const process = this.world.process(server);
    return process.isUp && this.hosted.isServing(process.state) ? process.state : null;
  }

  /** The latest leader among the servers that are up; NOBODY when none leads. A cut-off one may still think so. */
  leader(): NodeId {
    const { leadership } = this.hosted;
    if (leadership === undefined) return NOBODY;
    let leader = NOBODY;
    let latest = -1;
    for (const server of this.servers) {
      const process = this.world.process(server);
      const ledIn = process.isUp ? leadership.leads(process.state) : null;
      if (ledIn === null || ledIn <= latest) continue;
      leader = server;
      latest = ledIn;
    }
    return leader;
  }

  /** A server that is down comes back with the other options of the run: the later ones, or after those the first ones again. */
  switchOptions(server: NodeId): void {
    const { node, laterNode } = this.options;
    if (laterNode === null) return;
    const isLater = !this.#onLaterOptions.delete(server);
    if (isLater) this.#onLaterOptions.add(server);
    const { machine } = this.hosted.server({ ...this.options, node: isLater ? laterNode : node }, server);
    this.world.install(server, machine, isLater ? 'later' : 'first');
  }

  /** Whether some servers have the later options and some the first ones. */
  get isMixed(): boolean {
    return this.#onLaterOptions.size > 0 && this.#onLaterOptions.size < this.servers.length;
  }

  #addServer(id: NodeId): void {
    this.world.addProcess({
      id,
      name: processName(id, this.servers.length),
      kind: 'server',
      members: this.servers,
      disk: this.options.disk,
      clock: this.options.clocks[id - 1] ?? TRUE_CLOCK,
      ...this.hosted.server(this.options, id),
    });
  }

  #addClient(id: NodeId): void {
    this.world.addProcess({
      id,
      name: processName(id, this.servers.length),
      kind: 'client',
      members: this.servers,
      disk: null,
      clock: TRUE_CLOCK,
      codecs: this.hosted.server(this.options, id).codecs,
      ...this.hosted.client(this.options, id),
      onRespond: (_connection, outcome, atUs) => this.#onOutcome(id, outcome, atUs),
    });
  }
}
