/** What is to be done when a signal is given, by signal. */
const acts = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Does something when a signal is given, at most once. One signal may be handed to thousands of calls at once, and Node warns of a
 * leak at the eleventh listener: so all of them share one.
 *
 * @returns Takes it back.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => undefined;
  const known = acts.get(signal);
  const waiting = known ?? new Set<() => void>();
  // Two calls may hand over one function.
  const own = (): void => act();
  waiting.add(own);
  if (known === undefined) {
    acts.set(signal, waiting);
    signal.addEventListener('abort', fire, { once: true });
  }
  return () => {
    if (!waiting.delete(own) || waiting.size > 0) return;
    acts.delete(signal);
    signal.removeEventListener('abort', fire);
  };
}

function fire(this: AbortSignal): void {
  const waiting = acts.get(this);
  acts.delete(this);
  for (const act of waiting ?? []) act();
}
