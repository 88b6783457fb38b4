/** Where two values part, and what stands there in each. */
export interface Parting {
  /** Fields and positions from the outside in, such as ".raft.votedFor" or "[2].term"; empty for the values themselves. */
  readonly path: string;
  readonly values: readonly [unknown, unknown];
}

/**
 * Compares values of two lives, deeply, and finds the first place where they part. Maps and sets are alike only
 * in the same order, since iteration shows it. Objects of classes and functions count as alike: some share
 * structure that later steps write to, so that how they were at the time can no longer be read from them.
 *
 * Pairs of objects found alike are remembered, so that states which share most of their parts with
 * those before them cost only what is new in them.
 */
export class Likeness {
  readonly #alike = new WeakMap<object, object>();

  /** null when they are alike. */
  parting(one: unknown, other: unknown): Parting | null {
    if (Object.is(one, other)) return null;
    if (!isObject(one) || !isObject(other))
      return typeof one === 'function' && typeof other === 'function' ? null : { path: '', values: [one, other] };
    if (this.#alike.get(one) === other) return null;
    const parting = this.#inside(one, other);
    if (parting === null) this.#alike.set(one, other);
    return parting;
  }

  #inside(one: object, other: object): Parting | null {
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return { path: '', values: [one, other] };
    if (Array.isArray(one)) return this.#inList(one, other as readonly unknown[]);
    if (one instanceof Uint8Array) return this.#inList(one, other as Uint8Array);
    if (one instanceof Map)
      return this.#inList([...one.entries()].flat(), [...(other as Map<unknown, unknown>).entries()].flat(), ' entries in order');
    if (one instanceof Set) return this.#inList([...one.values()], [...(other as Set<unknown>).values()], ' members in order');
    return isPlain(one) ? this.#inFields(one, other as Readonly<Record<string, unknown>>) : null;
  }

  #inList(one: ArrayLike<unknown>, other: ArrayLike<unknown>, how = ''): Parting | null {
    const shared = Math.min(one.length, other.length);
    for (let at = 0; at < shared; at++) {
      const parting = this.parting(one[at], other[at]);
      if (parting !== null) return { ...parting, path: `${how}[${at}]${parting.path}` };
    }
    return one.length === other.length ? null : { path: `${how}.length`, values: [one.length, other.length] };
  }

  #inFields(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): Parting | null {
    const names = Object.keys(one);
    const others = Object.keys(other);
    for (let at = 0; at < Math.max(names.length, others.length); at++) {
      if (names[at] !== others[at]) return { path: ` fields in order[${at}]`, values: [names[at], others[at]] };
      const name = names[at] as string;
      const parting = this.parting(one[name], other[name]);
      if (parting !== null) return { ...parting, path: `.${name}${parting.path}` };
    }
    return null;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
