import type { NodeId } from '../../core/base/units.js';
import type { Cut } from '../../core/proxy/cuts.js';
import type { Client } from '../../real/client/client.js';
import type { RunningCluster } from '../../real/cluster/cluster.js';
import { lineOf } from '../../real/base/errors.js';
import { isPortTaken } from '../../real/base/sockets.js';
import { violated } from '../../sim/checkers/violation.js';
import { clientName, serverName } from '../../sim/base/process-names.js';
import type { ProcessFault } from '../../sim/nemesis/faults/family.js';
import type { StormNetwork } from './network.js';
import type { Blow } from './plan.js';

/** Milliseconds for one question about who leads. */
const LEADER_MS_MAX = 300;

/** How long a server that starts again waits for its port while another process has it. */
const PORT_MS_MAX = 10_000;

/** The nemesis of real processes: kills, pauses, restarts and cuts, as the blows of a plan say. */
export class Storm {
  /** How often each deed was done. */
  readonly done = new Map<ProcessFault, number>();
  readonly #cluster: RunningCluster;
  readonly #network: StormNetwork;
  /** Reaches the servers past the proxies. */
  readonly #scout: Client;
  readonly #clients: number;
  /** Servers that are down or stand still. */
  readonly #struck = new Set<NodeId>();

  constructor(cluster: RunningCluster, network: StormNetwork, scout: Client, clients: number) {
    this.#cluster = cluster;
    this.#network = network;
    this.#scout = scout;
    this.#clients = clients;
  }

  /** Does one blow and undoes it again when its time is over. A blow that finds nobody left to hit does nothing. */
  async strike(blow: Blow): Promise<void> {
    const { deed, lastsMs } = blow;
    const undo = await this.#begin(blow);
    if (undo === null) return;
    this.done.set(deed, (this.done.get(deed) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, lastsMs));
    await undo();
  }

  /** @returns What undoes it; null when nobody was hit. */
  async #begin({ deed, choices: [first, second] }: Blow): Promise<(() => Promise<void>) | null> {
    switch (deed) {
      case 'kill':
        return this.#kill(this.#anyOne(first));
      case 'killLeader':
        return this.#kill(await this.#leader());
      case 'killAll':
        return this.#kill(this.#standing);
      case 'pause':
        return this.#pause(this.#anyOne(first));
      case 'pauseLeader':
        return this.#pause(await this.#leader());
      case 'partition':
        return this.#cut(this.#halves(first));
      case 'oneWayCut': {
        const [from] = this.#anyOne(first, this.#all);
        const [to] = this.#anyOne(
          second,
          this.#all.filter((id) => id !== from),
        );
        return this.#cut(from === undefined || to === undefined ? [] : [{ from: serverName(from), to: serverName(to), isOneWay: true }]);
      }
      case 'isolateLeader': {
        const [leader] = await this.#leader();
        const others = this.#all.filter((id) => id !== leader);
        return this.#cut(
          leader === undefined ? [] : others.map((id) => ({ from: serverName(leader), to: serverName(id), isOneWay: false })),
        );
      }
      case 'isolateServer': {
        const [id] = this.#anyOne(first, this.#all);
        return this.#cut(id === undefined ? [] : [{ from: serverName(id), to: '*', isOneWay: false }]);
      }
    }
  }

  get #all(): readonly NodeId[] {
    return [...this.#cluster.servers.keys()];
  }

  get #standing(): readonly NodeId[] {
    return this.#all.filter((id) => !this.#struck.has(id));
  }

  #anyOne(choice: number, among: readonly NodeId[] = this.#standing): readonly NodeId[] {
    const one = among[Math.floor(choice * among.length)];
    return one === undefined ? [] : [one];
  }

  /** The one who leads, if it stands; nobody while there is none. */
  async #leader(): Promise<readonly NodeId[]> {
    const address = await this.#scout.leader({ timeoutMs: LEADER_MS_MAX });
    const id = address === null ? undefined : this.#all[this.#cluster.clientAddresses.indexOf(address)];
    return id === undefined || this.#struck.has(id) ? [] : [id];
  }

  async #kill(victims: readonly NodeId[]): Promise<(() => Promise<void>) | null> {
    if (victims.length === 0) return null;
    for (const id of victims) this.#struck.add(id);
    await Promise.all(victims.map((id) => this.#cluster.kill(id)));
    return async () => {
      await Promise.all(victims.map((id) => this.#restart(id)));
      for (const id of victims) this.#struck.delete(id);
    };
  }

  /** A killed process did nothing that its disk could not bear: it must start again. That another process took its port is no fault of its own. */
  async #restart(id: NodeId): Promise<void> {
    const endMs = performance.now() + PORT_MS_MAX;
    for (;;) {
      try {
        return await this.#cluster.restart(id);
      } catch (error) {
        if (!isPortTaken(error))
          violated('Starts Again', `${serverName(id)} does not start: ${lineOf(error)}`, Math.floor(performance.now() * 1_000));
        if (performance.now() > endMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, PORT_MS_MAX / 20));
      }
    }
  }

  async #pause(victims: readonly NodeId[]): Promise<(() => Promise<void>) | null> {
    if (victims.length === 0) return null;
    for (const id of victims) {
      this.#struck.add(id);
      this.#cluster.pause(id);
    }
    return async () => {
      for (const id of victims) {
        this.#cluster.resume(id);
        this.#struck.delete(id);
      }
      await Promise.resolve();
    };
  }

  #cut(cuts: readonly Cut[]): (() => Promise<void>) | null {
    if (cuts.length === 0) return null;
    const whose = {};
    this.#network.cut(whose, cuts);
    return async () => {
      this.#network.heal(whose);
      await Promise.resolve();
    };
  }

  /** Servers and clients in two groups, neither without a server: a number below 1 chooses among all of them. */
  #halves(choice: number): readonly Cut[] {
    const { length } = this.#all;
    if (length < 2) return [];
    // The first server is always on the left, and never all of them.
    const servers = 1 + 2 * Math.floor(choice * (2 ** (length - 1) - 1));
    const clients = Math.floor(choice * 1_048_576);
    const isLeft = (name: string, i: number): boolean => ((name.startsWith('s') ? servers : clients) >> i) % 2 === 1;
    const names = [
      ...this.#all.map((id, i) => ({ name: serverName(id), i })),
      ...Array.from({ length: this.#clients }, (_, i) => ({ name: clientName(i + 1), i })),
    ];
    const left = names.filter(({ name, i }) => isLeft(name, i));
    const right = names.filter((one) => !left.includes(one));
    return left.flatMap(({ name: from }) =>
      right.filter(({ name: to }) => from.startsWith('s') || to.startsWith('s')).map(({ name: to }) => ({ from, to, isOneWay: false })),
    );
  }
}
