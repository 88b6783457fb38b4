import type { OperationId } from '../../core/base/units.js';
import type { DiskOutcome, DiskStep, DiskValue } from '../../core/machine.js';
import type { SimFile } from './file.js';

/** One disk operation on its way. The world keeps it in its queue and hands it back when it is due. */
export interface DiskWork {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
  /** When to call {@link SimDisk.advance}, in world time. */
  dueUs: number;
  /** Set when the operation is over. */
  outcome: DiskOutcome | null;
  position: number;
  /** What each step that is done gave. */
  readonly values: DiskValue[];
  /** The sync under way: its file (null for the directory) and what it covers. */
  isSyncing: boolean;
  syncFile: SimFile | null;
  syncMark: number;
  /** Before this step, or behind the last one, the work stands still and `onHalt` is owed a call, once; -1 for never. */
  haltAt: number;
  onHalt: (() => void) | null;
}
