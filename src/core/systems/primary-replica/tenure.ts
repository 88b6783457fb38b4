import { byteStringOf } from '../../base/bytestring.js';
import { fail, ok } from '../../base/result.js';
import type { Kept } from '../../journal/kept.js';
import { ENTRY_COMMAND } from '../../journal/kept-store.js';
import { decodeStore, encodeStore } from '../../store/codec.js';
import type { Command, StoreResult } from '../../store/command.js';
import { applyCommand, openStore, type StoreOptions, type StoreState } from '../../store/store.js';
import { decodeCommand, commandBytes } from '../../wire/protobuf/command.js';
import { changeBetween, type KeyChange } from './copy.js';

/** What a server keeps: the store of a primary, and whether it still is one. A replica keeps nothing of what it copies. */
export interface Tenure {
  /** Promotions that came before. In generation 0 the options say who is the primary. */
  readonly generation: number;
  /** Without meaning in generation 0. */
  readonly isPrimary: boolean;
  readonly store: StoreState;
}

/** What a command gave, and what replicas must be told of it: null where no key changed. */
export interface Effected {
  readonly result: StoreResult;
  readonly change: KeyChange | null;
}

/*
 * TENURE IN A SNAPSHOT, version 1
 *
 *   offset  bytes  field
 *        0      1  version, 1
 *        1      1  1 for a primary, 0 for one that is none any more
 *        2      4  generation, little-endian
 *        6      n  the store, as store/codec.ts has it
 */
const VERSION = 1;
const HEAD_BYTES = 6;

/** A tenure as a journal keeps it: commands, and snapshots of the whole. */
export function keptTenure(options: StoreOptions): Kept<Tenure, Command, Effected> {
  return {
    first: { generation: 0, isPrimary: false, store: openStore(options) },
    apply: (tenure, index, command) => {
      const { state: store, result } = applyCommand(tenure.store, index, command);
      return { state: { ...tenure, store }, result: { result, change: changeBetween(tenure.store, store, command.key) } };
    },
    entryKind: ENTRY_COMMAND,
    encodeEntry: commandBytes,
    decodeEntry: decodeCommand,
    sizeOf: ({ store }) => store.keys.size,
    encodeState: ({ generation, isPrimary, store }) => {
      const stored = encodeStore(store);
      const bytes = new Uint8Array(HEAD_BYTES + stored.length);
      bytes.set([VERSION, isPrimary ? 1 : 0, generation & 255, (generation >>> 8) & 255, (generation >>> 16) & 255, generation >>> 24]);
      bytes.set(stored, HEAD_BYTES);
      return bytes;
    },
    decodeState: (bytes) => {
      const [version, primary = 0, a = 0, b = 0, c = 0, d = 0] = bytes;
      if (bytes.length < HEAD_BYTES || version !== VERSION || primary > 1) {
        return fail(
          `it does not begin as a snapshot of this system does: ${[...byteStringOf(bytes.subarray(0, 2))].map((each) => each.charCodeAt(0)).join(' ')}`,
        );
      }
      const store = decodeStore(bytes.subarray(HEAD_BYTES), options);
      return store.ok
        ? ok({ generation: (a | (b << 8) | (c << 16) | (d << 24)) >>> 0, isPrimary: primary === 1, store: store.value })
        : store;
    },
  };
}
