/** One server with a store, kept in a journal or in memory only, as a machine: see the README beside. */
import { unreachable } from '../../base/assert.js';
import type { ConnectionId, Micros, NodeId } from '../../base/units.js';
import { append, journalOnDisk, journalWakeAt, settle, startJournal, type JournalPlan, type JournalState, type Recalled } from '../../journal/journal.js';
import { keptStore } from '../../journal/kept-store.js';
import type { Boot, Effect, Input, Machine, Step } from '../../machine.js';
import type { Command, StoreResult } from '../../store/command.js';
import { keyCount, readKey, sessionCount, storeDigest, type StoreState } from '../../store/store.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../../wire/protocol.js';
import { checkSingleOptions, type SingleOptions } from './options.js';

/** Who waits for a command. */
interface Waiter {
  readonly connection: ConnectionId;
  readonly id: number;
}

export interface SingleState {
  readonly self: NodeId;
  readonly journal: JournalState<StoreState, Command, Waiter>;
}

/** It has no peers, so nobody sends it messages. */
export type SingleNode = Machine<SingleState, never, NodeRequest, NodeResponse>;
type SingleStep = Step<SingleState, never, NodeResponse>;
type SingleInput = Input<never, NodeRequest>;
type SingleEffect = Effect<never, NodeResponse>;
type Plan = JournalPlan<StoreState, Command, StoreResult>;

/** A server with these options; who it is it learns at boot. */
export function singleNode(options: SingleOptions): SingleNode {
  checkSingleOptions(options);
  const plan: Plan = { kept: keptStore(options.store), options: options.journal };
  return {
    init: (boot) => init(options, plan, boot),
    step: (state, input) => step(options, plan, state, input),
    wakeAt: ({ journal }) => journalWakeAt(journal),
  };
}

function init({ clusterId }: SingleOptions, plan: Plan, { self }: Boot): SingleStep {
  const { journal, effects } = startJournal<StoreState, Command, StoreResult, Waiter>(plan, { clusterId, nodeId: self });
  return { state: { self, journal }, effects };
}

/** Takes an input in, then answers whatever became settled by it, and lets the disk work. */
function step({ waitingMax }: SingleOptions, plan: Plan, before: SingleState, input: SingleInput): SingleStep {
  if (before.journal.phase === 'stopped') return { state: before, effects: [] };
  const { self } = before;
  const effects: SingleEffect[] = [];
  let { journal } = before;
  if (input.kind === 'disk') {
    const taken = journalOnDisk(plan, journal, input.operation, input.outcome);
    journal = taken.journal;
    effects.push(...taken.effects);
    if (taken.recalled !== null) tellRecalled(effects, taken.recalled);
    if (taken.problem !== null) effects.push({ kind: 'stop', reason: taken.problem });
  } else if (input.kind === 'request') {
    const { connection, request } = input;
    if (request.kind === 'command' && mayAppend(journal, waitingMax)) journal = append(plan, journal, request.command, { connection, id: request.id });
    else effects.push({ kind: 'respond', connection, response: answerAtOnce(before, request) });
  }
  return finish(plan, self, journal, effects, input.now);
}

function finish(plan: Plan, self: NodeId, before: SingleState['journal'], effects: SingleEffect[], now: Micros): SingleStep {
  const settled = settle(plan, before, now);
  for (const { promised, outcome } of settled.released) {
    if (promised === null || outcome === null) continue;
    effects.push({ kind: 'respond', connection: promised.connection, response: { kind: 'done', id: promised.id, result: outcome } });
  }
  if (settled.snapshotTaken !== null) {
    const { lastIndex, sizeBytes } = settled.snapshotTaken;
    effects.push({ kind: 'note', name: 'snapshot-taken', text: `up to entry ${lastIndex}, ${sizeBytes} bytes` });
  }
  effects.push(...settled.effects);
  return { state: { self, journal: settled.journal }, effects };
}

function mayAppend({ phase, held }: SingleState['journal'], waitingMax: number): boolean {
  return phase === 'keeping' && held.size < waitingMax;
}

/** The answer to all but a command that is taken. A read sees every write that was answered before it: nothing else is applied. */
function answerAtOnce(state: SingleState, request: NodeRequest): NodeResponse {
  const { self, journal } = state;
  const { id } = request;
  switch (request.kind) {
    case 'command':
      return { kind: 'unavailable', id, reason: journal.phase === 'keeping' ? 'too many commands wait for the disk' : 'this server is starting' };
    case 'query':
      if (journal.phase !== 'keeping') return { kind: 'unavailable', id, reason: 'this server is starting' };
      return { kind: 'done', id, result: readKey(journal.state, request.key) };
    case 'whoIsLeader':
      return { kind: 'leader', id, leaderHint: self };
    case 'status':
      return { kind: 'status', id, status: statusOf(state) };
    default:
      return unreachable(request);
  }
}

/** Its one leader is itself, and its commit index is where its answers stand. */
function statusOf({ self, journal }: SingleState): NodeStatus {
  const { phase, state, lastApplied, lastIndex, storage, snapshotIndex } = journal;
  return {
    self,
    role: phase === 'recalling' ? 'recovering' : 'single',
    term: 0,
    leaderId: self,
    commitIndex: lastApplied,
    lastApplied,
    lastLogIndex: lastIndex,
    firstLogIndex: storage === null ? 0 : storage.wal.prevIndex + 1,
    snapshotIndex,
    keyCount: keyCount(state),
    sessionCount: sessionCount(state),
    digest: storeDigest(state),
  };
}

function tellRecalled(effects: SingleEffect[], { isFresh, notes, lastIndex, snapshotIndex }: Recalled<StoreState>): void {
  for (const text of notes) effects.push({ kind: 'note', name: text.startsWith('cut a torn tail') ? 'torn-tail-cut' : 'recovery', text });
  if (!isFresh) effects.push({ kind: 'note', name: 'recovered-with-log', text: `entries up to ${lastIndex}, snapshot up to ${snapshotIndex}` });
}
