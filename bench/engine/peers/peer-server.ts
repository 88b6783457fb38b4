/** Real servers of others, as child processes with their data in a directory of ours: etcd and Redis, as their packages install them. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../src/real/base/errors.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { fillKeys } from '../load.js';

export const PEERS = ['etcd', 'redis'] as const;
export type Peer = (typeof PEERS)[number];

/** The program of each, as it is looked for in PATH, and where its version stands in what `--version` prints. */
const PROGRAMS: Readonly<Record<Peer, { readonly program: string; readonly version: RegExp }>> = {
  etcd: { program: 'etcd', version: /etcd Version: (\S+)/ },
  redis: { program: 'redis-server', version: /v=(\S+)/ },
};

/** What has to be installed for a peer to be measured. */
export const programOf = (peer: Peer): string => PROGRAMS[peer].program;

/** The version that is installed, null where none is. */
export function versionOf(peer: Peer): Promise<string | null> {
  const { program, version } = PROGRAMS[peer];
  return new Promise((resolve) => {
    execFile(program, ['--version'], (error, out) => resolve(error === null ? (version.exec(out)?.[1] ?? 'of unknown version') : null));
  });
}

/** When Redis syncs its log (`appendfsync`); `none`: it keeps none. */
export type RedisSync = 'always' | 'everysec' | 'none';

/** How a peer is started. */
export type PeerWanted = { readonly peer: 'etcd'; readonly servers: 1 | 3 } | { readonly peer: 'redis'; readonly sync: RedisSync };

const READY_MS_MAX = 30_000;
const STOP_MS_MAX = 3_000;
const LOOK_MS = 50;
const HOST = '127.0.0.1';

/** To be killed when this process ends, however it does. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts it, writes every key, does something with the address that takes writes and linearizable reads, and takes it away. */
export async function withPeer<Value>(wanted: PeerWanted, parent: string, act: (address: string) => Promise<Value>): Promise<Value> {
  const directory = await mkdtemp(join(parent, `${wanted.peer}-`));
  const children: ChildProcess[] = [];
  try {
    const address =
      wanted.peer === 'etcd' ? await startEtcd(wanted.servers, directory, children) : await startRedis(wanted.sync, directory, children);
    await eventually(`${wanted.peer} to take keys`, children, () => fillKeys(address, wanted.peer).then(() => true));
    return await act(address);
  } finally {
    await Promise.all(children.map(stopped));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function startRedis(sync: RedisSync, directory: string, children: ChildProcess[]): Promise<string> {
  const [port = 0] = await freePorts(1, HOST);
  const log = sync === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', sync];
  children.push(started('redis', ['--port', String(port), '--bind', HOST, '--dir', directory, '--save', '', ...log]));
  return `${HOST}:${port}`;
}

/** Default options but for names and places. @returns The leader's client address. */
async function startEtcd(servers: number, directory: string, children: ChildProcess[]): Promise<string> {
  const ports = await freePorts(2 * servers, HOST);
  const names = Array.from({ length: servers }, (_, i) => `peer${i + 1}`);
  const clientUrl = (i: number): string => `http://${HOST}:${ports[i]}`;
  const peerUrl = (i: number): string => `http://${HOST}:${ports[servers + i]}`;
  const members = names.map((name, i) => `${name}=${peerUrl(i)}`).join(',');
  for (const [i, name] of names.entries()) {
    const urls = [
      ['--listen-client-urls', clientUrl(i)],
      ['--advertise-client-urls', clientUrl(i)],
      ['--listen-peer-urls', peerUrl(i)],
      ['--initial-advertise-peer-urls', peerUrl(i)],
    ].flat();
    children.push(started('etcd', ['--name', name, '--data-dir', join(directory, name), ...urls, '--initial-cluster', members]));
  }
  const leader = await eventually('etcd to elect a leader', children, () => etcdLeader(names.map((_, i) => clientUrl(i))));
  return leader.slice('http://'.length);
}

/** The one whose own id is the leader's, as each says of itself (its JSON gateway). */
async function etcdLeader(urls: readonly string[]): Promise<string | null> {
  for (const url of urls) {
    const answer = await fetch(`${url}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { header, leader } = (await answer.json()) as { readonly header?: { readonly member_id?: string }; readonly leader?: string };
    if (leader !== undefined && leader !== '0' && header?.member_id === leader) return url;
  }
  return null;
}

function started(peer: Peer, words: readonly string[]): ChildProcess {
  const child = spawn(PROGRAMS[peer].program, words, { stdio: 'ignore' });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  child.once('error', () => alive.delete(child));
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (!alive.has(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await gone;
  clearTimeout(late);
}

async function eventually<Value>(what: string, children: readonly ChildProcess[], look: () => Promise<Value | null>): Promise<Value> {
  const endMs = performance.now() + READY_MS_MAX;
  for (;;) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (children.some((child) => !alive.has(child)))
      throw new UserError(`waited for ${what}, but a server of it ended; start it by hand to see why`);
    if (performance.now() > endMs) throw new UserError(`waited ${READY_MS_MAX / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
