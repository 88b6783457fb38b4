import sortedBTree from 'sorted-btree';

type Tree = typeof sortedBTree.default;

/** The package is CommonJS: for Node this import is its exports object, for test runners and bundlers its class. */
const exported: unknown = sortedBTree;
const BTree = typeof exported === 'function' ? (exported as Tree) : sortedBTree.default;

/** The order of bytes for ByteStrings, and the order of numbers for numbers. Never a locale. */
function compare<Key extends string | number>(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Up to so many entries two plain arrays are copied faster than a tree is. */
const SMALL_MAX = 32;

type Entries<Key extends string | number, Value extends object> = InstanceType<typeof BTree<Key, Value>>;

/**
 * An ordered map as a value: `with` and `without` give another map and leave this one as it was.
 *
 * A small map is two arrays in step, copied with each change (a new value shares the array of keys). A
 * larger one is a B+ tree that copies the nodes on the way to a change and shares all others, so a map
 * of a million keys costs a few small array copies for a change.
 */
export class OrderedMap<Key extends string | number, Value extends object> {
  // Private for the engine too: what freezes or compares states by their fields leaves them alone.
  readonly #keys: readonly Key[];
  readonly #values: readonly Value[];
  /** null while the map is small; then the arrays hold everything. */
  readonly #tree: Entries<Key, Value> | null;
  /** The key that was looked up last, and its place: as a rule the next one to be changed. Says nothing that a search would not. */
  #soughtKey: Key | undefined = undefined;
  #soughtAt = 0;

  private constructor(keys: readonly Key[], values: readonly Value[], tree: Entries<Key, Value> | null) {
    this.#keys = keys;
    this.#values = values;
    this.#tree = tree;
  }

  static empty<Key extends string | number, Value extends object>(): OrderedMap<Key, Value> {
    return new OrderedMap<Key, Value>([], [], null);
  }

  /** A map of these entries, whose keys ascend. */
  static of<Key extends string | number, Value extends object>(entries: [Key, Value][]): OrderedMap<Key, Value> {
    if (entries.length > SMALL_MAX) return new OrderedMap<Key, Value>([], [], new BTree<Key, Value>(entries, compare));
    return new OrderedMap(
      entries.map(([key]) => key),
      entries.map(([, value]) => value),
      null,
    );
  }

  get size(): number {
    return this.#tree === null ? this.#keys.length : this.#tree.size;
  }

  get(key: Key): Value | undefined {
    if (this.#tree !== null) return this.#tree.get(key);
    const at = placeOf(this.#keys, key);
    this.#soughtKey = key;
    this.#soughtAt = at;
    return isAt(this.#keys, at, key) ? this.#values[at] : undefined;
  }

  /** This map with `value` at `key`, whether or not something stood there. */
  with(key: Key, value: Value): OrderedMap<Key, Value> {
    if (this.#tree !== null) {
      const tree = this.#tree.clone();
      tree.set(key, value, true);
      return new OrderedMap(this.#keys, this.#values, tree);
    }
    const at = key === this.#soughtKey ? this.#soughtAt : placeOf(this.#keys, key);
    if (isAt(this.#keys, at, key)) {
      const values = this.#values.slice();
      values[at] = value;
      return new OrderedMap(this.#keys, values, null);
    }
    const keys = this.#keys.toSpliced(at, 0, key);
    const values = this.#values.toSpliced(at, 0, value);
    if (keys.length <= SMALL_MAX) return new OrderedMap(keys, values, null);
    return OrderedMap.of(keys.map((each, i): [Key, Value] => [each, values[i] as Value]));
  }

  /** This map without `key`, which may be absent. */
  without(key: Key): OrderedMap<Key, Value> {
    if (this.#tree !== null) {
      const tree = this.#tree.clone();
      tree.delete(key);
      return new OrderedMap(this.#keys, this.#values, tree);
    }
    const at = placeOf(this.#keys, key);
    if (this.#keys[at] !== key) return this;
    return new OrderedMap(this.#keys.toSpliced(at, 1), this.#values.toSpliced(at, 1), null);
  }

  /**
   * Calls `visit` for the entries from `from` on, in ascending order, until `visit` returns false.
   * `visit` only looks: this map is a value and can't change below it.
   */
  scan(from: Key | undefined, visit: (key: Key, value: Value) => boolean): void {
    if (this.#tree === null) {
      for (let at = from === undefined ? 0 : placeOf(this.#keys, from); at < this.#keys.length; at++) {
        if (!visit(this.#keys[at] as Key, this.#values[at] as Value)) return;
      }
      return;
    }
    const low = from === undefined ? this.#tree.minKey() : from;
    const high = this.#tree.maxKey();
    if (low === undefined || high === undefined) return;
    this.#tree.forRange(low, high, true, (key, value) => (visit(key, value) ? undefined : STOP));
  }
}

const STOP = { break: 0 } as const;

/**
 * The position of the first key that is not below `key`; the length where all are. Two loops that look alike, so that
 * each compares things of one kind only: an engine (V8) that met texts and numbers in one place asks each time which it is.
 */
function placeOf<Key extends string | number>(keys: readonly Key[], key: Key): number {
  return typeof key === 'number' ? placeOfNumber(keys as readonly number[], key) : placeOfText(keys as readonly string[], key);
}

/** One kind at a time, as in {@link placeOf}. */
function isAt<Key extends string | number>(keys: readonly Key[], at: number, key: Key): boolean {
  if (at === keys.length) return false;
  return typeof key === 'number' ? (keys as readonly number[])[at] === key : (keys as readonly string[])[at] === key;
}

function placeOfNumber(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function placeOfText(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
