import { assert } from '../../../core/base/assert.js';
import { logIndex, NOBODY } from '../../../core/base/units.js';
import { checkRaftOptions, VOTERS_MAX } from '../../../core/raft/options.js';
import { checkStorageOptions } from '../../../core/storage/options.js';
import { storeDigest } from '../../../core/store/store.js';
import { raftCodecs } from '../../../core/systems/raft/codecs.js';
import { messageFingerprint, nodeFingerprint } from '../../../core/systems/raft/fingerprint.js';
import { raftNode } from '../../../core/systems/raft/node.js';
import { checkNodeOptions, type NodeOptions } from '../../../core/systems/raft/options.js';
import type { NodeState } from '../../../core/systems/raft/state.js';
import type { Leadership } from '../../cluster/leadership.js';
import type { NodeMessage } from '../../../core/wire/protocol.js';
import type { KeyValueSpec } from '../key-value.js';
import { ELECTION_MOMENTS, type ElectionMoment } from '../simple-election/moments.js';
import { STORAGE_MOMENTS, type StorageMoment } from '../storage/moments.js';
import { RAFT_MOMENTS, type RaftMoment } from './moments.js';
import { storageRecovery } from '../storage/recovery.js';
import { checkTogether, nodeOptionsOf } from './later-options.js';
import { raftNodeProblem } from './node-schema.js';
import type { ServerView } from './oracles/oracle.js';
import type { RunOptions } from '../../options/run-options.js';
import { raftWords } from './words.js';

export type RaftMoments = StorageMoment | ElectionMoment | RaftMoment;

/** A run of the raft system, described whole. */
export type RaftRunOptions = RunOptions<NodeOptions>;

const raftLeadership: Leadership = {
  leads: (state) => {
    const raft = viewOf(state)?.raft;
    return raft?.role === 'leader' ? raft.currentTerm : null;
  },
  hasCommitted: (state) => {
    const { log, commitIndex, currentTerm } = raftOf(state);
    return log.termAt(commitIndex) >= currentTerm;
  },
  stands: (state) => {
    const { role, currentTerm } = raftOf(state);
    return role === 'candidate' ? currentTerm : null;
  },
  votedFor: (state, term) => {
    const { currentTerm, votedFor } = raftOf(state);
    return currentTerm === term && votedFor !== NOBODY ? votedFor : null;
  },
  logEnd: (state) => {
    const { lastIndex, lastTerm } = raftOf(state).log;
    return { index: lastIndex, term: lastTerm };
  },
  committed: (state) => {
    const { commitIndex, log } = raftOf(state);
    return { index: commitIndex, term: log.termAt(commitIndex) };
  },
  hasEntry: (state, { index, term }) => raftOf(state).log.termAt(logIndex(index)) === term,
};

/** The raft system in the simulator: its machines, and what can be seen in their states. Who watches them is added in system.ts. */
export const raftSpec: KeyValueSpec<NodeState, NodeMessage, NodeOptions, RaftMoments> = {
  name: 'raft',
  moments: [...STORAGE_MOMENTS, ...ELECTION_MOMENTS, ...RAFT_MOMENTS],
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
  machine: ({ node }) => raftNode(node),
  codecs: raftCodecs,
  fingerprint: nodeFingerprint,
  messageFingerprint,
  isServing: (state) => viewOf(state) !== null,
  leadership: raftLeadership,
  recovery: ({ node }, id) =>
    node.storage === null
      ? null
      : storageRecovery(node.clusterId, id, (state) => (state as NodeState).storage?.options.snapshotsKept ?? Infinity),
  hasConverged: (states) => {
    const views = states.map(viewOf);
    const first = views[0] ?? null;
    return first !== null && views.every((view) => view !== null && isAtRest(view) && isInOneState(view, first));
  },
  line: raftWords,
  describe: (state) => {
    const view = viewOf(state);
    if (view === null) return 'recovers';
    const { role, currentTerm, votedFor, log, commitIndex } = view.raft;
    const vote = votedFor === NOBODY ? 'nobody' : `s${votedFor}`;
    return `${role} of term ${currentTerm}, voted for ${vote}, log to ${log.lastIndex}, committed ${commitIndex}, applied ${view.lastApplied}`;
  },
};

/** The protocol's part of a server that is done with its recovery. */
function raftOf(state: unknown): ServerView['raft'] {
  const view = viewOf(state);
  assert(view !== null, 'only servers that serve are asked');
  return view.raft;
}

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
