/** A place in a replicated log. */
export interface LogPlace {
  readonly index: number;
  /** The term of the entry there. */
  readonly term: number;
}

/**
 * What a system can tell of who leads it, for faults that aim at leaders. `leads` alone serves most of them; what else a fault
 * needs it names, and a run that asks for it of a system that cannot tell is refused. All are asked of servers that are up.
 */
export interface Leadership<State = unknown> {
  /** null for a server that does not lead; else a number that is higher for a later leader, such as its term. */
  leads(state: State): number | null;
  /** Whether a server that leads has committed anything as the leader of its present term. */
  hasCommitted?(state: State): boolean;
  /** The term in which a server stands for election; null if it does not. */
  stands?(state: State): number | null;
  /** The server that has this one's vote in a term; null if none has. */
  votedFor?(state: State, term: number): number | null;
  /** Where its log ends; null while it has none to show. The later term is the more up to date, then the higher index. */
  logEnd?(state: State): LogPlace | null;
  /** The newest entry that it knows to be committed; null for none. */
  committed?(state: State): LogPlace | null;
  /** Whether an entry is in its log. */
  hasEntry?(state: State, place: LogPlace): boolean;
}
