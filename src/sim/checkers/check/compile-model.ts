import { inspect } from 'node:util';
import type { Timed } from '../history.js';
import { ILLEGAL, Interner, type CompiledModel, type Specification } from '../specification.js';
import { canonical, NoContent } from './canonical.js';
import { BadModel, type ClientOperation, type Model, type Outcome } from './model.js';

/** A user's operation as the search sees it. */
export interface TimedOperation<Input, Output> extends Timed {
  readonly source: ClientOperation<Input, Output>;
}

/** `step` offered a choice where none was expected: begin again, with sets of states. Never leaves this folder. */
export class ChoiceSeen extends Error {}

/** The states seen fill the memory that is allowed for them. Never leaves this folder. */
export class StatesFull extends Error {}

/** What a model's states may take in memory, by an estimate: their keys and a little for each. */
const STATES_BYTES_MAX = 512 * 1024 * 1024;
const STATE_BYTES = 200;

/**
 * Makes a user's model ready for the search: states, inputs and answers become small whole numbers, and each step is asked of the model
 * once.
 *
 * @param hasChoices Whether a state of the search is a set of states of the model: all in which the object may be after what was
 *   seen. So a model with choices has none for the search. The price is that reads are no observers, since an answer narrows the set.
 */
export function compileModel<State, Input, Output>(
  model: Model<State, Input, Output>,
  hasChoices: boolean,
): CompiledModel<TimedOperation<Input, Output>> {
  return {
    name: model.name ?? 'the object',
    forget: (operation) => ({
      ...operation,
      returnUs: null,
      source: { ...operation.source, return: null, output: undefined },
    }),
    specify: (operations, isQuotient) => {
      const states = new States(model, isQuotient ? model.observe?.(operations.map(({ source }) => source)) : undefined);
      const single = new SingleStates(model, operations, states, hasChoices);
      return hasChoices ? new SetsOfStates(single) : single;
    },
  };
}

type Comparable<State> = Pick<Model<State, never, unknown>, 'name' | 'key'>;

/** A model's states, each once. */
class States<State> {
  readonly #numbers = new Map<string, number>();
  readonly values: State[] = [];
  readonly #keys: string[] = [];
  #bytes = 0;
  readonly #model: Comparable<State>;
  readonly #representative: ((state: State) => State) | undefined;

  constructor(model: Comparable<State>, representative: ((state: State) => State) | undefined) {
    this.#model = model;
    this.#representative = representative;
  }

  numberOf(state: State): number {
    const value = this.#representative === undefined ? state : this.#representative(state);
    const key = this.#keyOf(value);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#bytes += STATE_BYTES + key.length * 2;
    if (this.#bytes > STATES_BYTES_MAX) throw new StatesFull();
    this.#numbers.set(key, this.values.length);
    this.#keys.push(key);
    return this.values.push(value) - 1;
  }

  /** A model that writes to the state that it was given would spoil what others still need of it. */
  checkUnchanged(number: number): void {
    if (this.#keyOf(this.values[number]!) !== this.#keys[number]) {
      throw new BadModel(`${nameOf(this.#model)}: step changed the state that it was given; it must return another one`);
    }
  }

  #keyOf(state: State): string {
    try {
      return canonical(this.#model.key === undefined ? state : this.#model.key(state));
    } catch (error) {
      if (!(error instanceof NoContent)) throw error;
      const what = this.#model.key === undefined ? 'its state' : 'the key of its state';
      const remedy = this.#model.key === undefined ? 'give the model a key(state) of plain data' : 'let key(state) return plain data';
      throw new BadModel(`${nameOf(this.#model)}: ${what} ${error.because}, so states cannot be compared; ${remedy}`);
    }
  }
}

/** A specification whose states are those of the model. */
class SingleStates<State, Input, Output> implements Specification {
  readonly initialState: number;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras = null;
  readonly values = null;
  readonly origins = null;
  readonly states: States<State>;
  readonly #model: Model<State, Input, Output>;
  readonly #operations: readonly TimedOperation<Input, Output>[];
  /** For each class the states after it, by the state before. */
  readonly #after: Map<number, readonly number[]>[] = [];
  readonly #answers: readonly (string | null)[];

  constructor(
    model: Model<State, Input, Output>,
    operations: readonly TimedOperation<Input, Output>[],
    states: States<State>,
    hasChoices: boolean,
  ) {
    const n = operations.length;
    this.#model = model;
    this.#operations = operations;
    this.states = states;
    this.initialState = states.numberOf(model.init());
    this.classes = new Int32Array(n);
    this.inputs = new Int32Array(n);
    this.observers = new Uint8Array(n);
    this.needless = new Uint8Array(n);
    const classes = new Interner<string>();
    const inputs = new Interner<string>();
    this.#answers = operations.map((operation, i) => {
      const { input, output } = operation.source;
      const isAnswered = operation.returnUs !== null;
      const inputText = contentOf(input) ?? `#${i}`;
      const answer = isAnswered ? this.#answerOf(output) : null;
      this.classes[i] = classes.numberOf(`${inputText} -> ${isAnswered ? (answer ?? `#${i}`) : '?'}`);
      // With choices an unanswered operation may do what an answered one of the same input did not.
      this.inputs[i] = inputs.numberOf(hasChoices && isAnswered ? `answered ${i}` : inputText);
      this.observers[i] = (!hasChoices || !isAnswered) && model.isRead?.(input) === true ? 1 : 0;
      return answer;
    });
    for (let c = 0; c < classes.keys.length; c++) this.#after.push(new Map());
  }

