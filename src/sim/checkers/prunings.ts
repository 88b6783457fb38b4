/**
 * What the search leaves out. None changes a verdict; each has the reason why beside the code that does it.
 * They can be switched off one by one so that tests can hold every combination against the definition.
 */
export interface Prunings {
  /** One state for all that no operation can tell apart. */
  readonly quotient: boolean;
  /** A read that is legal now is linearized now. */
  readonly observers: boolean;
  /** Of equal operations only the first is tried. */
  readonly symmetry: boolean;
  /** Candidates in the order of their returns, else of their calls. */
  readonly byReturn: boolean;
  /** A configuration that used more unknown outcomes than an equal one is a dead end. */
  readonly dominance: boolean;
  /** A version or value that never comes back is left only when all that needs it is linearized. */
  readonly eras: boolean;
  /** An unknown outcome takes effect only just before somebody needs it. */
  readonly need: boolean;
  /** What was found must have been left by somebody: one look over the history, before any search. */
  readonly origins: boolean;
  /** Objects with unique values are judged by their zones, without a search. */
  readonly zones: boolean;
}

export const ALL_PRUNINGS: Prunings = {
  quotient: true,
  observers: true,
  symmetry: true,
  byReturn: true,
  dominance: true,
  eras: true,
  need: true,
  origins: true,
  zones: true,
};
