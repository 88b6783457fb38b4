import type { ServerStatus } from '../../real/client/api.js';

/** The system whose log is one for all: at the same place in it servers hold the same data. Those of others count places of their own. */
const SHARES_LOG = 'raft';

/** A line for each place in the log at which servers hold different data: something broke for good, or they are not one cluster. */
export function differences(servers: readonly ServerStatus[]): readonly string[] {
  const byPlace = new Map<number, Map<string, string[]>>();
  for (const { address, status } of servers) {
    if (status === null || status.system !== SHARES_LOG) continue;
    const digests = byPlace.get(status.lastApplied) ?? new Map<string, string[]>();
    byPlace.set(status.lastApplied, digests.set(status.digest, [...(digests.get(status.digest) ?? []), address]));
  }
  return [...byPlace]
    .filter(([, digests]) => digests.size > 1)
    .map(([place, digests]) => {
      const groups = [...digests.values()].map((addresses) => addresses.join(', '));
      return `${groups.join(' and ')} hold different data at entry ${place} of one log: are they one cluster, and was a data directory changed or replaced?`;
    });
}
