/** What was walked before; being frozen is not enough, for a machine may freeze the outer shell itself. */
const walked = new WeakSet<object>();

/**
 * Freezes a value and everything in it that a program could write to by accident: plain objects and
 * arrays, at any depth. Objects of classes are left alone (they guard themselves, and some share
 * structure that they write to inside), and so are typed arrays, which cannot be frozen.
 */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || walked.has(value)) return;
  if (Array.isArray(value)) {
    walked.add(Object.freeze(value));
    for (const item of value) deepFreeze(item);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return;
  walked.add(Object.freeze(value));
  for (const item of Object.values(value)) deepFreeze(item);
}
