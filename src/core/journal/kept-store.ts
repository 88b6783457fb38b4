import { decodeStore, encodeStore } from '../store/codec.js';
import type { Command, StoreResult } from '../store/command.js';
import { applyCommand, openStore, type StoreOptions, type StoreState } from '../store/store.js';
import { commandBytes, decodeCommand } from '../wire/protobuf/command.js';
import type { Kept } from './kept.js';

/** Commands in a log are of this kind, in every system: `seedstorm wal` can then read them. */
export const ENTRY_COMMAND = 1;

/** The versioned store with its sessions, kept as the commands that made it. */
export function keptStore(options: StoreOptions): Kept<StoreState, Command, StoreResult> {
  return {
    first: openStore(options),
    apply: applyCommand,
    entryKind: ENTRY_COMMAND,
    encodeEntry: commandBytes,
    decodeEntry: decodeCommand,
    encodeState: encodeStore,
    sizeOf: ({ keys }) => keys.size,
    decodeState: (bytes) => decodeStore(bytes, options),
  };
}
