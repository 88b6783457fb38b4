import fc from 'fast-check';
import { canonical } from '../../../../src/sim/checkers/check/canonical.js';
import type { ClientOperation, Model, Outcome } from '../../../../src/sim/checkers/check/model.js';

type History<Input, Output> = readonly ClientOperation<Input, Output>[];

function outcomesOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  state: State,
  input: Input,
): readonly Outcome<State, Output>[] {
  const said = model.step(state, input);
  return Array.isArray(said) ? (said as readonly Outcome<State, Output>[]) : [said as Outcome<State, Output>];
}

/** The definition, word for word and slow: some order that keeps the order of time and that the model explains. */
export function isLinearizableByDefinition<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): boolean {
  const left = new Set(history);
  const isSame = model.matches?.bind(model) ?? ((a: Output, b: Output) => canonical(a) === canonical(b));
  const go = (state: State): boolean => {
    if ([...left].every((one) => one.return === null)) return true;
    for (const next of [...left]) {
      if ([...left].some((other) => other.return !== null && other.return < next.call)) continue;
      left.delete(next);
      for (const { state: after, output } of outcomesOf(model, state, next.input)) {
        if (next.return !== null && !isSame(output, next.output as Output)) continue;
        if (go(after)) return true;
      }
      left.add(next);
    }
    return false;
  };
  return go(model.init());
}

const SPAN_MAX = 8;

/** Histories that the model made itself: each operation takes effect at one moment between its call and its return; some have no return. */
export function madeHistory<State, Input, Output>(
  model: Model<State, Input, Output>,
  input: fc.Arbitrary<Input>,
): fc.Arbitrary<History<Input, Output>> {
  const span = fc.integer({ min: 0, max: SPAN_MAX });
  const plan = fc.record({
    input,
    client: fc.integer({ min: 0, max: 2 }),
    wait: span,
    until: span,
    isLost: fc.boolean(),
    lost: fc.integer({ min: 0, max: 5 }),
    choice: fc.nat(9),
  });
  return fc.array(plan, { minLength: 1, maxLength: 8 }).map((plans) => {
    const free = [0, 0, 0];
    let names = 3;
    const clients = ['c0', 'c1', 'c2'];
    const timed = plans.map(({ wait, until, client, lost, ...rest }) => {
      const call = free[client]! + 1;
      const isUnknown = lost === 0;
      const ended = call + wait + until;
      free[client] = ended;
      const name = clients[client]!;
      if (isUnknown) clients[client] = `c${names++}`;
      return { ...rest, client: name, call, at: call + wait * (isUnknown ? 4 : 1), return: isUnknown ? null : ended };
    });
    timed.sort((a, b) => a.at - b.at);
    let state = model.init();
    const history: ClientOperation<Input, Output>[] = [];
    for (const { client, call, return: returned, choice, isLost, input: asked } of timed) {
      const outcomes = outcomesOf(model, state, asked);
      const outcome = outcomes[choice % Math.max(1, outcomes.length)];
      // What would have waited for ever was never called.
      if (outcome === undefined) continue;
      if (returned !== null || !isLost) ({ state } = outcome);
      history.push({ client, call, return: returned, input: asked, output: returned === null ? undefined : outcome.output });
    }
    return history;
  });
}

/** Changes an answer for that of another operation, or shifts an operation in time; or leaves all as it is. */
export const spoiled: fc.Arbitrary<<Input, Output>(history: History<Input, Output>) => History<Input, Output>> = fc
  .array(fc.record({ which: fc.nat(99), from: fc.nat(99), shift: fc.integer({ min: -12, max: 12 }), isShift: fc.boolean() }), {
    maxLength: 3,
  })
  .map((changes) => (history) => {
    const after = [...history];
    const answered = after.map((_, i) => i).filter((i) => after[i]!.return !== null);
    if (answered.length === 0) return after;
    for (const { which, from, shift, isShift } of changes) {
      const i = answered[which % answered.length]!;
      const one = after[i]!;
      after[i] = isShift
        ? { ...one, client: `shifted ${i}`, call: one.call + shift, return: one.return! + shift }
        : { ...one, output: after[answered[from % answered.length]!]!.output };
    }
    return after;
  });
