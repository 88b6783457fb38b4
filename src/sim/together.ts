import type { Observer } from './observer.js';

/** Several observers as one: each hook calls those that have it, in their order. A hook that nobody has is absent. */
export function together(observers: readonly Observer[]): Observer {
  const joined: Observer = {};
  // The two hooks of every event are spelled out: passing on a list of arguments costs more than most watchers do.
  const steps = observers.filter((observer) => observer.onStep !== undefined);
  if (steps.length > 0) {
    joined.onStep = (atUs, node, input, before, after, effects) => {
      for (const observer of steps) observer.onStep?.(atUs, node, input, before, after, effects);
    };
  }
  const sends = observers.filter((observer) => observer.onSend !== undefined);
  if (sends.length > 0) {
    joined.onSend = (atUs, from, to, message, fate) => {
      for (const observer of sends) observer.onSend?.(atUs, from, to, message, fate);
    };
  }
  for (const hook of ['onEvent', 'onNote', 'onSynced', 'onCrash', 'onRestart', 'onStop', 'onHarm'] as const) joinRare(joined, observers, hook);
  return joined;
}

type RareHook = Exclude<keyof Observer, 'onStep' | 'onSend'>;

function joinRare(joined: Observer, observers: readonly Observer[], hook: RareHook): void {
  const having = observers.filter((observer) => observer[hook] !== undefined);
  if (having.length === 0) return;
  const all = (...facts: never[]): void => {
    for (const observer of having) (observer[hook] as (...facts: never[]) => void)(...facts);
  };
  (joined as Record<RareHook, (...facts: never[]) => void>)[hook] = all;
}
