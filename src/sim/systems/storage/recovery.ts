import type { NodeId, Term, LogIndex } from '../../../core/base/units.js';
import type { Recovery, StartOutlook } from '../../../core/recovery.js';
import { viewOf } from '../../../core/storage/bytes.js';
import { snapshotNumber, unfinishedNumber } from '../../../core/storage/snapshot-format.js';
import { readWalHead, segmentCrc, walNumber, WAL_HEAD_BYTES } from '../../../core/storage/wal-format.js';
import { readRecord } from '../../../core/storage/wal-read.js';
import { recoveryTwin, type Remembered } from './recovery-twin.js';

/**
 * What can be said of the files of a machine that keeps them with core/storage: judged by a twin of its recovery.
 *
 * @param clusterId What the files of this run are labelled with.
 * @param snapshotsKept How many finished snapshots a server in this state leaves on its disk when its next flush is done;
 *   Infinity where it removes none.
 */
export function storageRecovery(clusterId: number, nodeId: NodeId, snapshotsKept: (state: unknown) => number): Recovery {
  return {
    judge: (files) => recoveryTwin(files, { clusterId, nodeId }),
    covered: coveredRecords,
    writesBy: ['append'],
    isSnapshot: (path) => snapshotNumber(path) !== null,
    left: (files, pristine, state) => {
      const kept = snapshotsKept(state);
      if (kept === Infinity || pristine.kind !== 'starts') return files;
      const inForce = snapshotInForce(pristine);
      const named = files.filter(({ path }) => (snapshotNumber(path) ?? Infinity) <= inForce);
      const superfluous = new Set(named.slice(0, Math.max(named.length - kept, 0)));
      return files.filter((file) => !superfluous.has(file));
    },
    isDraft: (path, outlook) => unfinishedNumber(path) !== null || (snapshotNumber(path) ?? 0) > snapshotInForce(outlook),
    holds: (remembered, index, term) => (remembered as Remembered).holds(index as LogIndex, term as Term),
  };
}

/** The number of the snapshot that the log names, whether it can be read or an older one must do; 0 for none. */
export function snapshotInForce(outlook: StartOutlook): number {
  return outlook.kind === 'starts' ? (outlook.remembered as Remembered).snapshotNumber : 0;
}

/**
 * The records before the last place that a later record marks as durable. Recovery can see that something is gone there that had been
 * promised, and mistaking it for a torn tail loses committed entries (Alagappan et al., FAST 2018).
 */
function coveredRecords(path: string, durable: Uint8Array): { readonly from: number; readonly to: number } | null {
  if (walNumber(path) === null) return null;
  const sight = readWalHead(durable);
  if (sight.kind !== 'whole') return null;
  const crc = segmentCrc(sight.identity, sight.head.segment);
  const view = viewOf(durable);
  let to = 0;
  for (let at = WAL_HEAD_BYTES; at < durable.length; ) {
    const record = readRecord(durable, view, at, crc, at);
    if (record.kind !== 'whole') break;
    to = Math.max(to, record.batchOffset);
    at += record.sizeBytes;
  }
  return to > WAL_HEAD_BYTES ? { from: WAL_HEAD_BYTES, to } : null;
}
