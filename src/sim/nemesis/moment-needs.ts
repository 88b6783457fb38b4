import type { Hosted } from '../cluster/hosted.js';
import type { WorldMoment } from '../coverage/moments.js';
import type { RunOptions } from '../options/run-options.js';
import { lackingLine, type Capability } from './faults/needs.js';

/** What a system must be able to tell of itself before a run of it can come to a moment. One that is not listed needs nothing. */
const NEEDS: Readonly<Partial<Record<WorldMoment, Capability>>> = {
  'leader-crashed': 'leadership',
  'leader-slow': 'leadership',
  'leader-stopped-gracefully': 'leadership',
  'leader-isolated': 'leadership',
  'leader-paused': 'leadership',
  'leader-in-majority': 'leadership',
  'leader-in-minority': 'leadership',
  'next-leader-killed-too': 'leadership',
  'clients-cut-off-with-leader': 'leadership',
  'new-leader-isolated': 'leadership.hasCommitted',
  'leader-slept-past-its-lease': 'leadership.hasCommitted',
  'most-advanced-server-crashed': 'leadership.logEnd',
  'operator-chose-another': 'takeOver',
  'last-good-copy': 'recovery.holds',
  'durable-bytes-rotted': 'files',
  'disk-stalled': 'files',
  'disk-read-failed': 'files',
  'disk-write-failed': 'files',
  'disk-sync-dropped-pages': 'files',
  'disk-was-full': 'files',
  'disk-space-came-back': 'files',
  'sector-unreadable': 'files',
  'sector-stale': 'files',
  'write-misdirected': 'files',
  'lie-was-covered': 'files',
  'disk-lost': 'files',
  'old-disk-came-back': 'files',
  'directory-sync-kept-no-names': 'files',
  'synced-names-lost': 'files',
  'latent-rot': 'files',
  'disks-rotted-together': 'files',
};

/** Why no run with these options can ever come to a moment, in one line; null if one can. */
export function unreachable(moment: string, system: Hosted, options: RunOptions): string | null {
  const need = NEEDS[moment as WorldMoment];
  return need === undefined ? null : lackingLine(`the moment ${moment}`, [need], system, options);
}
