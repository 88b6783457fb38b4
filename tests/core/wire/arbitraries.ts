import fc from 'fast-check';
import { byteStringOf, type ByteString } from '../../../src/core/base/bytestring.js';
import { logIndex, nodeId, term } from '../../../src/core/base/units.js';
import type { Entry } from '../../../src/core/raft/log.js';
import type { RaftMessage } from '../../../src/core/raft/messages.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';
import { commandSizeBytes } from '../../../src/core/wire/protobuf/command.js';
import { NODE_ID_MAX } from '../../../src/core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';

/** Counters as they come: small ones, those around each length of a varint, and the largest. */
export const counter: fc.Arbitrary<number> = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat({ max: 52 }).chain((bits) => fc.constantFrom(2 ** bits - 1, 2 ** bits, 2 ** bits + 1)),
  fc.maxSafeNat(),
);
const node = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: NODE_ID_MAX })).map(nodeId);
const nodeOrNobody = fc.oneof(fc.constant(nodeId(0)), node);

export const bytes = fc.uint8Array({ maxLength: 80 });
export const byteString = bytes.map(byteStringOf);
export const key: fc.Arbitrary<ByteString> = fc.uint8Array({ minLength: 1, maxLength: 40 }).map(byteStringOf);

const change = fc.record({
  op: fc.constantFrom('put', 'set', 'delete' as const),
  clientId: counter,
  sequenceNum: counter,
  key,
  value: byteString,
  version: counter,
});
const session = fc.record({
  op: fc.constant('registerClient' as const),
  clientId: counter,
  sequenceNum: counter,
  key: fc.constant('' as ByteString),
  value: byteString,
  version: counter,
});
export const command: fc.Arbitrary<Command> = fc.oneof({ weight: 9, arbitrary: change }, session) as fc.Arbitrary<Command>;

/** A run of entries that a leader of `leaderTerm` may send behind (prevLogIndex, prevLogTerm). */
const appendEntries: fc.Arbitrary<RaftMessage> = fc
  .record({
    prevLogIndex: fc.maxSafeNat().map((n) => logIndex(Math.min(n, Number.MAX_SAFE_INTEGER - 100))),
    prevLogTerm: fc.nat(),
    leaderCommit: counter.map(logIndex),
    sequence: counter,
    steps: fc.array(fc.record({ termsUp: fc.nat({ max: 3 }), command: fc.option(command) }), { maxLength: 12 }),
    termsAhead: fc.nat({ max: 3 }),
  })
  .map(({ prevLogIndex, prevLogTerm, leaderCommit, sequence, steps, termsAhead }) => {
    let last = prevLogTerm;
    const entries: Entry[] = steps.map((step, i) => {
      last += step.termsUp;
      return {
        index: logIndex(prevLogIndex + 1 + i),
        term: term(last),
        kind: step.command === null ? 'noop' : 'command',
        payload: step.command,
        sizeBytes: step.command === null ? 0 : commandSizeBytes(step.command),
      };
    });
    return {
      kind: 'appendEntries',
      term: term(last + termsAhead),
      prevLogIndex,
      prevLogTerm: term(prevLogTerm),
      leaderCommit,
      sequence,
      entries,
    };
  });

const aTerm = counter.map(term);
const anIndex = counter.map(logIndex);

export const raftMessage: fc.Arbitrary<RaftMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('requestVote' as const),
    term: aTerm,
    candidateId: node,
    lastLogIndex: anIndex,
    lastLogTerm: aTerm,
    isPreVote: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('requestVoteReply' as const), term: aTerm, voteGranted: fc.boolean(), isPreVote: fc.boolean() }),
  appendEntries,
  fc.record({
    kind: fc.constant('appendEntriesReply' as const),
    term: aTerm,
    success: fc.boolean(),
    matchIndex: anIndex,
    hintTerm: fc.oneof(aTerm, fc.constant(term(-1))),
    prevLogIndex: anIndex,
    sequence: counter,
  }),
  fc.record({
    kind: fc.constant('installSnapshot' as const),
    term: aTerm,
    lastIndex: anIndex.map((n) => logIndex(Math.max(n, 1))),
    lastTerm: aTerm,
    offset: counter,
    data: bytes,
    done: fc.boolean(),
    sequence: counter,
  }),
  fc.record({
    kind: fc.constant('installSnapshotReply' as const),
    term: aTerm,
    lastIndex: anIndex,
    receivedBytes: counter,
    isInstalled: fc.boolean(),
    sequence: counter,
  }),
);

export const request: fc.Arbitrary<NodeRequest> = fc.oneof(
  fc.record({ kind: fc.constant('command' as const), id: counter, command }),
  fc.record({ kind: fc.constant('query' as const), id: counter, key }),
  fc.record({ kind: fc.constant('query' as const), id: counter, key, level: fc.constant('stale' as const) }),
  fc.record({ kind: fc.constant('whoIsLeader' as const), id: counter }),
  fc.record({ kind: fc.constant('status' as const), id: counter }),
);

const storeResult: fc.Arbitrary<StoreResult> = fc.record({
  status: fc.constantFrom('ok' as const, 'noKey' as const, 'versionConflict' as const, 'sessionExpired' as const),
  version: counter,
  value: byteString,
});
const text = fc.string({ unit: 'binary', maxLength: 30 });

export const response: fc.Arbitrary<NodeResponse> = fc.oneof(
  fc.record({ kind: fc.constant('done' as const), id: counter, result: storeResult }),
  fc.record({ kind: fc.constant('notLeader' as const), id: counter, leaderHint: nodeOrNobody, isUncertain: fc.boolean() }),
  fc.record({ kind: fc.constant('unavailable' as const), id: counter, reason: text }),
  fc.record({ kind: fc.constant('maybe' as const), id: counter, reason: text }),
  fc.record({ kind: fc.constant('noSessions' as const), id: counter }),
  fc.record({ kind: fc.constant('leader' as const), id: counter, leaderHint: nodeOrNobody }),
  fc.record({
    kind: fc.constant('status' as const),
    id: counter,
    status: fc.record({
      self: node,
      system: text,
      role: text,
      term: counter,
      leaderId: nodeOrNobody,
      commitIndex: counter,
      lastApplied: counter,
      lastLogIndex: counter,
      firstLogIndex: counter,
      snapshotIndex: counter,
      keyCount: counter,
      sessionCount: counter,
      digest: text,
    }),
  }),
);

/** Bytes cut into pieces at arbitrary places; also empty pieces. */
export function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const end of ends) {
    pieces.push(whole.slice(at, end));
    at = end;
  }
  return pieces;
}
