/** A file as a start would find it. Sectors that a disk can no longer read are there as zeros, and told apart. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether a read of some of these bytes would fail. Offsets in bytes, `to` exclusive. */
  isUnreadable(from: number, to: number): boolean;
}

/** What a start from some files comes to: the machine refuses them, or starts with what they say. */
export type StartOutlook =
  | { readonly kind: 'refuses'; readonly because: string }
  /**
   * `end`: how far the files reach, as a word that two starts share if and only if they remember the same; '' for nothing.
   * `remembered`: whatever the machine's own watchers need of it.
   */
  | { readonly kind: 'starts'; readonly end: string; readonly remembered: unknown };

/** Bytes of a file, `to` exclusive. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * What a machine that keeps files can say of them, for a host that damages disks on purpose: the simulator weighs damage by it,
 * so that it takes no more than a run promises to survive. It judges the machine, so it must not be the code by which the
 * machine itself recovers. All of it is pure.
 */
export interface Recovery {
  /** @param files All that a start would find, ascending by path. */
  judge(files: readonly FoundFile[]): StartOutlook;
  /** The part of a durable file in which a start is sure to notice any damage; null for none. */
  covered(path: string, bytes: Uint8Array): ByteSpan | null;
  /** Kinds of disk steps by which the machine writes what it keeps; one of them can be made to fail. */
  readonly writesBy: readonly ('append' | 'write')[];
  /** Whether a file holds a state whole. There are few of them, so damage that strikes anywhere strikes one in half of the cases. Absent: none does. */
  isSnapshot?(path: string): boolean;
  /** Those of `files` that a running machine in this state will leave there; it is about to remove the others. Absent: all. */
  left?(files: readonly FoundFile[], pristine: StartOutlook, state: unknown): readonly FoundFile[];
  /** Whether a file that this outlook does not rest on may come into force in the present life. Absent: none may. */
  isDraft?(path: string, outlook: StartOutlook): boolean;
  /** Whether an entry of a replicated log is among what is remembered. Absent: the machine has no such log. */
  holds?(remembered: unknown, index: number, term: number): boolean;
}
