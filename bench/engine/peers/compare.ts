/** Our servers and a peer's under the same load from the same generator, in turns, so that a busy minute meets both. */
import { measure, type Figures, type Load } from '../measure.js';
import { median, rounded } from '../../statistics.js';
import { withServers } from '../servers.js';
import type { BenchSystem, PeerRow } from '../rows.js';
import { withPeer, type Peer, type PeerWanted, type RedisSync } from './peer-server.js';

/** How much is done for each comparison. */
export interface Comparing {
  readonly systems: readonly BenchSystem[];
  /** Those to be measured beside, and their versions. */
  readonly versions: ReadonlyMap<Peer, string>;
  /** For each side, over all its turns. */
  readonly measureMs: number;
  readonly connections: number;
  readonly directory: string;
}

/** Turns of each side; the figures are those of the turn in the middle. */
const TURNS = 3;
const PIPELINED = 16;
/** The number of clients for which Redis' own benchmark is known. */
const REDIS_CONNECTIONS = 50;

interface Pair {
  readonly system: BenchSystem;
  readonly servers: number;
  readonly words: readonly string[];
  readonly wanted: PeerWanted;
  readonly loads: readonly (Pick<Load, 'operation' | 'connections' | 'depth'> & { readonly what: string })[];
}

/** Measures each pair of which both sides are wanted. */
export async function comparePeers(comparing: Comparing, add: (row: PeerRow) => void): Promise<void> {
  for (const pair of pairs(comparing.connections)) {
    const version = comparing.versions.get(pair.wanted.peer);
    if (version === undefined || !comparing.systems.includes(pair.system)) continue;
    await withServers({ ...pair, directory: comparing.directory }, ({ writer }) =>
      withPeer(pair.wanted, comparing.directory, async (address) => {
        for (const load of pair.loads)
          add(await compared(pair, version, load, { ours: writer, theirs: address }, comparing.measureMs / TURNS));
      }),
    );
  }
}

function pairs(connections: number): readonly Pair[] {
  const writes = { operation: 'write', connections, depth: 1, what: 'puts' } as const;
  const reads = { operation: 'read', connections, depth: 1, what: 'linearizable gets' } as const;
  const redis = (sync: RedisSync, words: readonly string[], what: string): Pair => ({
    system: 'single',
    servers: 1,
    words,
    wanted: { peer: 'redis', sync },
    loads: [1, PIPELINED].map((depth) => ({ operation: 'write', connections: REDIS_CONNECTIONS, depth, what })),
  });
  return [
    redis('always', ['--sync', 'always'], 'sets, synced before the answer'),
    redis('everysec', ['--sync', '1s'], 'sets, synced each second'),
    redis('none', ['--store', 'memory'], 'sets, memory only'),
    { system: 'single', servers: 1, words: ['--sync', 'always'], wanted: { peer: 'etcd', servers: 1 }, loads: [writes] },
    {
      system: 'raft',
      servers: 3,
      words: [],
      wanted: { peer: 'etcd', servers: 3 },
      loads: [writes, { ...writes, depth: PIPELINED }, reads, { ...reads, depth: PIPELINED }],
    },
  ];
}

async function compared(
  { system, servers, wanted }: Pair,
  version: string,
  { what, ...load }: Pair['loads'][number],
  addresses: { readonly ours: string; readonly theirs: string },
  measureMs: number,
): Promise<PeerRow> {
  const turns: { readonly ours: Figures; readonly theirs: Figures }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const ours = await measure({ ...load, addresses: [addresses.ours], measureMs });
    turns.push({ ours, theirs: await measure({ ...load, addresses: [addresses.theirs], tongue: wanted.peer, measureMs }) });
  }
  const ours = middleTurn(turns.map((turn) => turn.ours));
  const theirs = middleTurn(turns.map((turn) => turn.theirs));
  const perSecond = median(turns.map((turn) => turn.ours.perSecond / turn.theirs.perSecond));
  const p99 = median(turns.map((turn) => turn.ours.p99Us / Math.max(1, turn.theirs.p99Us)));
  const settings = `${load.connections} connections, ${load.depth === 1 ? 'one request at a time' : `${load.depth} pipelined`}`;
  return {
    system,
    servers,
    peer: wanted.peer,
    version,
    what,
    ours,
    theirs,
    ratio: { perSecond: rounded(perSecond), p99: rounded(p99) },
    settings,
  };
}

/** By its rate, so that its latencies are of the same turn. */
function middleTurn(turns: readonly Figures[]): Figures {
  return turns.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(turns.length / 2)] as Figures;
}
