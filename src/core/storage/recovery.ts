import type { DiskStep, DiskValue, FileEntry } from '../machine.js';
import { beginWal, EMPTY_WAL_START, pendingBytes, takePending, type Wal } from './wal.js';
import { logIndex, type LogIndex } from '../base/units.js';
import type { StorageOptions } from './options.js';
import type { Identity, Recovered } from './types.js';

export interface Recovery { readonly options: StorageOptions; readonly identity: Identity; readonly steps: readonly DiskStep[]; readonly wal: Wal | null }
export type RecoveryStep =
  | { readonly kind: 'more'; readonly recovery: Recovery }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'done'; readonly recovered: Recovered; readonly wal: Wal; readonly segments: readonly { number: number; carriedTo: LogIndex }[]; readonly snapshotNumbers: readonly number[]; readonly nextSnapshotNumber: number };

export function beginRecovery(options: StorageOptions, identity: Identity): { recovery: Recovery; steps: readonly DiskStep[] } {
  const steps: DiskStep[] = [{ kind: 'list' }];
  return { recovery: { options, identity, steps, wal: null }, steps };
}

export function continueRecovery(recovery: Recovery, values: readonly DiskValue[]): RecoveryStep {
  if (recovery.wal === null) {
    if ((values[0] as readonly FileEntry[]).length > 0) return { kind: 'refused', problem: 'the directory is not empty' };
    const wal = beginWal(recovery.options, recovery.identity, EMPTY_WAL_START, 1, 0, 0);
    const steps: DiskStep[] = [{ kind: 'append', path: wal.path, bytes: pendingBytes(wal) }, { kind: 'sync', path: wal.path }, { kind: 'syncDirectory' }];
    return { kind: 'more', recovery: { ...recovery, wal: takePending(wal), steps } };
  }
  const { wal } = recovery;
  const recovered: Recovered = { currentTerm: wal.currentTerm, votedFor: wal.votedFor, snapshot: null, firstIndex: logIndex(1), prevTerm: wal.prevTerm, entries: [], isFresh: true, notes: [] };
  return { kind: 'done', recovered, wal, segments: [{ number: 1, carriedTo: logIndex(0) }], snapshotNumbers: [], nextSnapshotNumber: 1 };
}
