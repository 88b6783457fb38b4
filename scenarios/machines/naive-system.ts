import { nodeId } from '../../src/core/base/units.js';
import { clientMachine, type ClientMessage } from '../../src/core/client/client.js';
import { keysDigest } from '../../src/core/systems/primary-replica/copy.js';
import type { HostedClient } from '../../src/sim/hosted.js';
import { contentText, ReplicaPrefix, type CopyView } from '../../src/sim/oracles/replica-prefix.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { keyValueSystem } from '../../src/sim/system-kv.js';
import { naiveCodecs, naiveFingerprint, naiveMessageFingerprint, naiveNode, type NaiveMessage, type NaiveOptions, type NaiveState } from './naive-primary-replica.js';

export interface NaiveWorldOptions extends NaiveOptions {
  /** Whether replicas have to come up to the primary in the end; false where the story is about the primary alone. */
  readonly isCopyJudged: boolean;
}

const PRIMARY = nodeId(1);

const view: CopyView = {
  partOf: (state) => ((state as NaiveState).isPrimary ? 'primary' : 'replica'),
  contentOf: (state) => contentOf(state as NaiveState),
  contentsBetween: (before, after) => ((before as NaiveState).store.keys === (after as NaiveState).store.keys ? [] : [contentOf(after as NaiveState)]),
};

function contentOf({ store }: NaiveState): string {
  const entries: [string, number, string][] = [];
  store.keys.scan(undefined, (key, { version, value }) => {
    entries.push([key, version, value]);
    return true;
  });
  return contentText(entries);
}

const system = keyValueSystem<NaiveState, NaiveMessage, NaiveWorldOptions>({
  name: 'naive-primary-replica',
  machine: ({ node }) => naiveNode(node),
  codecs: naiveCodecs,
  fingerprint: naiveFingerprint,
  messageFingerprint: naiveMessageFingerprint,
  isServing: ({ isPrimary, hasJoined }) => isPrimary || hasJoined,
  leadsIn: ({ isPrimary }) => (isPrimary ? 1 : null),
  coreSize: ({ servers, node }) => (node.isCopyJudged ? servers : 1),
  essential: () => [PRIMARY],
  hasConverged: (states) => new Set(states.map(({ store }) => keysDigest(store.keys))).size === 1,
  describe: (state) => `${state.isPrimary ? 'primary' : state.hasJoined ? 'replica' : 'joining'} with ${contentOf(state)}`,
  tell: (message) => {
    if (message.kind === 'join') return 'may I have all that you hold?';
    if (message.kind === 'snapshot') return `all that I hold: ${message.entries.map(({ key, value }) => `${key} = ${value}`).join(', ') || 'nothing'}`;
    const { change } = message.change;
    return change.op === 'set' ? `${change.key} = ${change.value}` : `${change.key} is gone`;
  },
});

/** The naive system with clients that ask the primary alone, and with the same judge as the one that does better. */
export const naiveSystem: NonNullable<Scenario['system']> = {
  ...system,
  client: ({ workload: { attemptTimeoutMs, timeLimitMs } }) => ({
    machine: clientMachine({ attemptTimeoutMs, timeLimitMs, servers: [PRIMARY] }),
    messageFingerprint: (message: ClientMessage) => message.id,
  }) as unknown as HostedClient,
  watch: (run) => {
    const watching = system.watch(run as never);
    const prefix = new ReplicaPrefix(view, run.options.servers);
    return {
      observers: [prefix, ...watching.observers],
      shapes: watching.shapes,
      get commits(): number {
        return prefix.changes;
      },
      healed: (atUs) => watching.healed(atUs),
      judge: (end) => watching.judge(end),
    };
  },
} as NonNullable<Scenario['system']>;
