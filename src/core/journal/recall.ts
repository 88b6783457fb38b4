import { fail, ok, type Result } from '../base/result.js';
import type { LogIndex } from '../base/units.js';
import type { Recovered } from '../storage/storage.js';
import type { Kept } from './kept.js';

/** What a disk remembered, brought back to the state that it stands for. All of it is durable. */
export interface Recalled<State> {
  readonly state: State;
  /** Of the last entry, 0 for none. */
  readonly lastIndex: LogIndex;
  readonly snapshotIndex: LogIndex;
  /** Bytes of that snapshot, and of the entries behind it. */
  readonly snapshotBytes: number;
  readonly entriesBytes: number;
  /** The directory was empty: this server has never promised anything. */
  readonly isFresh: boolean;
  /** One line for each thing worth telling, such as a torn tail that was cut. */
  readonly notes: readonly string[];
}

/** Replays what was recovered: the snapshot, then every entry behind it. */
export function recall<State, Entry, Outcome>(kept: Kept<State, Entry, Outcome>, recovered: Recovered): Result<Recalled<State>, string> {
  const { snapshot, entries, isFresh, notes } = recovered;
  const snapshotIndex = (snapshot === null ? 0 : snapshot.lastIndex) as LogIndex;
  let state = kept.first;
  let lastIndex = snapshotIndex;
  let entriesBytes = 0;
  if (snapshot !== null) {
    const decoded = kept.decodeState(snapshot.data);
    if (!decoded.ok)
      return fail(`the snapshot up to entry ${snapshotIndex} cannot be read: ${decoded.problem}; restore this server's data directory`);
    state = decoded.value;
  }
  for (const { index, kind, payload } of entries) {
    // Entries before the snapshot may still stand in the log.
    if (index <= snapshotIndex) continue;
    const decoded: Result<Entry, string> =
      kind === kept.entryKind ? kept.decodeEntry(payload) : fail(`its kind is ${kind}, not ${kept.entryKind}`);
    if (!decoded.ok) {
      return fail(
        `entry ${index} of the log cannot be read: ${decoded.problem}; was this directory written by another system or a newer version?`,
      );
    }
    state = kept.apply(state, index, decoded.value).state;
    lastIndex = index;
    entriesBytes += payload.length;
  }
  return ok({ state, lastIndex, snapshotIndex, snapshotBytes: snapshot?.data.length ?? 0, entriesBytes, isFresh, notes });
}
