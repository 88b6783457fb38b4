import { assert } from '../base/assert.js';

/**
 * What to do with everything that can be met in a directory after a crash or a stop: four tables, of files of the log,
 * of the mark of a clean stop, of places in the log, and of snapshots. Every sight matches exactly one case (tested). Names are stable.
 *
 * The line that runs through all of them: bytes that were once reported durable and cannot be read are never
 * passed over, because a promise was given on them (a vote, an acknowledgement) and another server may count on
 * it. Bytes of which no later record says that they were are cut: most likely nobody was told. How the two are told apart: docs/FORMATS.md.
 */
export interface Case<Sight, Decision extends string> {
  readonly name: string;
  readonly when: Partial<Sight>;
  readonly decision: Decision;
  readonly because: string;
}

/** A file of the log, met when all of them are looked at from the newest to the oldest. */
export interface FileSight {
  /** `foreign`: of another server or cluster. `misnamed`: its head says another number than its name.
   * `otherSystem`, `otherMembers`: ours, and founded as something else, or with other servers. */
  readonly head: 'whole' | 'broken' | 'foreign' | 'otherVersion' | 'misnamed' | 'otherSystem' | 'otherMembers';
  /** `newest`: no whole file was met yet. `named`: the one met last says that it follows on this one. `beside`: neither. */
  readonly place: 'newest' | 'named' | 'beside';
  /** Some record in it says that the file was once durable beyond its first flush. */
  readonly hasMarks: boolean;
}

export const FILE_CASES: readonly Case<FileSight, 'use' | 'void' | 'refuse'>[] = [
  { name: 'F1', when: { head: 'otherVersion' }, decision: 'refuse', because: 'it was written in another version of the format' },
  { name: 'F2', when: { head: 'foreign' }, decision: 'refuse', because: 'it belongs to another server' },
  { name: 'F3', when: { head: 'misnamed' }, decision: 'refuse', because: 'it was written under another name' },
  { name: 'F4', when: { head: 'whole', place: 'newest' }, decision: 'use', because: 'the log ends here' },
  { name: 'F5', when: { head: 'whole', place: 'named' }, decision: 'use', because: 'the file behind it says so' },
  { name: 'F6', when: { head: 'whole', place: 'beside' }, decision: 'void', because: 'nothing follows on it: its removal did not last' },
  {
    name: 'F7',
    when: { head: 'broken', place: 'named' },
    decision: 'refuse',
    because: 'its head is damaged, and the file behind it says that it was durable',
  },
  {
    name: 'F8',
    when: { head: 'broken', place: 'newest', hasMarks: true },
    decision: 'refuse',
    because: 'its head is damaged, and records in it say that it was durable',
  },
  {
    name: 'F9',
    when: { head: 'broken', place: 'newest', hasMarks: false },
    decision: 'void',
    because: 'a crash came while it was begun: nobody was told of anything in it',
  },
  {
    name: 'F10',
    when: { head: 'broken', place: 'beside' },
    decision: 'void',
    because: 'a crash came while it was begun, and a later life went on without it',
  },
  { name: 'F11', when: { head: 'otherSystem' }, decision: 'refuse', because: 'it belongs to a server of another system' },
  { name: 'F12', when: { head: 'otherMembers' }, decision: 'refuse', because: 'it belongs to a cluster of other servers' },
];

/** The mark of a clean stop, met when the chain of files is known. */
export interface CleanStopSight {
  /** `foreign`: of another server or cluster. */
  readonly file: 'whole' | 'broken' | 'foreign' | 'otherVersion';
  /** The file that it names: the `newest` of the chain, one that was `passed` by newer ones, or one that is `missing` though it would be newer than all. */
  readonly names: 'newest' | 'passed' | 'missing';
}

export const CLEAN_STOP_CASES: readonly Case<CleanStopSight, 'end' | 'void' | 'refuse'>[] = [
  { name: 'C1', when: { file: 'otherVersion' }, decision: 'refuse', because: 'it was written in another version of the format' },
  { name: 'C2', when: { file: 'foreign' }, decision: 'refuse', because: 'it belongs to another server' },
  {
    name: 'C3',
    when: { file: 'broken' },
    decision: 'refuse',
    because: 'it is damaged: nothing can tell any more whether the end of the log is all there',
  },
  { name: 'C4', when: { file: 'whole', names: 'newest' }, decision: 'end', because: 'the log ends where it says' },
  {
    name: 'C5',
    when: { file: 'whole', names: 'passed' },
    decision: 'void',
    because: 'a later life went on with the log: its removal did not last',
  },
  {
    name: 'C6',
    when: { file: 'whole', names: 'missing' },
    decision: 'refuse',
    because: 'the newest file of the log, which was durable when the server stopped in good order, is missing or damaged',
  },
];

