import { believedPageCache } from './engine/believed-page-cache.js';
import { busyLeader } from './engine/busy-leader.js';
import { clockFarBehindItself } from './simulator/clock-far-behind-itself.js';
import { conflictBeforeItsSync } from './engine/conflict-before-its-sync.js';
import { copyPutBackUnread } from './oracles/copy-put-back-unread.js';
import { copyPutBackWhileDown } from './oracles/copy-put-back-while-down.js';
import { cutAndCompacted } from './oracles/cut-and-compacted.js';
import { damageOnADirtyPage } from './simulator/damage-on-a-dirty-page.js';
import { draftUnderItsNewName } from './budget/draft-under-its-new-name.js';
import { forgottenPreVote } from './engine/forgotten-pre-vote.js';
import { fullOfHeartbeats } from './engine/full-of-heartbeats.js';
import { heartbeatAtZero } from './engine/heartbeat-at-zero.js';
import { lateAnswers } from './engine/late-answers.js';
import { lieAboutAnUnnamedFile } from './budget/lie-about-an-unnamed-file.js';
import { logOfARestartedLeader } from './oracles/log-of-a-restarted-leader.js';
import { lossBelowTheCache } from './budget/loss-below-the-cache.js';
import { patienceShorterThanAWrite } from './simulator/patience-shorter-than-a-write.js';
import type { Regression } from './regression.js';
import { rotBeforeARecoveryReads } from './budget/rot-before-a-recovery-reads.js';
import { rotWhileReading } from './engine/rot-while-reading.js';
import { snapshotTornFromItsCut } from './engine/snapshot-torn-from-its-cut.js';
import { stalledLeaderDisk } from './engine/stalled-leader-disk.js';
import { standInAboutToGo } from './budget/stand-in-about-to-go.js';
import { stoppedBehindTheHealing } from './simulator/stopped-behind-the-healing.js';
import { swallowedFrames } from './engine/swallowed-frames.js';

/** Failures of our own code, each made small, oldest first. Every one of them passes now. */
export const regressions: readonly Regression[] = [
  heartbeatAtZero,
  lateAnswers,
  forgottenPreVote,
  fullOfHeartbeats,
  believedPageCache,
  swallowedFrames,
  snapshotTornFromItsCut,
  stalledLeaderDisk,
  damageOnADirtyPage,
  stoppedBehindTheHealing,
  busyLeader,
  conflictBeforeItsSync,
  rotWhileReading,
  rotBeforeARecoveryReads,
  lieAboutAnUnnamedFile,
  lossBelowTheCache,
  copyPutBackWhileDown,
  logOfARestartedLeader,
  cutAndCompacted,
  patienceShorterThanAWrite,
  clockFarBehindItself,
  copyPutBackUnread,
  standInAboutToGo,
  draftUnderItsNewName,
];
