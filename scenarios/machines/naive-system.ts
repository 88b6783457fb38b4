import { nodeId } from 'seedstorm/core';
import { contentText, type CopyView, keyValueSystem, ReplicaPrefix } from 'seedstorm/sim';
import { keysDigest } from 'seedstorm/systems';
import {
  naiveCodecs,
  naiveFingerprint,
  naiveMessageFingerprint,
  naiveNode,
  type NaiveMessage,
  type NaiveOptions,
  type NaiveState,
} from './naive-primary-replica.js';

export interface NaiveWorldOptions extends NaiveOptions {
  /** Whether replicas have to come up to the primary in the end; false where the story is about the primary alone. */
  readonly isCopyJudged: boolean;
}

const PRIMARY = nodeId(1);

const view: CopyView = {
  partOf: (state) => ((state as NaiveState).isPrimary ? 'primary' : 'replica'),
  contentOf: (state) => contentOf(state as NaiveState),
  contentsBetween: (before, after) =>
    (before as NaiveState).store.keys === (after as NaiveState).store.keys ? [] : [contentOf(after as NaiveState)],
};

function contentOf({ store }: NaiveState): string {
  const entries: [string, number, string][] = [];
  store.keys.scan(undefined, (key, { version, value }) => {
    entries.push([key, version, value]);
    return true;
  });
  return contentText(entries);
}

/** The naive system with clients that ask the primary alone, and with the same judge as the one that does better. */
export const naiveSystem = keyValueSystem<NaiveState, NaiveMessage, NaiveWorldOptions>({
  name: 'naive-primary-replica',
  machine: ({ node }) => naiveNode(node),
  codecs: naiveCodecs,
  fingerprint: naiveFingerprint,
  messageFingerprint: naiveMessageFingerprint,
  isServing: ({ isPrimary, hasJoined }) => isPrimary || hasJoined,
  leadership: { leads: ({ isPrimary }) => (isPrimary ? 1 : null) },
  coreSize: ({ servers, node }) => (node.isCopyJudged ? servers : 1),
  essential: () => [PRIMARY],
  hasConverged: (states) => new Set(states.map(({ store }) => keysDigest(store.keys))).size === 1,
  describe: (state) => `${state.isPrimary ? 'primary' : state.hasJoined ? 'replica' : 'joining'} with ${contentOf(state)}`,
  tell: (message) => {
    if (message.kind === 'join') return 'may I have all that you hold?';
    if (message.kind === 'snapshot')
      return `all that I hold: ${message.entries.map(({ key, value }) => `${key} = ${value}`).join(', ') || 'nothing'}`;
    const { change } = message.change;
    return change.op === 'set' ? `${change.key} = ${change.value}` : `${change.key} is gone`;
  },
  clients: () => ({ servers: [PRIMARY], useSessions: true, mayDouble: true }),
  watch: ({ options: { servers } }) => {
    const prefix = new ReplicaPrefix(view, servers);
    return { observers: [prefix], commits: () => prefix.changes };
  },
});
