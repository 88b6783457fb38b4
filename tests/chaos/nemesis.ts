import type { NodeId } from '../../src/core/base/units.js';
import type { Client } from '../../src/real/client.js';
import type { RunningCluster } from '../../src/real/cluster.js';
import { diceFrom } from './workload.js';

/** How often each harm was done. */
export type Harms = Record<'leader killed' | 'follower killed' | 'all killed' | 'leader paused' | 'follower paused', number>;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Each harm once in this order, then in an order by chance: a short run has met them all. */
const ORDER: readonly (keyof Harms)[] = ['leader killed', 'leader paused', 'follower killed', 'all killed', 'follower paused'];

/** Harms one server, or all, after the other; after each all are up again, for a moment. */
export async function torment(cluster: RunningCluster, client: Client, seed: number, isOver: () => boolean): Promise<Harms> {
  const harms: Harms = { 'leader killed': 0, 'follower killed': 0, 'all killed': 0, 'leader paused': 0, 'follower paused': 0 };
  const dice = diceFrom(seed);
  const ids = [...cluster.servers.keys()];
  for (let n = 0; !isOver(); n++) {
    const harm = ORDER[n] ?? ORDER[dice(ORDER.length)] ?? 'leader killed';
    const leader = (await leaderOf(client)) ?? ids[0];
    const others = ids.filter((id) => id !== leader);
    const victim = harm.startsWith('leader') ? leader : others[dice(others.length)];
    const spanMs = 300 + dice(1_200);
    if (victim === undefined || isOver()) continue;
    harms[harm] += 1;
    await doHarm(cluster, harm, harm === 'all killed' ? ids : [victim], spanMs);
    await sleep(600 + dice(600));
  }
  return harms;
}

async function doHarm(cluster: RunningCluster, harm: keyof Harms, victims: readonly NodeId[], spanMs: number): Promise<void> {
  if (harm.endsWith('paused')) {
    for (const id of victims) cluster.pause(id);
    // Past any election timeout: a paused leader must wake into a world that has another one.
    await sleep(spanMs + 1_000);
    for (const id of victims) cluster.resume(id);
    return;
  }
  await Promise.all(victims.map((id) => cluster.kill(id)));
  await sleep(spanMs);
  await Promise.all(victims.map((id) => cluster.restart(id)));
}

/** The leader of the highest term that any server tells of; null when none does. */
export async function leaderOf(client: Client): Promise<NodeId | null> {
  const told = (await client.status()).flatMap(({ status }) => (status === null || status.leaderId === 0 ? [] : [status]));
  return told.sort((a, b) => b.term - a.term)[0]?.leaderId ?? null;
}
