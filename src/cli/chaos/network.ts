import { wordsOf } from '../../core/proxy/control.js';
import type { Cut } from '../../core/proxy/cuts.js';
import { PRESETS, type Rules } from '../../core/proxy/rules.js';
import type { NodeId } from '../../core/base/units.js';
import { formatHostAndPort, type ServerMap } from '../../real/base/addresses.js';
import { freePorts } from '../../real/base/ports.js';
import { startProxy, type ProxyCounts, type RunningProxy } from '../../real/proxy/proxy.js';
import type { ProxyRoute } from '../../real/proxy/routes.js';
import { clientName, serverName } from '../../sim/base/process-names.js';

const HOST = '127.0.0.1';

/**
 * The network of a storm: every way between two of its processes leads through a proxy, so that each can be cut. One
 * proxy stands between clients and servers, one between servers.
 */
export class StormNetwork {
  /** By server: where it finds the others. */
  readonly maps: ReadonlyMap<NodeId, ServerMap>;
  /** By client, the first at 0: where it finds the servers. */
  readonly clientAddresses: readonly (readonly string[])[];
  readonly #clients: RunningProxy;
  readonly #peers: RunningProxy | null;
  /** The words of the cuts of each blow under way. */
  readonly #cuts = new Map<object, readonly Cut[]>();

  private constructor(
    maps: ReadonlyMap<NodeId, ServerMap>,
    clientAddresses: readonly (readonly string[])[],
    clients: RunningProxy,
    peers: RunningProxy | null,
  ) {
    this.maps = maps;
    this.clientAddresses = clientAddresses;
    this.#clients = clients;
    this.#peers = peers;
  }

  /** Opens a reliable network for servers at these addresses and so many clients. */
  static async open(servers: ServerMap, clients: number, seed: number): Promise<StormNetwork> {
    const ids = [...servers.keys()];
    const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => ({ from, to })));
    const ports = [
      ...(await freePorts(
        pairs.length + clients * ids.length,
        HOST,
        [...servers.values()].flatMap(({ peerPort, clientPort }) => [peerPort, clientPort]),
      )),
    ];
    const nextPort = (): number => ports.pop() ?? 0;
    const target = (to: NodeId, port: 'peerPort' | 'clientPort') => ({
      host: servers.get(to)?.host ?? HOST,
      port: servers.get(to)?.[port] ?? 0,
    });

    const peerRoutes = pairs.map(({ from, to }) => ({
      ids: { from, to },
      route: routeOf(serverName(from), serverName(to), nextPort(), target(to, 'peerPort')),
    }));
    const clientRoutes = Array.from({ length: clients }, (_, i) =>
      ids.map((to) => routeOf(clientName(i + 1), serverName(to), nextPort(), target(to, 'clientPort'))),
    );
    const maps = new Map(
      ids.map((self) => [
        self,
        new Map(
          [...servers].map(([id, at]) => {
            const way = peerRoutes.find(({ ids: { from, to } }) => from === self && to === id);
            return [id, way === undefined ? at : { ...at, host: way.route.listen.host, peerPort: way.route.listen.port }];
          }),
        ),
      ]),
    );
    const addresses = clientRoutes.map((routes) => routes.map(({ listen }) => formatHostAndPort(listen)));

    const clientProxy = await startProxy({ routes: clientRoutes.flat(), seed });
    try {
      const peerProxy = peerRoutes.length === 0 ? null : await startProxy({ routes: peerRoutes.map(({ route }) => route), seed });
      return new StormNetwork(maps, addresses, clientProxy, peerProxy);
    } catch (error) {
      await clientProxy.close();
      throw error;
    }
  }

  setRules(clients: Rules, peers: Rules): void {
    tell(this.#clients, linesOf(clients));
    if (this.#peers !== null) tell(this.#peers, linesOf(peers));
  }

  /** Cuts for one blow; `whose` is given to {@link heal}. */
  cut(whose: object, cuts: readonly Cut[]): void {
    this.#change(() => this.#cuts.set(whose, cuts));
  }

  heal(whose: object): void {
    this.#change(() => this.#cuts.delete(whose));
  }

  /** All cuts are over, and nothing is lost or late any more. */
  calm(): void {
    this.#change(() => this.#cuts.clear());
    this.setRules(PRESETS.reliable, PRESETS.reliable);
  }

  get counts(): Pick<ProxyCounts, 'passed' | 'dropped'> {
    const both = [this.#clients.counts, ...(this.#peers === null ? [] : [this.#peers.counts])];
    return { passed: both.reduce((sum, { passed }) => sum + passed, 0), dropped: both.reduce((sum, { dropped }) => sum + dropped, 0) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#clients.close(), this.#peers?.close()]);
  }

  /** Tells the proxies what has changed: a way that two blows have cut is healed when both are over. */
  #change(change: () => void): void {
    const before = this.#lines();
    change();
    const after = this.#lines();
    for (const line of before) if (!after.has(line)) this.#tellWhoKnows(`heal ${line}`, line);
    for (const line of after) if (!before.has(line)) this.#tellWhoKnows(`cut ${line}`, line);
  }

  #lines(): ReadonlySet<string> {
    return new Set([...this.#cuts.values()].flat().map(wordsOf));
  }

  /** A client is known to one of the proxies, two servers to the other, a server alone to both. */
  #tellWhoKnows(command: string, line: string): void {
    const names = line.split(' ').filter((word) => word !== '>');
    const hasClient = names.some((name) => name.startsWith('c'));
    if (hasClient || names.length === 1) tell(this.#clients, [command]);
    if (!hasClient && this.#peers !== null) tell(this.#peers, [command]);
  }
}

function routeOf(from: string, to: string, port: number, target: ProxyRoute['target']): ProxyRoute {
  return { from, to, listen: { host: HOST, port }, target };
}

function linesOf({ dropRequestsPermille, dropRepliesPermille, delayMsMin, delayMsMax }: Rules): readonly string[] {
  return [`drop requests ${dropRequestsPermille / 10}`, `drop replies ${dropRepliesPermille / 10}`, `delay ${delayMsMin} ${delayMsMax}`];
}

function tell(proxy: RunningProxy, lines: readonly string[]): void {
  for (const line of lines) {
    const answer = proxy.control(line).at(-1) ?? '';
    if (answer !== 'OK') throw new Error(`the proxy refused "${line}": ${answer}`);
  }
}
