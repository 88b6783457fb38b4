import { describe, expect, test } from 'vitest';
import { EMPTY, byteStringFromText } from '../../../../src/core/base/bytestring.js';
import { logIndex, nodeId, term } from '../../../../src/core/base/units.js';
import { messageFingerprint } from '../../../../src/core/systems/raft/fingerprint.js';
import type { NodeMessage, NodeResponse } from '../../../../src/core/wire/protocol.js';

const entry = { index: logIndex(8), term: term(3), kind: 'noop', payload: null, sizeBytes: 1 } as const;

const MESSAGES: readonly (NodeMessage | NodeResponse)[] = [
  { kind: 'requestVote', term: term(3), candidateId: nodeId(1), lastLogIndex: logIndex(7), lastLogTerm: term(2), isPreVote: false },
  { kind: 'requestVoteReply', term: term(3), voteGranted: true, isPreVote: false },
  {
    kind: 'appendEntries',
    term: term(3),
    prevLogIndex: logIndex(7),
    prevLogTerm: term(2),
    leaderCommit: logIndex(5),
    sequence: 9,
    entries: [entry],
  },
  {
    kind: 'appendEntriesReply',
    term: term(3),
    success: true,
    matchIndex: logIndex(8),
    hintTerm: term(0),
    prevLogIndex: logIndex(7),
    sequence: 9,
  },
  {
    kind: 'installSnapshot',
    term: term(3),
    lastIndex: logIndex(7),
    lastTerm: term(2),
    offset: 10,
    data: new Uint8Array(4),
    done: false,
    sequence: 9,
  },
  { kind: 'installSnapshotReply', term: term(3), lastIndex: logIndex(7), receivedBytes: 14, isInstalled: false, sequence: 9 },
  { kind: 'notLeader', id: 4, leaderHint: nodeId(2), isUncertain: false },
  { kind: 'done', id: 4, result: { status: 'ok', version: 3, value: byteStringFromText('a') } },
];

/** The same with one field changed: a number one higher, a flag turned, a list or bytes empty. */
function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return [];
  return value instanceof Uint8Array ? new Uint8Array(0) : { status: 'notFound', version: 0, value: EMPTY };
}

describe('the fingerprint of a message', () => {
  test.each(MESSAGES)('of $kind is a 32-bit integer that depends on every field', (message) => {
    const fingerprint = messageFingerprint(message);
    expect(fingerprint).toBe(fingerprint | 0);
    for (const [field, value] of Object.entries(message)) {
      if (field === 'kind') continue;
      expect(messageFingerprint({ ...message, [field]: changed(value) } as NodeMessage), field).not.toBe(fingerprint);
    }
  });
});
