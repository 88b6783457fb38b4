/** Real servers for one measurement: started on new directories, filled, and gone afterwards. */
import { connect } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatHostAndPort, parseHostAndPort } from '../../src/real/base/addresses.js';
import { startCluster, type RunningCluster } from '../../src/real/cluster/cluster.js';
import { UserError } from '../../src/real/base/errors.js';
import { KEYS, setLine } from './speech.js';

/** How servers are started. */
export interface ServersWanted {
  /** A word of `seedstorm node --system`. */
  readonly system: string;
  readonly servers: number;
  /** Further options of the system, such as `--sync never`. */
  readonly words: readonly string[];
  /** Holds their data while they run. */
  readonly directory: string;
}

/** Servers that are up and have all keys. */
export interface Filled {
  readonly cluster: RunningCluster;
  /** `host:port` of the one that takes writes now. */
  readonly writer: string;
  /** Of the others. */
  readonly others: readonly string[];
}

const PATIENCE_MS = 60_000;
const ANSWER_MS_MAX = 2_000;
const LOOK_MS = 50;

/** Starts servers, does something with them, and takes them away, whatever became of it. */
export async function withServers<Value>(wanted: ServersWanted, act: (filled: Filled) => Promise<Value>): Promise<Value> {
  const directory = await mkdtemp(join(wanted.directory, `${wanted.system}-`));
  let cluster: RunningCluster | null = null;
  try {
    const keepsFiles = !wanted.words.includes('memory');
    cluster = await startCluster({
      servers: wanted.servers,
      directory,
      keepsFiles,
      nodeArguments: ['--system', wanted.system, ...wanted.words],
    });
    const writer = await fill(cluster.clientAddresses);
    const others = cluster.clientAddresses.filter((address) => address !== writer);
    for (const address of others) await untilItHasAll(address);
    return await act({ cluster, writer, others });
  } finally {
    await cluster?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The server that takes writes, as any of them says. */
export function writerOf(addresses: readonly string[]): Promise<string> {
  return eventually('a server that takes writes', async () => {
    for (const address of addresses) {
      const [line = ''] = await ask(address, 'WHO_IS_LEADER\n', 1);
      const told = /^LEADER (.+)$/.exec(line)?.[1];
      if (told === undefined) continue;
      const writer = formatHostAndPort(parseHostAndPort(told));
      if (addresses.includes(writer) && (await ask(writer, setLine(0), 1))[0] === 'OK') return writer;
    }
    return null;
  });
}

/** Writes every key. @returns Who took them. */
function fill(addresses: readonly string[]): Promise<string> {
  const lines = Array.from({ length: KEYS }, (_, n) => setLine(n)).join('');
  return eventually('a server that takes all keys', async () => {
    const writer = await writerOf(addresses);
    const answers = await ask(writer, lines, KEYS, PATIENCE_MS / 2);
    return answers.length === KEYS && answers.every((line) => line === 'OK') ? writer : null;
  });
}

function untilItHasAll(address: string): Promise<true> {
  return eventually(`all keys at ${address}`, async () =>
    (await ask(address, 'STATUS\n', 1))[0]?.includes(` keys=${KEYS} `) === true ? true : null,
  );
}

/** The answers to lines, so many of them; fewer when the connection breaks or the time is over. */
function ask(address: string, lines: string, count: number, msMax = ANSWER_MS_MAX): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const socket = connect(parseHostAndPort(address), () => socket.write(lines));
    let pieces = '';
    let answered = 0;
    const late = setTimeout(() => socket.destroy(), msMax);
    socket.setEncoding('latin1').on('data', (piece: string) => {
      pieces += piece;
      answered += piece.split('\n').length - 1;
      if (answered >= count) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(late);
      resolve(pieces.split('\n').slice(0, answered));
    });
  });
}

async function eventually<Value>(what: string, look: () => Promise<Value | null>): Promise<Value> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new UserError(`waited ${PATIENCE_MS / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
