/**
 * The objects that `seedstorm check --model` knows, as models like anyone's: to judge a history in memory with {@link check}, and to
 * read before writing one. The command itself, and the judges of simulated runs, use faster tables made by hand of the same objects.
 */
import type { Model } from './model.js';

export type RegisterInput =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly value: string }
  /** Writes `value` if the present one is `expected`; null is a register that was never written. */
  | { readonly kind: 'cas'; readonly expected: string | null; readonly value: string };

/** What a read found; of a cas whether it wrote. */
export type RegisterOutput =
  | { readonly kind: 'found'; readonly value: string | null }
  | { readonly kind: 'written' }
  | { readonly kind: 'refused' };

/** One value, null at first. */
export const register: Model<string | null, RegisterInput, RegisterOutput> = {
  name: 'register',
  init: () => null,
  step: (now, input) => {
    if (input.kind === 'read') return { state: now, output: { kind: 'found', value: now } };
    const isRefused = input.kind === 'cas' && input.expected !== now;
    return isRefused ? { state: now, output: { kind: 'refused' } } : { state: input.value, output: { kind: 'written' } };
  },
  isRead: (input) => input.kind === 'read',
  observe: (operations) => {
    const seen = new Set<string | null>(
      operations.flatMap(({ input, output }) => {
        if (input.kind === 'cas') return [input.expected];
        return output?.kind === 'found' ? [output.value] : [];
      }),
    );
    let unseen: string | null = null;
    // All values that nobody saw or expected are one: the first of them.
    return (now) => (now === null || seen.has(now) ? now : (unseen ??= now));
  },
};

export type KeyValueInput =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  /** Writes if the key has this version; 0: if there is no such key. */
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly version: number };

/** `version`: of a get the read one, of a write the new one, of a delete the deleted one, of a conflict the present one; left out when the answer did not tell it. */
export type KeyValueOutput =
  | { readonly kind: 'ok'; readonly value?: string; readonly version?: number }
  | { readonly kind: 'noKey' }
  | { readonly kind: 'versionConflict'; readonly version?: number };

export interface KeyValueEntry {
  readonly value: string;
  readonly version: number;
}

/** Keys with values and versions, as the store of this project has them: the first write of a key makes version 1, each later one adds 1. */
export const kv: Model<KeyValueEntry | null, KeyValueInput, KeyValueOutput> = {
  name: 'kv',
  partition: ({ key }) => key,
  init: () => null,
  step: (entry, input) => {
    const version = entry?.version ?? 0;
    if (input.kind === 'get') return { state: entry, output: entry === null ? { kind: 'noKey' } : { kind: 'ok', ...entry } };
    if (input.kind === 'delete') return { state: null, output: entry === null ? { kind: 'noKey' } : { kind: 'ok', version } };
    if (input.kind === 'put' && input.version !== version) {
      return { state: entry, output: entry === null ? { kind: 'noKey' } : { kind: 'versionConflict', version } };
    }
    return { state: { value: input.value, version: version + 1 }, output: { kind: 'ok', version: version + 1 } };
  },
  isRead: (input) => input.kind === 'get',
  matches: (output, answer) => {
    if (output.kind === 'noKey' || answer.kind === 'noKey') return output.kind === answer.kind;
    const isSameValue = output.kind !== 'ok' || (answer.kind === 'ok' && output.value === answer.value);
    return output.kind === answer.kind && isSameValue && (answer.version === undefined || answer.version === output.version);
  },
};

export interface LockInput {
  readonly kind: 'acquire' | 'release';
  readonly owner: string;
  /** The lock's name; one lock without names may leave it out. */
  readonly key?: string;
}

/** A lock that one owner holds at a time, free at first (null). Its owner is refused a second acquire, and whoever does not hold it a release. */
export const lock: Model<string | null, LockInput, 'ok' | 'refused'> = {
  name: 'lock',
  partition: ({ key }) => key ?? '',
  init: () => null,
  step: (holder, { kind, owner }) => {
    const isGranted = kind === 'acquire' ? holder === null : holder === owner;
    if (!isGranted) return { state: holder, output: 'refused' };
    return { state: kind === 'acquire' ? owner : null, output: 'ok' };
  },
  describeState: (holder) => (holder === null ? 'free' : `held by ${holder}`),
};

export type TextInput =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'set' | 'append'; readonly key: string; readonly value: string };

/** Of a get what was found, of all others null. */
export type TextOutput = string | null;

/** A text under each key, empty at first. */
export const text: Model<string, TextInput, TextOutput> = {
  name: 'text',
  partition: ({ key }) => key,
  init: () => '',
  step: (now, input) => {
    if (input.kind === 'get') return { state: now, output: now };
    return { state: input.kind === 'set' ? input.value : now + input.value, output: null };
  },
  isRead: (input) => input.kind === 'get',
  observe: (operations) => {
    const read = operations.flatMap(({ input, output }) => (input.kind === 'get' && typeof output === 'string' ? [output] : []));
    let unread: string | null = null;
    // What begins no text that was read can never be read, whatever is appended.
    return (now) => (read.some((one) => one.startsWith(now)) ? now : (unread ??= now));
  },
};
