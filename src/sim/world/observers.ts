import type { Observer } from './observer.js';

/** Several observers as one: each hook calls those that have it, in their order. A hook that nobody has is absent. */
export function together(observers: readonly Observer[]): Observer {
  const joined: Observer = {};
  // The two hooks of every event are spelled out: passing on a list of arguments costs more than most watchers do.
  const steps = observers.filter((observer) => observer.onStep !== undefined);
  if (steps.length > 0) joined.onStep = steps.length === 2 ? stepOfTwo(steps[0] as Observer, steps[1] as Observer) : stepOf(steps);
  const sends = observers.filter((observer) => observer.onSend !== undefined);
  if (sends.length > 0) {
    joined.onSend = (atUs, from, to, message, fate) => {
      for (const observer of sends) observer.onSend?.(atUs, from, to, message, fate);
    };
  }
  for (const hook of ['onEvent', 'onNote', 'onSynced', 'onCrash', 'onStop', 'onWorldEvent'] as const) joinRare(joined, observers, hook);
  return joined;
}

type OnStep = NonNullable<Observer['onStep']>;

function stepOf(steps: readonly Observer[]): OnStep {
  return (atUs, node, input, before, after, effects) => {
    for (const observer of steps) observer.onStep?.(atUs, node, input, before, after, effects);
  };
}

/** As many look at the steps of an ordinary run, the same two kinds in each: called by name, they can be compiled into their caller. */
function stepOfTwo(first: Observer, second: Observer): OnStep {
  return (atUs, node, input, before, after, effects) => {
    first.onStep?.(atUs, node, input, before, after, effects);
    second.onStep?.(atUs, node, input, before, after, effects);
  };
}

type RareHook = Exclude<keyof Observer, 'onStep' | 'onSend'>;

function joinRare(joined: Observer, observers: readonly Observer[], hook: RareHook): void {
  const having = observers.filter((observer) => observer[hook] !== undefined);
  if (having.length === 0) return;
  if (having.length === 1) {
    const [only] = having as [Observer];
    (joined as Record<RareHook, unknown>)[hook] = (only[hook] as (...facts: never[]) => void).bind(only);
    return;
  }
  const all = (...facts: never[]): void => {
    for (const observer of having) (observer[hook] as (...facts: never[]) => void)(...facts);
  };
  (joined as Record<RareHook, (...facts: never[]) => void>)[hook] = all;
}
