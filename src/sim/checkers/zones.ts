import type { UniqueValues } from './specification.js';
import type { Timeline } from './timeline.js';

/**
 * Judges an object that is only written and read, each value written at most once, without a search
 * (Gibbons & Korach 1997, "Testing shared memories", zones). n log n.
 *
 * A write and the reads of its value are a cluster, and they must stand together. With f the first return
 * in the cluster and s its last call: if f < s, something of the cluster happened before f and something
 * after s, so nothing else fits between (forward zone); else all of it overlaps [s, f] (backward zone).
 * Linearizable exactly if
 *   1. every value read was written, by a write that was called before the read returned,
 *   2. no two forward zones overlap,
 *   3. no backward zone lies within a forward one.
 * A write of unknown outcome: happened if it was read (then it has no return), else leave it out.
 *
 * Moments are places in the order of returns. Returns the operations in a legal order, or null.
 */
export function orderByZones(timeline: Timeline, values: UniqueValues): number[] | null {
  const clusters = clustersOf(timeline, values);
  if (clusters === null) return null;
  const forward = clusters.filter(({ first, last }) => first < last).sort((a, b) => a.first - b.first);
  for (let z = 1; z < forward.length; z++) if (forward[z]!.first < forward[z - 1]!.last) return null;

  // A forward cluster stands at its first return; a backward one at its last call, or just after the forward zone there.
  const placed = forward.map((cluster) => ({ cluster, at: cluster.first, rank: 1 }));
  for (const cluster of clusters) {
    if (cluster.first < cluster.last) continue;
    const zone = lastBefore(forward, cluster.last);
    if (zone !== null && cluster.first < zone.last) return null;
    placed.push({ cluster, at: zone === null ? cluster.last : Math.max(zone.last, cluster.last), rank: 0 });
  }
  placed.sort((a, b) => a.at - b.at || a.rank - b.rank);
  return placed.flatMap(({ cluster }) => (cluster.write < 0 ? cluster.reads : [cluster.write, ...cluster.reads]));
}

interface Cluster {
  /** The operation that wrote the value; -1: nobody, it was there at the beginning. */
  write: number;
  /** In the order of returns. */
  readonly reads: number[];
  first: number;
  last: number;
}

/** The clusters that happened; null if rule 1 is broken. */
function clustersOf(timeline: Timeline, { ofOperations, isWrite, count }: UniqueValues): Cluster[] | null {
  const { required, earliest, optional, optionalEarliest } = timeline;
  const clusters: Cluster[] = Array.from({ length: count }, () => ({ write: -1, reads: [], first: Infinity, last: -1 }));
  clusters[0]!.first = -1;
  optional.forEach((i, u) => {
    const cluster = clusters[ofOperations[i]!]!;
    cluster.write = i;
    cluster.last = optionalEarliest[u]!;
  });
  // Places are returns, so a write and its reads meet here in any order: first all writes, then all reads.
  for (const isPassOfWrites of [true, false]) {
    for (let o = 0; o < required.length; o++) {
      const i = required[o]!;
      if ((isWrite[i] === 1) !== isPassOfWrites) continue;
      const cluster = clusters[ofOperations[i]!]!;
      if (isPassOfWrites) cluster.write = i;
      else {
        const isWritten = cluster.write >= 0 || cluster === clusters[0];
        if (!isWritten || (cluster.reads.length === 0 && cluster.write >= 0 && o < cluster.last)) return null;
        cluster.reads.push(i);
      }
      cluster.first = Math.min(cluster.first, o);
      cluster.last = Math.max(cluster.last, earliest[o]!);
    }
  }
  return clusters.filter((cluster) => cluster.reads.length > 0 || (cluster.write >= 0 && cluster.first < Infinity));
}

/** The zone that begins last before `moment`. */
function lastBefore(forward: readonly Cluster[], moment: number): Cluster | null {
  let low = 0;
  let high = forward.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (forward[middle]!.first < moment) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : forward[low - 1]!;
}
