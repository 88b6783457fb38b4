import { expect, test } from 'vitest';
import type { NodeMessage } from '../../../../src/core/wire/protocol.js';
import { raftWords } from '../../../../src/sim/systems/raft/words.js';

test.each<readonly [said: unknown, text: string]>([
  [{ kind: 'requestVote', term: 4, lastLogIndex: 7, lastLogTerm: 3, isPreVote: false }, 'requestVote t4 last 7/t3'],
  [{ kind: 'requestVoteReply', term: 4, voteGranted: true, isPreVote: true }, 'preVote t4 granted'],
  [{ kind: 'appendEntries', term: 4, prevLogIndex: 7, prevLogTerm: 3, leaderCommit: 6, entries: [] }, 'heartbeat t4 prev 7/t3 commit 6'],
  [
    { kind: 'appendEntries', term: 4, prevLogIndex: 7, prevLogTerm: 3, leaderCommit: 6, entries: [{ index: 8 }, { index: 9 }] },
    'append 8..9 t4 prev 7/t3 commit 6',
  ],
  [{ kind: 'appendEntriesReply', term: 4, success: false, matchIndex: 5 }, 'conflict, try 5 t4'],
  [
    { kind: 'installSnapshot', term: 4, lastIndex: 90, lastTerm: 3, offset: 0, data: new Uint8Array(64), done: true },
    'snapshot 90/t3 from 0 +64 B end',
  ],
  [{ kind: 'installSnapshotReply', term: 4, lastIndex: 90, receivedBytes: 10, isInstalled: false }, 'snapshot 90 has 10 B t4'],
])('%j reads %s', (said, text) => {
  expect(raftWords(said as NodeMessage)).toBe(text);
});
