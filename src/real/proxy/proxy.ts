import { connect, createServer, type Server, type Socket } from 'node:net';
import { onControl, type ProxyState } from '../../core/proxy/control.js';
import { isCut } from '../../core/proxy/cuts.js';
import { PRESETS, randomOf, type Rules } from '../../core/proxy/rules.js';
import { formatHostAndPort } from '../base/addresses.js';
import { UserError } from '../base/errors.js';
import { silentLog, type Log } from '../base/log.js';
import { Pump } from './pump.js';
import { formatRoute, type ProxyRoute } from './routes.js';
import { listen, stopListening, tuneSocket } from '../base/sockets.js';

export interface ProxySettings {
  /** One or more. */
  readonly routes: readonly ProxyRoute[];
  /** 0 to 2^53-1: the nth message of the nth connection of a route has the same fate again. */
  readonly seed: number;
  /** Default: those of the reliable preset. */
  readonly rules?: Rules;
  readonly log?: Log;
}

/** What passed, for people and for tests. */
export interface ProxyCounts {
  readonly connections: number;
  readonly passed: number;
  readonly dropped: number;
}

/** A network between real processes that can be told to misbehave while it runs. */
export interface RunningProxy {
  /** One line of control (`help` lists them); the lines of the answer, the last of which is OK or ERROR. */
  control(line: string): readonly string[];
  readonly counts: ProxyCounts;
  /** Stops listening and breaks all connections. Idempotent. */
  close(): Promise<void>;
}

/**
 * Begins to listen on every route.
 *
 * @throws {UserError} When there is no route, one is doubled, or a port cannot be used; nothing is left open then.
 */
export async function startProxy(settings: ProxySettings): Promise<RunningProxy> {
  const places = settings.routes.map((route) => formatHostAndPort(route.listen));
  const doubled = places.find((place, i) => places.indexOf(place) !== i);
  if (settings.routes.length === 0) throw new UserError('a proxy needs at least one route');
  if (doubled !== undefined) throw new UserError(`two routes listen on ${doubled}`);
  const proxy = new Proxy(settings);
  try {
    await proxy.open();
  } catch (error) {
    await proxy.close();
    throw error;
  }
  return proxy;
}

class Proxy implements RunningProxy {
  readonly #settings: ProxySettings;
  readonly #log: Log;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  #state: ProxyState;
  #opened = 0;
  #passed = 0;
  #dropped = 0;

  constructor(settings: ProxySettings) {
    this.#settings = settings;
    this.#log = settings.log ?? silentLog;
    const names = [...new Set(settings.routes.flatMap(({ from, to }) => [from, to]))].sort();
    this.#state = { rules: settings.rules ?? PRESETS.reliable, cuts: [], names };
  }

  get counts(): ProxyCounts {
    return { connections: this.#opened, passed: this.#passed, dropped: this.#dropped };
  }

  async open(): Promise<void> {
    for (const [number, route] of this.#settings.routes.entries()) {
      let opened = 0;
      const server = createServer({ allowHalfOpen: true }, (socket) => this.#onConnection(route, number, opened++, socket));
      this.#servers.push(server);
      await listen(server, route.listen, 'proxy');
      this.#log('info', `route ${formatRoute(route)}`);
    }
  }

  control(line: string): readonly string[] {
    const { state, answer } = onControl(this.#state, line);
    const hasChanged = state !== this.#state;
    this.#state = state;
    if (hasChanged) for (const connection of this.#connections) connection.onChanged();
    return answer;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#servers.map(stopListening));
  }

  #onConnection(route: ProxyRoute, number: number, opened: number, client: Socket): void {
    this.#opened += 1;
    const { from, to } = route;
    const common = {
      rules: () => this.#state.rules,
      onDropped: () => void (this.#dropped += 1),
      onPassed: () => void (this.#passed += 1),
    };
    const connection: Connection = new Connection(client, {
      target: route.target,
      there: { ...common, isCut: () => isCut(this.#state.cuts, from, to), onOver: () => undefined },
      // Who lost an answer learns it by the end of the connection; the server has nobody left to listen to.
      back: { ...common, isCut: () => isCut(this.#state.cuts, to, from), onOver: () => connection.endThere() },
      randomThere: randomOf(this.#settings.seed, number, opened, 'request'),
      randomBack: randomOf(this.#settings.seed, number, opened, 'reply'),
      onGone: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }
}

interface ConnectionSettings {
  readonly target: ProxyRoute['target'];
  readonly there: ConstructorParameters<typeof Pump>[3];
  readonly back: ConstructorParameters<typeof Pump>[3];
  readonly randomThere: number;
  readonly randomBack: number;
  readonly onGone: () => void;
}

/**
 * One connection through a route. While its ends are cut off from each other it looks alive and is silent, as a broken
 * network is; once healed, one that lost more than messages is closed, so that both ends begin anew.
 */
class Connection {
  readonly #client: Socket;
  readonly #settings: ConnectionSettings;
  readonly #there: Pump;
  #upstream: Socket | null = null;
  #back: Pump | null = null;

  constructor(client: Socket, settings: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#there = new Pump(client, 'request', settings.randomThere, settings.there);
    tuneSocket(client);
    client.on('data', (bytes) => this.#there.take(bytes));
    client.on('end', () => this.#there.end());
    client.on('error', () => undefined);
    client.on('close', () => this.close());
    // Nobody is reached through a cut: the connection stands, and nothing comes of it.
    if (this.#isCut) this.#there.isSpoiled = true;
    else this.#dial();
  }

  /** A control line has changed something. */
  onChanged(): void {
    const isSpoiled = this.#there.isSpoiled || this.#back?.isSpoiled === true;
    if (isSpoiled && !this.#isCut) this.close();
  }

  endThere(): void {
    this.#there.end();
  }

  close(): void {
    this.#there.close();
    this.#back?.close();
    this.#client.destroy();
    this.#upstream?.destroy();
    this.#settings.onGone();
  }

  get #isCut(): boolean {
    return this.#settings.there.isCut() || this.#settings.back.isCut();
  }

  #dial(): void {
    const { target, back, randomBack } = this.#settings;
    const upstream = connect({ host: target.host, port: target.port, allowHalfOpen: true });
    tuneSocket(upstream);
    const pump = new Pump(upstream, 'reply', randomBack, back);
    pump.target = this.#client;
    this.#there.target = upstream;
    this.#upstream = upstream;
    this.#back = pump;
    upstream.on('data', (bytes) => pump.take(bytes));
    upstream.on('end', () => pump.end());
    upstream.on('error', () => undefined);
    // What it said before it went is still on its way.
    upstream.on('close', (hadError) => {
      if (hadError) this.close();
      else {
        this.#client.once('finish', () => this.close());
        if (this.#client.writableFinished) this.close();
        else pump.end();
      }
    });
  }
}