/** A place in a file of the chain where a record may begin. */
export interface RecordSight {
  /** `end`: the file, or the part of it that counts, ends right here. `broken`: also cut short. */
  readonly bytes: 'whole' | 'broken' | 'end';
  /** The file behind this one, or the mark of a clean stop, says where this one ends. */
  readonly isEndDeclared: boolean;
  /** For broken bytes: a later record says that this place was durable. */
  readonly wasSynced: boolean;
  /** For a whole record: it fits on what all records before it add up to. */
  readonly follows: boolean;
}

export const RECORD_CASES: readonly Case<RecordSight, 'keep' | 'end' | 'cut' | 'refuse'>[] = [
  { name: 'R1', when: { bytes: 'whole', follows: true }, decision: 'keep', because: 'its bytes are those we wrote' },
  {
    name: 'R2',
    when: { bytes: 'whole', follows: false },
    decision: 'refuse',
    because: 'a record does not follow on what stands before it',
  },
  { name: 'R3', when: { bytes: 'end' }, decision: 'end', because: 'all records were read' },
  {
    name: 'R4',
    when: { bytes: 'broken', isEndDeclared: true },
    decision: 'refuse',
    because: 'a record is damaged or missing that was durable before the next file was begun, or when the server stopped in good order',
  },
  {
    name: 'R5',
    when: { bytes: 'broken', isEndDeclared: false, wasSynced: true },
    decision: 'refuse',
    because: 'a record is damaged that was durable before later ones were written',
  },
  {
    name: 'R6',
    when: { bytes: 'broken', isEndDeclared: false, wasSynced: false },
    decision: 'cut',
    because: 'the end of the log is not whole, and nothing behind it says that it was durable',
  },
];

/** A snapshot to begin with: the one that the log names, then older ones, then none at all. */
export interface SnapshotSight {
  /** `broken`: missing too. `none`: beginning with an empty state. `stranger`: another server's, version or number. */
  readonly file: 'whole' | 'broken' | 'none' | 'stranger';
  /** It says the same about itself as the log does. */
  readonly matches: boolean;
  /** No entry between it and the first one in the log is gone. */
  readonly reachesLog: boolean;
}

export const SNAPSHOT_CASES: readonly Case<SnapshotSight, 'use' | 'older' | 'refuse'>[] = [
  { name: 'S1', when: { file: 'whole', matches: true, reachesLog: true }, decision: 'use', because: 'the log goes on behind it' },
  {
    name: 'S2',
    when: { file: 'whole', matches: true, reachesLog: false },
    decision: 'refuse',
    because: 'the newest snapshot that can be read is too old: entries behind it are gone',
  },
  { name: 'S3', when: { file: 'whole', matches: false }, decision: 'older', because: 'the log says otherwise' },
  { name: 'S4', when: { file: 'broken' }, decision: 'older', because: 'it is missing or damaged' },
  { name: 'S5', when: { file: 'none', reachesLog: true }, decision: 'use', because: 'the log holds every entry from the first on' },
  {
    name: 'S6',
    when: { file: 'none', reachesLog: false },
    decision: 'refuse',
    because: 'no snapshot can be read, and the entries that it covered are gone',
  },
  { name: 'S7', when: { file: 'stranger' }, decision: 'refuse', because: 'it belongs to another server or another version' },
];

/** Whether a sight is one of those that a case is for. */
export function matches<Sight extends object>(sight: Sight, when: Partial<Sight>): boolean {
  return (Object.keys(when) as (keyof Sight)[]).every((field) => sight[field] === when[field]);
}

/** The case of a sight. The tables are complete, so there is one. */
export function caseOf<Sight extends object, Decision extends string>(
  cases: readonly Case<Sight, Decision>[],
  sight: Sight,
): Case<Sight, Decision> {
  const found = cases.find(({ when }) => matches(sight, when));
  assert(found !== undefined, 'a recovery table has a case for every sight');
  return found;
}
