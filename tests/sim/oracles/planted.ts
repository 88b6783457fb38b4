import { expect } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../src/core/base/bytestring.js';
import { logIndex, micros, NEVER, nodeId, NOBODY, term } from '../../../src/core/base/units.js';
import { Log, type Entry } from '../../../src/core/raft/log.js';
import { DEFAULT_RAFT_OPTIONS, type RaftOptions } from '../../../src/core/raft/options.js';
import type { Progress, RaftState, Role } from '../../../src/core/raft/state.js';
import type { Command } from '../../../src/core/store/command.js';
import { applyCommand, openStore, type StoreState } from '../../../src/core/store/store.js';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { Violated } from '../../../src/sim/checkers/violation.js';
import type { ServerView } from '../../../src/sim/systems/raft/oracles/oracle.js';

/** Planted states and entries, so that an oracle can be shown what must never happen and its lawful twin. */
export interface Planted {
  readonly role?: Role;
  readonly term?: number;
  readonly vote?: number;
  readonly leader?: number;
  /** The terms of the entries from 1 on, or the entries themselves. */
  readonly log?: readonly (number | Entry)[];
  readonly commit?: number;
  readonly applied?: number;
  readonly store?: StoreState;
  /** How many promises, commands and reads wait. */
  readonly promises?: number;
  readonly waiters?: number;
  readonly readers?: number;
  /** The log begins behind this index. */
  readonly compactedTo?: number;
  readonly snapshotIndex?: number;
  readonly storage?: ServerView['storage'];
  readonly options?: Partial<RaftOptions>;
  /** What a leader knows of its followers; the fields that an oracle reads. */
  readonly progress?: readonly {
    readonly mode: 'probe' | 'replicate';
    readonly nextIndex: number;
    readonly matchIndex: number;
    readonly probeSequence?: number;
  }[];
}

/** A no-op entry, or one with a command. */
export function entry(index: number, ofTerm: number, command: Command | null = null): Entry {
  return { index: logIndex(index), term: term(ofTerm), kind: command === null ? 'noop' : 'command', payload: command, sizeBytes: 1 };
}

export function setCommand(value: string, clientId = 0, sequenceNum = 0): Command {
  return { op: 'set', clientId, sequenceNum, key: byteStringFromText('k'), value: byteStringFromText(value), version: 0 };
}

export function registerCommand(): Command {
  return { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 };
}

export function view(planted: Planted): ServerView {
  const compactedTo = planted.compactedTo ?? 0;
  const entries = (planted.log ?? []).map((item, i) => (typeof item === 'number' ? entry(compactedTo + i + 1, item) : item));
  const raft: RaftState = {
    options: { ...DEFAULT_RAFT_OPTIONS, ...planted.options },
    self: nodeId(1),
    voters: [nodeId(1), nodeId(2), nodeId(3)],
    selfSlot: 0,
    random: 0,
    role: planted.role ?? 'follower',
    currentTerm: term(planted.term ?? 1),
    votedFor: planted.vote === undefined ? NOBODY : nodeId(planted.vote),
    log: Log.emptyAfter(logIndex(compactedTo), term(0)).appendAll(entries),
    commitIndex: logIndex(planted.commit ?? 0),
    leaderId: planted.leader === undefined ? NOBODY : nodeId(planted.leader),
    leaderHeardAt: micros(0),
    electionDeadline: NEVER,
    votesGranted: 0,
    heartbeatDue: NEVER,
    quorumCheckDue: NEVER,
    progress: (planted.progress ?? []) as unknown as readonly Progress[],
    reads: [],
    readRound: null,
    readRoundSize: 0,
    snapshot:
      planted.snapshotIndex === undefined
        ? null
        : { lastIndex: logIndex(planted.snapshotIndex), lastTerm: term(0), data: new Uint8Array() },
    incoming: null,
  };
  return {
    raft,
    store: planted.store ?? openStore({ sessionsMax: 10 }),
    lastApplied: planted.applied ?? 0,
    outbox: { size: planted.promises ?? 0 },
    waiters: { size: planted.waiters ?? 0 },
    readers: { size: planted.readers ?? 0 },
    storage: planted.storage ?? null,
  };
}

/** The store after these commands, which stand at 1, 2, ... in the log. */
export function storeAfter(...commands: readonly Command[]): StoreState {
  return commands.reduce((state, command, i) => applyCommand(state, logIndex(i + 1), command).state, openStore({ sessionsMax: 10 }));
}

/** A set of c1 on key k that made this version. */
export function wrote(value: string, version: number, callUs: number, returnUs: number): Operation {
  return { ...NOTHING, op: 'set', value, resultVersion: version, callUs, returnUs };
}

/** A read of c2 on key k. */
export function got(value: string, version: number, callUs: number, returnUs: number): Operation {
  return { ...NOTHING, clientId: 2, op: 'get', resultValue: value, resultVersion: version, callUs, returnUs };
}

/** A put of c1 on key k that found the version it expected. */
export function put(value: string, expected: number, callUs: number, returnUs: number): Operation {
  return { ...NOTHING, op: 'put', value, version: expected, resultVersion: expected + 1, callUs, returnUs };
}

/** A delete of c3 on key k that found something. */
export function deleted(callUs: number, returnUs: number): Operation {
  return { ...NOTHING, clientId: 3, op: 'delete', resultVersion: 1, callUs, returnUs };
}

const NOTHING: Operation = {
  clientId: 1,
  key: 'k',
  op: 'get',
  value: null,
  version: null,
  expected: null,
  outcome: 'ok',
  resultValue: null,
  resultVersion: null,
  callUs: 0,
  returnUs: 0,
};

/** Expects `act` to be called a violation of `property`, with a message like that. */
export function expectViolated(property: string, message: RegExp, act: () => void): void {
  let caught: unknown = null;
  try {
    act();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(Violated);
  const { violation } = caught as Violated;
  expect(violation.property).toBe(property);
  expect(violation.message).toMatch(message);
  // What the line names is there as data too.
  const named = (violation.message.match(/\bs\d+\b/g) ?? []).map((name) => Number(name.slice(1)));
  expect(violation.servers).toEqual(expect.arrayContaining(named));
}
