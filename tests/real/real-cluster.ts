import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { nodeId, type NodeId } from '../../src/core/base/units.js';
import { formatHostAndPort, type ServerAddress, type ServerMap } from '../../src/real/base/addresses.js';
import { openClient, type Client } from '../../src/real/client/client.js';
import { freePorts } from '../../src/real/base/ports.js';
import { startServer, type RunningServer, type ServerSettings } from '../../src/real/server/server.js';
import { lineLog } from '../../src/real/base/log.js';
import { temporaryDirectory } from './helpers.js';

/** Servers of this test inside this process: quicker than processes, and their log lines can be read. */
export interface ServersUnderTest {
  readonly servers: ServerMap;
  readonly directory: string;
  readonly addresses: readonly string[];
  /** What all of them logged, each line with its server in front. */
  readonly lines: string[];
  start(id: number, changed?: Partial<ServerSettings>): Promise<RunningServer>;
  startAll(): Promise<readonly RunningServer[]>;
  client(timeoutMs?: number): Client;
}

export const CLUSTER_ID = 4_711;

export async function serversUnderTest(count: number): Promise<ServersUnderTest> {
  const directory = await temporaryDirectory();
  const ports = await freePorts(2 * count);
  const servers = new Map<NodeId, ServerAddress>();
  for (let i = 0; i < count; i++) {
    servers.set(nodeId(i + 1), { host: '127.0.0.1', peerPort: ports[2 * i] ?? 0, clientPort: ports[2 * i + 1] ?? 0 });
  }
  const lines: string[] = [];
  const addresses = [...servers.values()].map(({ host, clientPort }) => formatHostAndPort({ host, port: clientPort }));
  const start = async (id: number, changed: Partial<ServerSettings> = {}): Promise<RunningServer> => {
    const log = lineLog((line) => lines.push(`s${id} ${line.trimEnd()}`), 'debug');
    const server = await startServer({
      id: nodeId(id),
      clusterId: CLUSTER_ID,
      servers,
      dataDirectory: join(directory, `${id}`),
      past: 'unknown',
      log,
      ...changed,
    });
    onTestFinished(() => server.stop());
    return server;
  };
  return {
    servers,
    directory,
    addresses,
    lines,
    start,
    startAll: () => Promise.all([...servers.keys()].map((id) => start(id))),
    client: (timeoutMs = 60_000) => {
      const client = openClient({ servers: addresses, timeoutMs });
      onTestFinished(() => client.close());
      return client;
    },
  };
}

/** A bare connection to a port. */
export class Wire {
  readonly #socket: Socket;
  #arrived = Buffer.alloc(0);
  #closed: Promise<void>;

  constructor(port: number) {
    this.#socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.#socket.on('data', (bytes) => (this.#arrived = Buffer.concat([this.#arrived, bytes])));
    this.#socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => {
      this.#socket.on('end', () => resolve());
      this.#socket.on('close', () => resolve());
    });
    onTestFinished(() => void this.#socket.destroy());
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Closes the sending half, as `nc` does at the end of its input. */
  end(bytes: string | Uint8Array = ''): void {
    this.#socket.end(bytes);
  }

  /** Hangs up without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  get text(): string {
    return this.#arrived.toString();
  }

  /** All that the other side said until it closed the connection; fails when it does not. */
  async untilClosed(msMax = 60_000): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still open after ${msMax} ms; so far: ${JSON.stringify(this.text)}`)), msMax);
    });
    await Promise.race([this.#closed, late]).finally(() => clearTimeout(timer));
    return this.text;
  }
}

/** Sends lines as `printf … | nc` would, and gives the lines of the answer. */
export async function ask(port: number, lines: string): Promise<readonly string[]> {
  const wire = new Wire(port);
  wire.end(lines);
  return (await wire.untilClosed()).split('\n').filter((line) => line !== '');
}
