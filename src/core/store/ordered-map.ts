import sortedBTree from 'sorted-btree';

type Tree = typeof sortedBTree.default;

/** The package is CommonJS: for Node this import is its exports object, for test runners and bundlers its class. */
const exported: unknown = sortedBTree;
const BTree = typeof exported === 'function' ? (exported as Tree) : sortedBTree.default;

/** The order of bytes for ByteStrings, and the order of numbers for numbers. Never a locale. */
function compare<Key extends string | number>(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * An ordered map as a value: `with` and `without` give another map and leave this one as it was.
 *
 * A B+ tree that copies the nodes on the way to a change and shares all others, so a map of a million
 * keys costs a few small array copies for a change.
 */
export class OrderedMap<Key extends string | number, Value extends object> {
  /** Private for the engine too: what freezes or compares states by their fields leaves the tree alone. */
  readonly #tree: InstanceType<typeof BTree<Key, Value>>;

  private constructor(tree: InstanceType<typeof BTree<Key, Value>>) {
    this.#tree = tree;
  }

  static empty<Key extends string | number, Value extends object>(): OrderedMap<Key, Value> {
    return new OrderedMap(new BTree<Key, Value>(undefined, compare));
  }

  /** A map of these entries, whose keys ascend. */
  static of<Key extends string | number, Value extends object>(entries: [Key, Value][]): OrderedMap<Key, Value> {
    return new OrderedMap(new BTree<Key, Value>(entries, compare));
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: Key): Value | undefined {
    return this.#tree.get(key);
  }

  /** This map with `value` at `key`, whether or not something stood there. */
  with(key: Key, value: Value): OrderedMap<Key, Value> {
    const tree = this.#tree.clone();
    tree.set(key, value, true);
    return new OrderedMap(tree);
  }

  /** This map without `key`, which may be absent. */
  without(key: Key): OrderedMap<Key, Value> {
    const tree = this.#tree.clone();
    tree.delete(key);
    return new OrderedMap(tree);
  }

  /**
   * Calls `visit` for the entries from `from` on, in ascending order, until `visit` returns false.
   * `visit` only looks: this map is a value and can't change below it.
   */
  scan(from: Key | undefined, visit: (key: Key, value: Value) => boolean): void {
    const low = from === undefined ? this.#tree.minKey() : from;
    const high = this.#tree.maxKey();
    if (low === undefined || high === undefined) return;
    this.#tree.forRange(low, high, true, (key, value) => (visit(key, value) ? undefined : STOP));
  }
}

const STOP = { break: 0 } as const;
