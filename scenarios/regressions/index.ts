import { believedPageCache } from './believed-page-cache.js';
import { busyLeader } from './busy-leader.js';
import { clockFarBehindItself } from './clock-far-behind-itself.js';
import { conflictBeforeItsSync } from './conflict-before-its-sync.js';
import { copyPutBackUnread } from './copy-put-back-unread.js';
import { copyPutBackWhileDown } from './copy-put-back-while-down.js';
import { cutAndCompacted } from './cut-and-compacted.js';
import { damageOnADirtyPage } from './damage-on-a-dirty-page.js';
import { draftUnderItsNewName } from './draft-under-its-new-name.js';
import { forgottenPreVote } from './forgotten-pre-vote.js';
import { fullOfHeartbeats } from './full-of-heartbeats.js';
import { heartbeatAtZero } from './heartbeat-at-zero.js';
import { lateAnswers } from './late-answers.js';
import { lieAboutAnUnnamedFile } from './lie-about-an-unnamed-file.js';
import { logOfARestartedLeader } from './log-of-a-restarted-leader.js';
import { lossBelowTheCache } from './loss-below-the-cache.js';
import { patienceShorterThanAWrite } from './patience-shorter-than-a-write.js';
import type { Regression } from './regression.js';
import { rotBeforeARecoveryReads } from './rot-before-a-recovery-reads.js';
import { rotWhileReading } from './rot-while-reading.js';
import { snapshotTornFromItsCut } from './snapshot-torn-from-its-cut.js';
import { stalledLeaderDisk } from './stalled-leader-disk.js';
import { standInAboutToGo } from './stand-in-about-to-go.js';
import { stoppedBehindTheHealing } from './stopped-behind-the-healing.js';
import { swallowedFrames } from './swallowed-frames.js';

/** Failures of our own code, each made small, oldest first. Every one of them passes now. */
export const regressions: readonly Regression[] = [
  heartbeatAtZero, lateAnswers, forgottenPreVote, fullOfHeartbeats, believedPageCache, swallowedFrames, snapshotTornFromItsCut,
  stalledLeaderDisk, damageOnADirtyPage, stoppedBehindTheHealing, busyLeader, conflictBeforeItsSync, rotWhileReading,
  rotBeforeARecoveryReads, lieAboutAnUnnamedFile, lossBelowTheCache,
  copyPutBackWhileDown, logOfARestartedLeader, cutAndCompacted, patienceShorterThanAWrite,
  clockFarBehindItself, copyPutBackUnread, standInAboutToGo, draftUnderItsNewName,
];
