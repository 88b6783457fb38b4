/**
 * A MODEL: what an object does when one client uses it alone. {@link check} decides whether what many clients saw at
 * once could have come from it. A first-in-first-out queue, whole:
 *
 * ```ts
 * type Input = { kind: 'push'; item: string } | { kind: 'pop' };
 *
 * const queue: Model<readonly string[], Input, string | null> = {
 *   init: () => [],
 *   step: (items, input) =>
 *     input.kind === 'push' ? { state: [...items, input.item], output: null } : { state: items.slice(1), output: items[0] ?? null },
 * };
 * ```
 *
 * `init` and `step` are all that is needed. The rest makes a check faster or its words better, and never changes a verdict
 * as long as it keeps what it says. `register`, `kv`, `lock` and `text` (examples.ts) are models like any other.
 */
export interface Model<State, Input, Output> {
  /** How messages call the object; `'the object'` without one. */
  readonly name?: string;

  /** The state in which a history begins. */
  init(): State;

  /**
   * What one operation does: the state after it, and the answer. Pure: it never changes `state`, and the same state and
   * input give the same result. Plain data, arrays, Map, Set, bigint and bytes are compared by content; a state that holds
   * anything else, such as instances of a class, needs {@link key}.
   *
   * An array offers a choice (`pop` may take any item); an empty array means that the operation cannot happen in this state
   * (a call that waits until a lock is free).
   */
  step(state: State, input: Input): Outcome<State, Output> | readonly Outcome<State, Output>[];

  /**
   * The part of the object that the operation touches, such as its key. Each part begins in `init()` and is judged alone, which is
   * the greatest saving there is; so no operation may see or change two parts. Without it there is one part.
   */
  partition?(input: Input): string;

  /** True for an input that changes no state, whatever the state: a read. A check that sees it change one throws {@link BadModel}. */
  isRead?(input: Input): boolean;

  /**
   * Whether a client that was answered `answer` may have met `output`, the answer of {@link step}. Without it: whether they are
   * equal by content. For answers that tell less than the model knows, or that hold what nobody can foresee.
   */
  matches?(output: Output, answer: Output): boolean;

  /** What counts of a state, as plain data: two states with equal keys must be one state to every operation. Without it: all of it. */
  key?(state: State): unknown;

  /**
   * Given all operations of one part: a function from a state to one that stands for it, where no operation here can tell the two apart
   * nor any states that they lead to. Register: every value that nobody read can be one and the same.
   */
  observe?(operations: readonly ClientOperation<Input, Output>[]): (state: State) => State;

  /** A state in a few words, for messages. */
  describeState?(state: State): string;

  /** An operation in a few words, for messages; `output` is undefined when no answer came. */
  describeOperation?(input: Input, output: Output | undefined): string;
}

/** What {@link Model.step} gives. */
export interface Outcome<State, Output> {
  readonly state: State;
  readonly output: Output;
}

/**
 * One operation of one client. Two of which neither returned before the other was called may have happened in any order;
 * equal moments overlap, so a clock that is too coarse never invents a failure.
 *
 * An operation that certainly did nothing and saw nothing does not belong into a history.
 */
export interface ClientOperation<Input, Output> {
  /** Who did it. Until an operation of a client has returned, or is given up without an answer, that client begins no other. */
  readonly client: string | number;
  /** When it was called: a moment of any one clock, in any unit. All of one history are of the same clock. */
  readonly call: number;
  /** When the answer came, not before `call`; null when none came: it may take effect at any moment after its call, or never. */
  readonly return: number | null;
  readonly input: Input;
  /** The answer. Undefined, or left out, when none came. */
  readonly output?: Output | undefined;
}

/** A model that contradicts itself, or whose states cannot be compared. The message says what to change. */
export class BadModel extends Error {
  override readonly name = 'BadModel';
}

/** A history that no clients can have had, such as a return before its call. The message names the operation by its place, from 0. */
export class BadHistory extends Error {
  override readonly name = 'BadHistory';
}
