import type { NodeId } from '../core/base/units.js';
import { hasMarkAbove } from '../core/storage/wal-read.js';
import { readWalHead, segmentCrc, walNumber } from '../core/storage/wal-format.js';
import type { SimDisk } from './disk.js';

/**
 * Whether damage on a disk may be such that no recovery could tell it from the torn end of a last flush: it
 * lies in a log file, and nothing that is written behind it says that the place was durable once. Who comes
 * back from such a disk may have forgotten a vote or an acknowledgement and not know it.
 */
export function mayHaveForgotten(disk: SimDisk, clusterId: number, server: NodeId): boolean {
  return disk.damages().some(({ path, damage }) => {
    const segment = walNumber(path);
    if (segment === null) return false;
    const end = damage.offset + damage.lengthBytes;
    return !isFollowed(disk, segment, end) && !isMarked(disk, path, segmentCrc({ clusterId, nodeId: server }, segment), end);
  });
}

/** A whole record of the same file says that all before `end` was durable when it was written. */
function isMarked(disk: SimDisk, path: string, crc: number, end: number): boolean {
  const bytes = disk.durableBytes(path);
  return bytes !== null && hasMarkAbove(bytes, crc, 0, end - 1);
}

/** The newest file whose head is whole follows on this one and says that it was durable to `end` or beyond. */
function isFollowed(disk: SimDisk, segment: number, end: number): boolean {
  return disk.list().some(({ path }) => {
    const bytes = walNumber(path) === null ? null : disk.durableBytes(path);
    const sight = bytes === null ? null : readWalHead(bytes);
    return sight?.kind === 'whole' && sight.head.previousSegment === segment && sight.head.previousEnd >= end;
  });
}
