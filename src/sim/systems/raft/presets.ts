import { fromMs } from '../../../core/base/units.js';
import type { Draws } from '../../options/draws.js';
import { usual } from '../../options/presets.js';
import type { RaftRunOptions } from './hosted.js';

/** An ordinary run of the raft system: `usual`, with short times and small files, so that much happens in little time. */
export function usualRaft(draws: Draws): RaftRunOptions {
  return {
    ...usual(draws),
    laterNode: null,
    node: {
      clusterId: 7,
      raft: {
        electionTimeoutMin: fromMs(150),
        electionTimeoutMax: fromMs(300),
        heartbeatInterval: fromMs(40),
        inflightMessagesMax: 16,
        entriesPerMessageMax: 64,
        messageBytesMax: 65_536,
        snapshotPieceBytes: 1_024,
        uncommittedEntriesMax: 1_024,
        uncommittedBytesMax: 33_554_432,
        pendingReadsMax: 1_024,
      },
      store: { sessionsMax: 1_000 },
      storage: { segmentBytesMax: 16_384, recordBytesMax: 4_096, readBytes: 4_096, snapshotsKept: 2 },
      snapshotEveryEntries: draws.oneOf('snapshot every', [100, 400, 1_000_000]),
      snapshotEveryBytes: 67_108_864,
      entriesKeptBytesMax: 16_777_216,
      entriesKept: draws.oneOf('entries kept', [0, 10, 50]),
    },
  };
}
