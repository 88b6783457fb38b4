import { expect, test } from 'vitest';
import { describeMessage } from '../../src/cli/describe.js';
import { byteStringFromText, EMPTY } from '../../src/core/base/bytestring.js';

const key = byteStringFromText('k1');
const value = byteStringFromText('v');
const command = { op: 'set', clientId: 1, sequenceNum: 1, key, value, version: 0 } as const;

test.each<readonly [said: unknown, text: string]>([
  [{ kind: 'requestVote', term: 4, lastLogIndex: 7, lastLogTerm: 3, isPreVote: false }, 'requestVote t4 last 7/t3'],
  [{ kind: 'requestVoteReply', term: 4, voteGranted: true, isPreVote: true }, 'preVote t4 granted'],
  [{ kind: 'appendEntries', term: 4, prevLogIndex: 7, prevLogTerm: 3, leaderCommit: 6, entries: [] }, 'heartbeat t4 prev 7/t3 commit 6'],
  [{ kind: 'appendEntries', term: 4, prevLogIndex: 7, prevLogTerm: 3, leaderCommit: 6, entries: [{ index: 8 }, { index: 9 }] }, 'append 8..9 t4 prev 7/t3 commit 6'],
  [{ kind: 'appendEntriesReply', term: 4, success: false, matchIndex: 5 }, 'conflict, try 5 t4'],
  [{ kind: 'installSnapshot', term: 4, lastIndex: 90, lastTerm: 3, offset: 0, data: new Uint8Array(64), done: true }, 'snapshot 90/t3 from 0 +64 B end'],
  [{ kind: 'installSnapshotReply', term: 4, lastIndex: 90, receivedBytes: 10, isInstalled: false }, 'snapshot 90 has 10 B t4'],
  [{ kind: 'command', id: 1, command }, 'set k1=v'],
  [{ kind: 'query', id: 1, key }, 'get k1'],
  [{ kind: 'done', id: 1, result: { status: 'ok', version: 3, value } }, 'ok v3=v'],
  [{ kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } }, 'noKey v0'],
  [{ kind: 'notLeader', id: 1, leaderHint: 2, isUncertain: true }, 'notLeader hint s2 uncertain'],
  [{ kind: 'maybe', id: 1, cause: 'timeLimit', reason: 'the time is over' }, 'maybe: the time is over'],
  [{ id: 1, op: 'put', key, value, version: 2 }, 'put k1=v if v2'],
  [{ id: 1, op: 'get', key: byteStringFromText('a key\nthat is long') }, 'get a.key.that.i…'],
  [{ id: 1, op: 'acquire' }, 'acquire'],
  [{ kind: 'held', id: 1, version: 3 }, 'held'],
  [{ kind: 'whoIsLeader', id: 1 }, 'whoIsLeader'],
  [null, 'null'],
])('%j reads %s', (said, text) => {
  expect(describeMessage(said)).toBe(text);
});
