/** A text that stands exactly once in its file, and what is put in its place. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** One bug, or one harmless change, and where it is hunted. */
export interface Mutant {
  readonly name: string;
  readonly story: string;
  /** All of them together are the mutant. */
  readonly edits: readonly Edit[];
  /** The scenarios of the hunt, each lived with each seed. */
  readonly scenarios: readonly string[];
  /** It must be found with a seed of 1 .. seedsMax; a harmless change must pass all of them. */
  readonly seedsMax: number;
  /** Only these seeds are lived, and each of them must find it. Absent: from 1 until one does. */
  readonly seeds?: readonly number[];
  /** The property that must be the broken one. Absent: any. */
  readonly property?: string;
}
