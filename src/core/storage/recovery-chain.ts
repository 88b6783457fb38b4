import { FILE_CASES, caseOf, type FileSight } from './recovery-cases.js';
import type { Label } from './types.js';
import type { HeadSight } from './wal-format.js';

/** A file of the log as the listing and its first bytes show it. */
export interface WalFile {
  readonly path: string;
  readonly segment: number;
  readonly sizeBytes: number;
  readonly sight: HeadSight;
}

export const ADVICE = 'restore this disk or remove this server; do not delete the file to make it start';

/** Which files count, as far as it is known: each whole head says which file it follows on, the newest one begins. */
export interface Chain {
  /** Oldest first. */
  readonly files: readonly WalFile[];
  /** Files that nothing follows on. */
  readonly voids: readonly WalFile[];
  /** How many files, from the newest, have been judged. */
  readonly judged: number;
  /** The next file cannot be judged before it was searched for durable marks. */
  readonly undecided: WalFile | null;
  /** What that search found. */
  readonly hasMarks: boolean | null;
  /** One line: why not to start. */
  readonly refusal: string | null;
}

const START: Chain = { files: [], voids: [], judged: 0, undecided: null, hasMarks: null, refusal: null };

/**
 * Judges the files from the newest on.
 *
 * @param wals Ascending by number.
 * @param before How far this came until a search was needed, with its answer; null to begin.
 */
export function chooseChain(wals: readonly WalFile[], identity: Label, before: Chain | null): Chain {
  let { files, voids, judged, hasMarks } = before ?? START;
  for (; judged < wals.length; judged++) {
    const file = wals[wals.length - 1 - judged] as WalFile;
    const head = headOf(file, identity);
    const place = placeOf(file, files[0]);
    if (head === 'broken' && place === 'newest' && hasMarks === null)
      return { files, voids, judged, undecided: file, hasMarks: null, refusal: null };
    const { decision, because } = caseOf(FILE_CASES, { head, place, hasMarks: hasMarks ?? false });
    hasMarks = null;
    if (decision === 'refuse') return { ...START, refusal: refusalOf(file, head, because, identity) };
    if (decision === 'use') files = [file, ...files];
    else voids = [...voids, file];
  }
  return { files, voids, judged, undecided: null, hasMarks: null, refusal: null };
}

function headOf({ segment, sight }: WalFile, identity: Label): FileSight['head'] {
  if (sight.kind !== 'whole') return sight.kind;
  const isOurs = sight.identity.clusterId === identity.clusterId && sight.identity.nodeId === identity.nodeId;
  if (!isOurs) return 'foreign';
  if (sight.identity.system !== identity.system) return 'otherSystem';
  if (sight.identity.members.join() !== identity.members.join()) return 'otherMembers';
  return sight.head.segment === segment ? 'whole' : 'misnamed';
}

function placeOf(file: WalFile, follower: WalFile | undefined): FileSight['place'] {
  if (follower === undefined) return 'newest';
  return follower.sight.kind === 'whole' && follower.sight.head.previousSegment === file.segment ? 'named' : 'beside';
}

/** What a user can do about it differs: he named the wrong directory, the wrong servers, or has a damaged disk. */
function refusalOf(file: WalFile, head: FileSight['head'], because: string, ours: Label): string {
  const theirs = file.sight.kind === 'whole' ? file.sight.identity : ours;
  if (head === 'otherSystem')
    return `this directory belongs to a server of the system ${theirs.system}, not ${ours.system}: start that system on it, or name another directory`;
  if (head === 'otherMembers') {
    return (
      `this directory belongs to a cluster of the servers ${theirs.members.join(', ')}, and this start names ${ours.members.join(', ')}: ` +
      'the members are fixed when a cluster is founded, so name the same ones'
    );
  }
  return `${file.path}: ${because}${detailOf(file)}; ${ADVICE}`;
}

function detailOf({ sight }: WalFile): string {
  if (sight.kind === 'otherVersion') return ` (version ${sight.version})`;
  if (sight.kind === 'whole')
    return ` (cluster ${sight.identity.clusterId}, server ${sight.identity.nodeId}, segment ${sight.head.segment})`;
  return '';
}
