import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../../src/core/base/units.js';
import { ClusterShapes } from '../../../../src/sim/systems/raft/abstract-states.js';
import { Coverage } from '../../../../src/sim/coverage/coverage.js';
import { RaftCoverageWatch } from '../../../../src/sim/systems/raft/raft-moments.js';
import { view, type Planted } from '../../oracles/planted.js';

const SERVERS = 3;

function watch(): { readonly watch: RaftCoverageWatch; readonly seen: () => readonly string[] } {
  const coverage = new Coverage();
  return { watch: new RaftCoverageWatch(coverage, new ClusterShapes(SERVERS), SERVERS), seen: () => Object.keys(coverage.counts()) };
}

function step(to: RaftCoverageWatch, server: number, before: Planted, after: Planted): void {
  to.onStep(1, nodeId(server), null, view(before), view(after));
}

describe('moments of a raft cluster', () => {
  test('two leaders at once, and one that is elected again', () => {
    const { watch: to, seen } = watch();
    step(to, 1, { role: 'candidate', term: 2 }, { role: 'leader', term: 2 });
    step(to, 1, { role: 'leader', term: 2 }, { term: 3 });
    step(to, 2, { role: 'candidate', term: 3 }, { role: 'leader', term: 3 });
    expect(seen()).toEqual(['leader-met-a-newer-term']);
    step(to, 1, { role: 'candidate', term: 4 }, { role: 'leader', term: 4 });
    expect(seen()).toContain('two-leaders-at-once');
    step(to, 1, { role: 'leader', term: 4 }, { term: 5 });
    step(to, 1, { role: 'candidate', term: 6 }, { role: 'leader', term: 6 });
    expect(seen()).toContain('leader-elected-again');
  });

  test('a leader that speaks in a term that is over', () => {
    const { watch: to, seen } = watch();
    const heartbeat = { kind: 'appendEntries', term: 2 };
    step(to, 1, { term: 2 }, { term: 2 });
    to.onSend(1, nodeId(2), nodeId(1), heartbeat);
    expect(seen()).toEqual([]);
    step(to, 1, { term: 2 }, { term: 3 });
    to.onSend(1, nodeId(2), nodeId(1), heartbeat);
    expect(seen()).toEqual(['deposed-leader-spoke']);
  });

  test('what was lost with a server', () => {
    const { watch: to, seen } = watch();
    to.onCrash(1, nodeId(1), view({ role: 'candidate', promises: 1, waiters: 1, readers: 1 }));
    expect(seen()).toEqual(['candidate-crashed', 'crash-with-commands-waiting', 'crash-with-promises-held', 'crash-with-reads-waiting']);
  });
});
