import { CRC_BEGIN, crcEnd, crcOf } from '../base/crc32c.js';
import type { NodeId } from '../base/units.js';
import type { DiskStep } from '../machine.js';
import { getU64, setU64, viewOf } from './bytes.js';
import type { Identity } from './types.js';

/**
 * CLEAN STOP, format version 1. All integers are unsigned and little-endian; u64 values are below 2^53.
 *
 * The file "clean-stop" says where the log ended when its server stopped in good order. It is written under "clean-stop.tmp",
 * synced and renamed when all of the log is durable, and removed once the next start has begun a segment of its own.
 * Nothing in the log itself can say that records at its end are missing; this file can.
 *
 *   offset  bytes  field
 *        0      8  magic      73 65 65 64 65 6e 64 0a ("seedend", newline)
 *        8      4  version    1
 *       12      4  prefixCrc  CRC-32C of bytes 0 .. 11; bytes 0 .. 15 mean the same in every version
 *       16      4  clusterId
 *       20      4  nodeId
 *       24      8  segment    the newest segment of the log
 *       32      8  end        where it ends, in bytes: all before it was durable
 *       40      4  crc        CRC-32C of bytes 0 .. 39; the file ends behind it
 */
export const CLEAN_STOP_VERSION = 1;
export const CLEAN_STOP_BYTES = 44;
export const CLEAN_STOP_NAME = 'clean-stop';
export const UNFINISHED_CLEAN_STOP_NAME = 'clean-stop.tmp';

const MAGIC = [0x73, 0x65, 0x65, 0x64, 0x65, 0x6e, 0x64, 0x0a] as const;
const CRC_AT = CLEAN_STOP_BYTES - 4;

/** Where a log ended. */
export interface LogEnd {
  readonly segment: number;
  readonly end: number;
}

/** What the file is: whole, of another version, or broken. */
export type CleanStopSight =
  | { readonly kind: 'whole'; readonly identity: Identity; readonly logEnd: LogEnd }
  | { readonly kind: 'otherVersion'; readonly version: number }
  | { readonly kind: 'broken' };

/** The whole file. */
export function cleanStopBytes({ clusterId, nodeId }: Identity, { segment, end }: LogEnd): Uint8Array {
  const bytes = new Uint8Array(CLEAN_STOP_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC, 0);
  view.setUint32(8, CLEAN_STOP_VERSION, true);
  view.setUint32(12, crcEnd(crcOf(CRC_BEGIN, bytes, 0, 12)), true);
  view.setUint32(16, clusterId, true);
  view.setUint32(20, nodeId, true);
  setU64(view, 24, segment);
  setU64(view, 32, end);
  view.setUint32(CRC_AT, crcEnd(crcOf(CRC_BEGIN, bytes, 0, CRC_AT)), true);
  return bytes;
}

/** Looks at the whole file; never throws. */
export function readCleanStop(bytes: Uint8Array): CleanStopSight {
  if (bytes.length < 16 || !MAGIC.every((byte, i) => bytes[i] === byte)) return { kind: 'broken' };
  const view = viewOf(bytes);
  if (view.getUint32(12, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, 12))) return { kind: 'broken' };
  const version = view.getUint32(8, true);
  if (version !== CLEAN_STOP_VERSION) return { kind: 'otherVersion', version };
  if (bytes.length !== CLEAN_STOP_BYTES) return { kind: 'broken' };
  if (view.getUint32(CRC_AT, true) !== crcEnd(crcOf(CRC_BEGIN, bytes, 0, CRC_AT))) return { kind: 'broken' };
  const logEnd = { segment: getU64(view, 24), end: getU64(view, 32) };
  if (!(logEnd.segment >= 1 && logEnd.end >= 0)) return { kind: 'broken' };
  return { kind: 'whole', identity: { clusterId: view.getUint32(16, true), nodeId: view.getUint32(20, true) as NodeId }, logEnd };
}

/** Steps that put the file in place, for a log that is durable up to its end. A crash between any two leaves it whole or not there. */
export function cleanStopSteps(identity: Identity, logEnd: LogEnd): readonly DiskStep[] {
  const path = UNFINISHED_CLEAN_STOP_NAME;
  return [
    { kind: 'write', path, offset: 0, bytes: cleanStopBytes(identity, logEnd) },
    { kind: 'sync', path },
    { kind: 'rename', path, to: CLEAN_STOP_NAME },
    { kind: 'syncDirectory' },
  ];
}
