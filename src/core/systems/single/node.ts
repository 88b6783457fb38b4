/** One server with a store, kept in a journal or in memory only, as a machine: see the README beside. */
import { assert, unreachable } from '../../base/assert.js';
import type { ByteString } from '../../base/bytestring.js';
import { logIndex, type ConnectionId, type LogIndex, type NodeId, type OperationId } from '../../base/units.js';
import {
  append,
  closingSteps,
  hold,
  isFull,
  journalOnDisk,
  journalWakeAt,
  settle,
  startJournal,
  type JournalPlan,
  type JournalState,
  type Recalled,
} from '../../journal/journal.js';
import { keptStore } from '../../journal/kept-store.js';
import type { Boot, DiskOutcome, Effect, Input, Machine, Step } from '../../machine.js';
import { recoveryNote } from '../../storage/recovery-note.js';
import type { Command, StoreResult } from '../../store/command.js';
import { keyCount, readKey, sessionCount, storeDigest, type StoreState } from '../../store/store.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../../wire/protocol.js';
import { checkSingleOptions, type SingleOptions } from './options.js';

/** Who waits for a command, or for a read behind one. */
interface Waiter {
  readonly connection: ConnectionId;
  readonly id: number;
  /** The key to read, null for a command. */
  readonly key: ByteString | null;
}

/**
 * A connection's own writes are told by its slot, so that a read behind them can wait for them. Connections that share
 * a slot wait for each other's: a little longer, never wrongly.
 */
const SLOTS = 64;

export interface SingleState {
  readonly self: NodeId;
  readonly journal: JournalState<StoreState, Command, Waiter>;
  /** By slot: the last command that was taken from its connections. */
  readonly lastWrites: readonly LogIndex[];
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
    closing: ({ journal }) => closingSteps(journal),
  };
}

function init({ clusterId }: SingleOptions, plan: Plan, { self, members, past }: Boot): SingleStep {
  const label = { clusterId, nodeId: self, system: 'single', members };
  const { journal, effects } = startJournal<StoreState, Command, StoreResult, Waiter>(plan, label, past);
  return { state: { self, journal, lastWrites: new Array<LogIndex>(SLOTS).fill(logIndex(0)) }, effects };
}

type Draft = { -readonly [Field in keyof SingleState]: SingleState[Field] };

/** Takes an input in, then answers whatever became settled by it, and lets the disk work. */
function step(options: SingleOptions, plan: Plan, before: SingleState, input: SingleInput): SingleStep {
  if (before.journal.phase === 'stopped') return { state: before, effects: [] };
  const draft: Draft = { self: before.self, journal: before.journal, lastWrites: before.lastWrites };
  const effects: SingleEffect[] = [];
  if (input.kind === 'disk') onDisk(plan, draft, effects, input.operation, input.outcome);
  else if (input.kind === 'request') onRequest(options, plan, draft, effects, input.connection, input.request);

  const settled = settle(plan, draft.journal, input.now);
  draft.journal = settled.journal;
  for (const { promised, outcome } of settled.released)
    if (promised !== null) effects.push(answerOf(promised, outcome, draft.journal.state));
  if (settled.snapshotTaken !== null) {
    const { lastIndex, sizeBytes } = settled.snapshotTaken;
    effects.push({ kind: 'note', name: 'snapshot-taken', text: `up to entry ${lastIndex}, ${sizeBytes} bytes` });
  }
  effects.push(...settled.effects);
  return { state: draft, effects };
}

function onDisk(plan: Plan, draft: Draft, effects: SingleEffect[], operation: OperationId, outcome: DiskOutcome): void {
  const taken = journalOnDisk(plan, draft.journal, operation, outcome);
  draft.journal = taken.journal;
  effects.push(...taken.effects);
  if (taken.recalled !== null) tellRecalled(effects, taken.recalled);
  if (taken.problem !== null) effects.push({ kind: 'stop', reason: taken.problem });
}

function onRequest(
  { waitingMax }: SingleOptions,
  plan: Plan,
  draft: Draft,
  effects: SingleEffect[],
  connection: ConnectionId,
  request: NodeRequest,
): void {
  const { journal } = draft;
  const slot = (connection >>> 0) % SLOTS;
  const isKeeping = journal.phase === 'keeping';
  const mayWait = isKeeping && journal.held.size < waitingMax && !isFull(journal, plan.options);
  const isBehindOwnWrite = isKeeping && request.kind === 'query' && (draft.lastWrites[slot] ?? 0) > journal.lastApplied;
  if (mayWait && request.kind === 'command') {
    draft.journal = append(plan, journal, request.command, { connection, id: request.id, key: null });
    draft.lastWrites = draft.lastWrites.with(slot, draft.journal.lastIndex);
  } else if (isBehindOwnWrite) {
    // Where no more may wait it is refused: an answer at once would show what was there before the connection's own write.
    if (mayWait) draft.journal = hold(journal, { connection, id: request.id, key: request.key });
    else
      effects.push({
        kind: 'respond',
        connection,
        response: { kind: 'unavailable', id: request.id, reason: 'too many requests wait for the disk' },
      });
  } else {
    effects.push({ kind: 'respond', connection, response: answerAtOnce(draft, request) });
  }
}

function answerOf({ connection, id, key }: Waiter, outcome: StoreResult | null, store: StoreState): SingleEffect {
  assert(outcome !== null || key !== null, 'who waits, waits for a command or a read');
  return { kind: 'respond', connection, response: { kind: 'done', id, result: outcome ?? readKey(store, key as ByteString) } };
}

/** The answer to whatever need not wait or must not. A read sees every write that was answered before it, and no other. */
function answerAtOnce(state: SingleState, request: NodeRequest): NodeResponse {
  const { self, journal } = state;
  const { id } = request;
  switch (request.kind) {
    case 'command':
      return {
        kind: 'unavailable',
        id,
        reason: journal.phase === 'keeping' ? 'too many commands wait for the disk' : 'this server is starting',
      };
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
    system: 'single',
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
  for (const text of notes) effects.push(recoveryNote(text));
  if (!isFresh)
    effects.push({ kind: 'note', name: 'recovered-with-log', text: `entries up to ${lastIndex}, snapshot up to ${snapshotIndex}` });
}
