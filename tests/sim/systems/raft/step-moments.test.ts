import { describe, expect, test } from 'vitest';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import { markRecovery, markStep } from '../../../../src/sim/systems/raft/step-moments.js';
import { view, type Planted } from '../../oracles/planted.js';

function seenIn(before: Planted, after: Planted): readonly string[] {
  const coverage = new Coverage();
  markStep(coverage, view(before), view(after));
  return Object.keys(coverage.counts());
}

const eight = [1, 1, 1, 1, 1, 1, 1, 1];

describe('moments that two states in a row show', () => {
  test.each<[string, Planted, Planted]>([
    ['leader-took-over-uncommitted-entries', { role: 'candidate', log: [1] }, { role: 'leader', log: [1] }],
    ['leader-met-a-newer-term', { role: 'leader', term: 1 }, { term: 2 }],
    ['election-undecided', { role: 'candidate' }, { role: 'preCandidate' }],
    ['candidate-lost-to-a-leader', { role: 'candidate', term: 2 }, { term: 2 }],
    ['candidate-met-a-newer-term', { role: 'candidate', term: 2 }, { term: 3 }],
    ['pre-candidate-heard-its-leader', { role: 'preCandidate', term: 2 }, { term: 2 }],
    ['pre-candidate-met-a-newer-term', { role: 'preCandidate', term: 2 }, { term: 3 }],
    ['term-skipped', { term: 1 }, { term: 3 }],
    ['commands-wait-together', { waiters: 1 }, { waiters: 2 }],
    ['many-promises-held', { promises: 7 }, { promises: 8 }],
  ])('%s', (moment, before, after) => {
    expect(seenIn(before, after)).toEqual([moment]);
    expect(seenIn(after, after)).toEqual([]);
  });

  test.each<[string, Planted, Planted]>([
    ['log-became-shorter', { log: [1, 1] }, { log: [1] }],
    ['many-entries-appended-at-once', { log: [] }, { log: eight }],
    ['log-compacted', { log: [1, 1] }, { compactedTo: 1, log: [1] }],
    ['log-emptied-by-compaction', { log: [1, 1] }, { compactedTo: 2 }],
    ['snapshot-overtook-the-log', { log: [1, 1] }, { compactedTo: 3 }],
    ['many-entries-committed-at-once', { log: eight }, { log: eight, commit: 8 }],
    [
      'earlier-terms-committed-with-a-new-entry',
      { role: 'leader', term: 2, log: [1, 2] },
      { role: 'leader', term: 2, log: [1, 2], commit: 2 },
    ],
  ])('%s', (moment, before, after) => {
    expect(seenIn(before, after)).toContain(moment);
    expect(seenIn(before, before)).toEqual([]);
  });

  test('a recovery shows what was found', () => {
    const found = (planted: Planted, highestTerm: number): readonly string[] => {
      const coverage = new Coverage();
      markRecovery(coverage, view(planted), highestTerm);
      return Object.keys(coverage.counts());
    };
    expect(found({ term: 2, vote: 1, snapshotIndex: 4 }, 3)).toEqual([
      'recovered-from-a-snapshot',
      'recovered-into-an-old-term',
      'recovered-with-a-vote',
    ]);
    expect(found({ term: 3 }, 3)).toEqual([]);
  });
});
