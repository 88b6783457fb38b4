/** The keys of a store as another server holds them: written with the versions that they have elsewhere. */
import { EMPTY, type ByteString } from '../../base/bytestring.js';
import { versionedValue, type VersionedValue } from '../../store/cells.js';
import { Hasher, hexOf } from '../../store/digest.js';
import { OrderedMap } from '../../store/ordered-map.js';
import { openStore, type StoreOptions, type StoreState } from '../../store/store.js';
import type { Change } from '../../wire/text/lines.js';
import type { Entry } from './messages.js';

/** What stands at which key, ascending. */
export type Keys = OrderedMap<ByteString, VersionedValue>;

/** A store of these entries, whose keys ascend. */
export function storeOf(options: StoreOptions, entries: readonly Entry[]): StoreState {
  const cells = entries.map(({ key, version, value }) => versionedValue(key, value, version));
  let laneA = 0;
  let laneB = 0;
  for (const cell of cells) {
    laneA = (laneA + cell.laneA) | 0;
    laneB = (laneB + cell.laneB) | 0;
  }
  const keys: Keys = OrderedMap.of(entries.map(({ key }, at) => [key, cells[at] as VersionedValue]));
  return { ...openStore(options), keys, laneA, laneB };
}

/** The store after a change that another server made, with the version that it gave. */
export function withChange(store: StoreState, change: Change, version: number): StoreState {
  const before = store.keys.get(change.key);
  const after = change.op === 'set' ? versionedValue(change.key, change.value, version) : undefined;
  const keys = after === undefined ? store.keys.without(change.key) : store.keys.with(change.key, after);
  return {
    ...store,
    keys,
    laneA: (store.laneA + (after?.laneA ?? 0) - (before?.laneA ?? 0)) | 0,
    laneB: (store.laneB + (after?.laneB ?? 0) - (before?.laneB ?? 0)) | 0,
  };
}

/** A change with the version that the key has after it, 0 when it is gone. */
export interface KeyChange {
  readonly change: Change;
  readonly version: number;
}

/** What became of `key` between two states of one primary, of which at most that key differs; null when nothing did. */
export function changeBetween(before: StoreState, after: StoreState, key: ByteString): KeyChange | null {
  if (before.keys === after.keys) return null;
  const cell = after.keys.get(key);
  if (cell === undefined) return { change: { op: 'delete', key }, version: 0 };
  return { change: { op: 'set', key, value: cell.value }, version: cell.version };
}

/**
 * At most `bytesMax` of keys and values behind a key, one entry at least.
 *
 * @param behind null: from the first key on.
 */
export function entriesBehind(
  keys: Keys,
  behind: ByteString | null,
  bytesMax: number,
): { readonly entries: readonly Entry[]; readonly isLast: boolean } {
  const entries: Entry[] = [];
  let sizeBytes = 0;
  let isLast = true;
  keys.scan(behind ?? EMPTY, (key, { value, version }) => {
    if (key === behind) return true;
    sizeBytes += key.length + value.length;
    if (entries.length > 0 && sizeBytes > bytesMax) {
      isLast = false;
      return false;
    }
    entries.push({ key, version, value });
    return true;
  });
  return { entries, isLast };
}

/** A fingerprint of the keys alone, 16 hex digits: equal on a primary and on its replicas at the same place. A walk over all keys. */
export function keysDigest(keys: Keys): string {
  let laneA = 0;
  let laneB = 0;
  keys.scan(undefined, (_key, cell) => {
    laneA = (laneA + cell.laneA) | 0;
    laneB = (laneB + cell.laneB) | 0;
    return true;
  });
  const hasher = new Hasher(laneA, laneB);
  hasher.number(keys.size);
  hasher.end();
  return hexOf(hasher.laneA, hasher.laneB);
}
