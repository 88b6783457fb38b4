/** The raft system: one server of the replicated key-value store, as a machine. */
import { unreachable } from '../../base/assert.js';
import { Fifo } from '../../base/fifo.js';
import { Gathered } from '../../base/gathered.js';
import { logIndex, NOBODY, type Micros } from '../../base/units.js';
import type { Boot, DiskStep, Input, Machine, Step } from '../../machine.js';
import { Log } from '../../raft/log.js';
import { closeDraft, openDraft, raftWakeAt, receive, startRaft, tick } from '../../raft/raft.js';
import type { RaftState } from '../../raft/state.js';
import { closingSteps, startStorage, storageOnDisk } from '../../storage/storage.js';
import { openStore } from '../../store/store.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../../wire/protocol.js';
import { answerReads, applyCommitted, refuseWaitersIfDeposed, snapshotIfDue } from './apply.js';
import { checkNodeOptions, type NodeOptions } from './options.js';
import { flush, settle } from './persist.js';
import { beginServing } from './recover.js';
import { onRequest } from './requests.js';
import { copyOf, note, stop, type NodeDraft, type NodeEffect, type NodeState } from './state.js';

export type RaftNode = Machine<NodeState, NodeMessage, NodeRequest, NodeResponse>;
type NodeStep = Step<NodeState, NodeMessage, NodeResponse>;
type NodeInput = Input<NodeMessage, NodeRequest>;

/** A server with these options; who it is and who its peers are it learns at boot. */
export function raftNode(options: NodeOptions): RaftNode {
  checkNodeOptions(options);
  return { init: (boot) => init(options, boot), step, wakeAt, closing };
}

function init(options: NodeOptions, boot: Boot): NodeStep {
  const started =
    options.storage === null
      ? null
      : startStorage(
          options.storage,
          { clusterId: options.clusterId, nodeId: boot.self, system: 'raft', members: boot.members },
          boot.past,
        );
  const recovering: NodeState = {
    options,
    self: boot.self,
    members: boot.members,
    seed: boot.seed,
    phase: 'recovering',
    raft: null,
    store: openStore(options.store),
    lastApplied: logIndex(0),
    storage: started === null ? null : started.storage,
    outbox: Fifo.empty(),
    waiters: Fifo.empty(),
    readers: Fifo.empty(),
    nextToken: 1,
  };
  if (started !== null) return { state: recovering, effects: started.effects };
  return { state: { ...recovering, phase: 'serving', raft: newServer(recovering, boot.now) }, effects: [] };
}

function closing({ storage }: NodeState): readonly DiskStep[] {
  return storage === null ? [] : closingSteps(storage);
}

function newServer(state: NodeState, now: Micros): RaftState {
  return startRaft({
    options: state.options.raft,
    self: state.self,
    voters: state.members,
    now,
    seed: state.seed,
    currentTerm: 0 as never,
    votedFor: NOBODY,
    log: Log.emptyAfter(logIndex(0), 0 as never),
    snapshot: null,
  });
}

/** Advances the node by one input: take it in, write and promise, apply and answer, and let the disk work. */
function step(before: NodeState, input: NodeInput): NodeStep {
  if (before.phase === 'stopped') return { state: before, effects: [] };
  const draft = open(before, input.now);
  take(draft, input);
  settle(draft);
  applyCommitted(draft);
  answerReads(draft);
  refuseWaitersIfDeposed(draft);
  snapshotIfDue(draft);
  flush(draft);
  return close(draft);
}

function open(before: NodeState, now: Micros): NodeDraft {
  const effects = new Gathered<NodeEffect>();
  const raft = before.raft === null ? null : openDraft(before.raft, now, effects);
  return {
    state: copyOf(before),
    now,
    effects,
    raft,
    writtenTerm: raft === null ? (0 as never) : raft.state.currentTerm,
    writtenVote: raft === null ? NOBODY : raft.state.votedFor,
  };
}

function take(draft: NodeDraft, input: NodeInput): void {
  switch (input.kind) {
    case 'message':
      if (draft.raft !== null) receive(draft.raft, input.from, input.message);
      return;
    case 'request':
      onRequest(draft, input.connection, input.request);
      return;
    case 'wake':
      if (draft.raft !== null) tick(draft.raft);
      return;
    case 'disk':
      onDisk(draft, input);
      return;
    case 'connection':
      // Answers to a connection that is gone go nowhere; what it asked for stays as valid as any other's.
      return;
    default:
      unreachable(input);
  }
}

function onDisk(draft: NodeDraft, input: Extract<NodeInput, { kind: 'disk' }>): void {
  const { state } = draft;
  if (state.storage === null) return;
  const { storage, effects, recovered, problem } = storageOnDisk(state.storage, input.operation, input.outcome);
  state.storage = storage;
  for (const effect of effects) draft.effects.push(effect);
  if (problem !== null) stop(draft, problem);
  else if (recovered !== null) beginServing(draft, recovered);
}

function close(draft: NodeDraft): NodeStep {
  const { state, raft } = draft;
  if (raft !== null) {
    for (const { name, text, isDetail } of raft.moments) note(draft, name, text, isDetail ? 'detail' : 'usual');
    state.raft = closeDraft(raft);
  }
  return { state, effects: draft.effects.items };
}

function wakeAt(state: NodeState): Micros | null {
  return state.phase === 'serving' && state.raft !== null ? raftWakeAt(state.raft) : null;
}
