import { namesOf } from './names-of.js';

/** The families of harm that strike disks. docs/FAULTS.md, section Disk, has a row for each. */
export const DISK_HARM_SENTENCES = {
  diskStall: 'No operation of a disk gets on, longer than an election may take; then all go on.',
  diskReadError: 'A recovery meets a read that fails, once.',
  diskWriteError: 'An append or write fails, and a part of its bytes may be in the file all the same.',
  diskSyncError: 'A sync fails, once, and has dropped the pages: the process sees them until the power goes, and they are not on the disk.',
  diskFull: 'A disk has hardly any space left; later space comes back.',
  diskUnreadable: 'A place that was promised to be kept cannot be read any more.',
  diskStale: 'A sync that ended well left a sector as it had been.',
  diskMisdirected: 'The same, and the new bytes are in the place of some other sector.',
  diskLoss: 'A disk and all that was on it is gone.',
  diskOldCopy: 'A disk is put back to what it held a while ago.',
  diskForgetsNames: 'For a while syncs of a directory end well and keep no name.',
} as const;

export const DISK_HARMS = namesOf(DISK_HARM_SENTENCES);

/** Those that go up to the very end of the budget (budget.ts). They have rows in the same table. */
export const BUDGET_HARM_SENTENCES = {
  latentRot: 'A bit flips anywhere in a durable file, and nobody reads it before the power goes, or it is gone.',
  rotTogether: 'At one moment bits flip on all disks, each in a file of its own.',
  rotToLastCopy: 'Of all disks that hold the newest committed entry, only one keeps a good copy.',
} as const;

export const BUDGET_HARMS = namesOf(BUDGET_HARM_SENTENCES);

export type DiskHarmName = (typeof DISK_HARMS)[number];
export type BudgetHarmName = (typeof BUDGET_HARMS)[number];
