import { assert } from '../core/base/assert.js';
import { checkRaftOptions, VOTERS_MAX } from '../core/raft/options.js';
import { checkStorageOptions } from '../core/storage/options.js';
import { storeDigest } from '../core/store/store.js';
import { raftCodecs } from '../core/systems/raft/codecs.js';
import { messageFingerprint, nodeFingerprint } from '../core/systems/raft/fingerprint.js';
import { raftNode } from '../core/systems/raft/node.js';
import { checkNodeOptions, type NodeOptions } from '../core/systems/raft/options.js';
import type { NodeState } from '../core/systems/raft/state.js';
import type { Hosted, HostedServer } from './hosted.js';
import { keyValueClient } from './hosted-client.js';
import { checkTogether, nodeOptionsOf } from './later-options.js';
import { raftNodeProblem } from './options-problem.js';
import type { ServerView } from './oracles/oracle.js';
import type { RunOptions } from './run-options.js';

/** A run of the raft system, described whole. */
export type RaftRunOptions = RunOptions<NodeOptions>;

/** The raft system in the simulator: its machines, and what can be seen in their states. */
export const raftHosted: Hosted<NodeOptions> = {
  name: 'raft',
  checkOptions: (options) => {
    const problem = raftNodeProblem(options);
    assert(problem === null, problem ?? '');
    assert(options.servers <= VOTERS_MAX, `the raft system has at most ${VOTERS_MAX} servers, not ${options.servers}`);
    for (const node of nodeOptionsOf(options)) {
      checkNodeOptions(node);
      checkRaftOptions(node.raft);
      if (node.storage !== null) checkStorageOptions(node.storage);
    }
    checkTogether(options);
  },
  server: ({ node }) => ({ machine: raftNode(node), codecs: raftCodecs, fingerprint: nodeFingerprint, messageFingerprint }) as unknown as HostedServer,
  client: keyValueClient,
  isServing: (state) => viewOf(state) !== null,
  leadsIn: (state) => {
    const view = viewOf(state);
    return view !== null && view.raft.role === 'leader' ? view.raft.currentTerm : null;
  },
  view: viewOf,
  clusterId: ({ node }) => node.clusterId,
  snapshotsKept: (state) => (state as NodeState).storage?.options.snapshotsKept ?? Infinity,
  coreSize: ({ servers }) => Math.floor(servers / 2) + 1,
  essential: () => [],
  hasConverged: (states) => {
    const views = states.map(viewOf);
    const first = views[0] ?? null;
    return first !== null && views.every((view) => view !== null && isAtRest(view) && isInOneState(view, first));
  },
  tell: () => null,
  describe: (state) => {
    const view = viewOf(state);
    if (view === null) return 'recovers';
    const { role, currentTerm, log, commitIndex } = view.raft;
    return `${role} of term ${currentTerm}, log to ${log.lastIndex}, committed ${commitIndex}, applied ${view.lastApplied}`;
  },
};

/** A server's state as oracles see it; null while it recovers. */
export function viewOf(state: unknown): ServerView | null {
  const node = state as NodeState;
  return node.raft === null ? null : (node as NodeState & { readonly raft: ServerView['raft'] });
}

/** Everything in the log is committed and applied. */
function isAtRest({ lastApplied, raft }: ServerView): boolean {
  return lastApplied === raft.log.lastIndex;
}

function isInOneState(one: ServerView, other: ServerView): boolean {
  return one.lastApplied === other.lastApplied && storeDigest(one.store) === storeDigest(other.store);
}