  step(state: number, i: number): number {
    const after = this.successors(state, i);
    if (after.length > 1) throw new ChoiceSeen();
    return after[0] ?? ILLEGAL;
  }

  /** The states that the object may be in after operation `i`, given its answer; ascending, each once. */
  successors(state: number, i: number): readonly number[] {
    const row = this.#after[this.classes[i]!]!;
    let after = row.get(state);
    if (after === undefined) {
      after = this.#ask(state, i);
      row.set(state, after);
    }
    return after;
  }

  describe(state: number): string {
    const value = this.states.values[state]!;
    return this.#model.describeState?.(value) ?? shown(value);
  }

  #ask(state: number, i: number): readonly number[] {
    const { source, returnUs } = this.#operations[i]!;
    const said = this.#model.step(this.states.values[state]!, source.input);
    const outcomes: readonly Outcome<State, Output>[] = Array.isArray(said)
      ? (said as readonly Outcome<State, Output>[])
      : [said as Outcome<State, Output>];
    const after = new Set<number>();
    for (const outcome of outcomes) {
      if (typeof outcome !== 'object' || outcome === null || !('state' in outcome)) {
        throw new BadModel(`${nameOf(this.#model)}: step must return { state, output } or an array of such, and returned ${shown(said)}`);
      }
      if (returnUs !== null && !this.#isAnswer(outcome.output, i)) continue;
      after.add(this.states.numberOf(outcome.state));
    }
    this.states.checkUnchanged(state);
    if (this.#model.isRead?.(source.input) === true && [...after].some((each) => each !== state)) {
      throw new BadModel(`${nameOf(this.#model)}: isRead says that ${shown(source.input)} changes no state, but step changed one`);
    }
    return [...after].sort((a, b) => a - b);
  }

  #isAnswer(output: Output, i: number): boolean {
    const { source } = this.#operations[i]!;
    if (this.#model.matches !== undefined) return this.#model.matches(output, source.output as Output);
    return this.#answerOf(output) === this.#answers[i];
  }

  #answerOf(output: Output | undefined): string | null {
    const content = contentOf(output);
    if (content !== null || this.#model.matches !== undefined) return content;
    throw new BadModel(
      `${nameOf(this.#model)}: the answer ${shown(output)} cannot be compared by content; give the model matches(output, answer)`,
    );
  }
}

/** A specification whose states are sets of states of the model. */
class SetsOfStates<State, Input, Output> implements Specification {
  readonly initialState: number;
  readonly classes: Int32Array;
  readonly inputs: Int32Array;
  readonly observers: Uint8Array;
  readonly needless: Uint8Array;
  readonly eras = null;
  readonly values = null;
  readonly origins = null;
  readonly #single: SingleStates<State, Input, Output>;
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [];
  readonly #after: Map<number, number>[] = [];
  #bytes = 0;

  constructor(single: SingleStates<State, Input, Output>) {
    this.#single = single;
    ({ classes: this.classes, inputs: this.inputs, observers: this.observers, needless: this.needless } = single);
    this.initialState = this.#numberOf([single.initialState]);
  }

  step(set: number, i: number): number {
    const row = (this.#after[this.classes[i]!] ??= new Map<number, number>());
    let after = row.get(set);
    if (after === undefined) {
      const union = new Set<number>();
      for (const state of this.#sets[set]!) for (const next of this.#single.successors(state, i)) union.add(next);
      after = union.size === 0 ? ILLEGAL : this.#numberOf([...union].sort((a, b) => a - b));
      row.set(set, after);
    }
    return after;
  }

  describe(set: number): string {
    return this.#sets[set]!.map((state) => this.#single.describe(state)).join(', or ');
  }

  #numberOf(set: readonly number[]): number {
    const key = set.join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#bytes += STATE_BYTES + key.length * 10;
    if (this.#bytes > STATES_BYTES_MAX) throw new StatesFull();
    this.#numbers.set(key, this.#sets.length);
    return this.#sets.push(set) - 1;
  }
}

/** A value on one line, for messages. */
export function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 6, maxArrayLength: 30, maxStringLength: 100 });
}

/** Null: no content that could be compared. */
function contentOf(value: unknown): string | null {
  try {
    return canonical(value);
  } catch (error) {
    if (error instanceof NoContent) return null;
    throw error;
  }
}

function nameOf(model: { readonly name?: string }): string {
  return `model ${model.name ?? 'without a name'}`;
}
