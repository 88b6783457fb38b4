import { expect, test } from 'vitest';
import { statusLine } from '../../../src/cli/reach/reach.js';
import { nodeId } from '../../../src/core/base/units.js';

const status = {
  self: nodeId(2),
  term: 3,
  leaderId: nodeId(1),
  commitIndex: 9,
  lastApplied: 8,
  lastLogIndex: 10,
  firstLogIndex: 1,
  snapshotIndex: 0,
  keyCount: 5,
  sessionCount: 0,
  digest: 'd',
};

test.each([
  ['raft', 'follower', 'h:1  raft s2 follower     term 3  leader s1  committed 9  applied 8  keys 5  digest d'],
  ['single', 'single', 'h:1  single s2 single       applied 8 of 10  keys 5  digest d'],
  ['primary-replica', 'replica', 'h:1  primary-replica s2 replica      generation 3  primary s1  changes 8  keys 5  digest d'],
  ['quorum', 'replica', 'h:1  quorum s2 replica      boot 3  primary s1  newest write 9  keys 5  digest d'],
  ['simple-election', 'follower', 'h:1  simple-election s2 follower     term 3  leader s1  writes in its log 8  keys 5  digest d'],
  ['own', 'worker', 'h:1  own s2 worker       term 3  leader s1  committed 9  applied 8  keys 5  digest d'],
])('the status of a server of %s is told in the words of its system', (system, role, line) => {
  expect(statusLine({ address: 'h:1', status: { ...status, system, role } })).toBe(line);
});

test('a server that does not answer, and one that knows no leader', () => {
  expect(statusLine({ address: 'h:1', status: null })).toBe('h:1  no answer');
  expect(statusLine({ address: 'h:1', status: { ...status, system: 'raft', role: 'candidate', leaderId: nodeId(0) } })).toContain(
    'leader unknown',
  );
});
