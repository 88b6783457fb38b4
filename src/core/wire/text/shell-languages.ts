import { commandList, firstWord, type ShellLanguage, type ShellVerb } from './shell.js';

/**
 * The shells: the two of document 004, whose lines that say what was done are the document's, to the letter, and the
 * one for clusters, which answers in the same manner.
 */
export type ShellRole = 'primary' | 'replica';

/** What is asked of the server behind a shell of document 004. */
export type ReplicationAction =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'join'; readonly address: string };

/** What is asked of a cluster. */
export type ClusterAction =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  /** `version` 0: the key must not be there. */
  | { readonly kind: 'put'; readonly key: string; readonly version: number; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'status' }
  | { readonly kind: 'leader' };

const GET = oneWord('GET <key>', (key) => ({ kind: 'get', key }) as const);

export const SHELLS: Readonly<Record<ShellRole, ShellLanguage<ReplicationAction>>> = {
  primary: { prompt: 'primary> ', verbs: { PUT: keyAndValue('PUT <key> <value>', (key, value) => ({ kind: 'put', key, value })), GET } },
  replica: { prompt: 'replica> ', verbs: { GET, JOIN: oneWord('JOIN <host:port>', (address) => ({ kind: 'join', address })) } },
};

export const CLUSTER_SHELL: ShellLanguage<ClusterAction> = {
  prompt: 'seedstorm> ',
  verbs: {
    GET,
    SET: keyAndValue('SET <key> <value>', (key, value) => ({ kind: 'set', key, value })),
    PUT: keyAndValue('PUT <key> <version> <value>', readPut),
    DELETE: oneWord('DELETE <key>', (key) => ({ kind: 'delete', key })),
    STATUS: noWord('STATUS', { kind: 'status' }),
    WHO_IS_LEADER: noWord('WHO_IS_LEADER', { kind: 'leader' }),
  },
};

export function greeting(role: ShellRole, port: number): readonly string[] {
  const what = role === 'primary' ? 'Primary server' : 'Replica';
  return [`${what} ready (port ${port})`, ...commandList(SHELLS[role])];
}

export function clusterGreeting(servers: readonly string[]): readonly string[] {
  return [`Shell of ${servers.join(', ')}`, ...commandList(CLUSTER_SHELL)];
}

export const putText = (key: string, value: string): string => `OK ${key} = ${value}`;

/** @param value null: there is no such key. */
export const getText = (key: string, value: string | null): string => `${key} -> ${value ?? 'Not found'}`;

/** Behind an answer: the version that the key has, which the next PUT must name. */
export const versionText = (version: number): string => ` (version ${version})`;

export const JOINED_TEXT = 'Snapshot received';

function readPut(key: string, behind: string): ClusterAction | null {
  const [digits, value] = firstWord(behind);
  const version = /^[0-9]{1,16}$/.test(digits) ? Number(digits) : -1;
  return value === '' || version < 0 || version > Number.MAX_SAFE_INTEGER ? null : { kind: 'put', key, version, value };
}

function noWord<Action>(usage: string, action: Action): ShellVerb<Action> {
  return { usage, read: (rest) => (rest === '' ? action : null) };
}

function oneWord<Action>(usage: string, actionOf: (word: string) => Action): ShellVerb<Action> {
  return {
    usage,
    read: (rest) => {
      const [word, behind] = firstWord(rest);
      return word === '' || behind !== '' ? null : actionOf(word);
    },
  };
}

/** @param actionOf null: what stands behind the key is of another form. */
function keyAndValue<Action>(usage: string, actionOf: (key: string, value: string) => Action | null): ShellVerb<Action> {
  return {
    usage,
    read: (rest) => {
      const [key, value] = firstWord(rest);
      return key === '' || value === '' ? null : actionOf(key, value);
    },
  };
}
