import type { Observer } from './observer.js';

type Hook = keyof Observer;
const HOOKS: readonly Hook[] = ['onStep', 'onSend', 'onNote', 'onSynced', 'onCrash', 'onRestart', 'onStop', 'onHarm'];

/** Several observers as one: each hook calls those that have it, in their order. A hook that nobody has is absent. */
export function together(observers: readonly Observer[]): Observer {
  const joined: Partial<Record<Hook, (...facts: never[]) => void>> = {};
  for (const hook of HOOKS) {
    const having = observers.filter((observer) => observer[hook] !== undefined);
    if (having.length === 0) continue;
    joined[hook] = (...facts) => {
      for (const observer of having) (observer[hook] as (...facts: never[]) => void)(...facts);
    };
  }
  return joined as Observer;
}
