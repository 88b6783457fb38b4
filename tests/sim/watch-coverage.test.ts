import { describe, expect, test } from 'vitest';
import { nodeId } from '../../src/core/base/units.js';
import { ClusterShapes } from '../../src/sim/cluster-shapes.js';
import { Coverage } from '../../src/sim/coverage.js';
import { CoverageWatch } from '../../src/sim/watch-coverage.js';
import { view, type Planted } from './oracles/planted.js';

const SERVERS = 3;

function watch(): { readonly watch: CoverageWatch; readonly seen: () => readonly string[] } {
  const coverage = new Coverage();
  return { watch: new CoverageWatch(coverage, new ClusterShapes(SERVERS), SERVERS), seen: () => Object.keys(coverage.counts()) };
}

function step(to: CoverageWatch, server: number, before: Planted, after: Planted): void {
  to.onStep(1, nodeId(server), null, view(before), view(after));
}

describe('moments of a whole cluster', () => {
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
    to.onSend(1, nodeId(2), nodeId(1), heartbeat, 'delivered');
    expect(seen()).toEqual([]);
    step(to, 1, { term: 2 }, { term: 3 });
    to.onSend(1, nodeId(2), nodeId(1), heartbeat, 'delivered');
    expect(seen()).toEqual(['deposed-leader-spoke']);
  });

  test('what was lost with a server, and how many are left', () => {
    const { watch: to, seen } = watch();
    for (const server of [1, 2, 3]) to.onStep(1, nodeId(server), null, undefined, view({}));
    to.onCrash(1, nodeId(1), view({ role: 'candidate', promises: 1, waiters: 1, readers: 1 }));
    expect(seen()).toEqual(['candidate-crashed', 'crash-with-commands-waiting', 'crash-with-promises-held', 'crash-with-reads-waiting']);
    to.onCrash(2, nodeId(2), { raft: null });
    expect(seen()).toContain('crash-while-recovering');
    expect(seen()).toContain('majority-down');
    expect(seen()).not.toContain('all-servers-down');
    to.onStop(3, nodeId(3));
    expect(seen()).toContain('all-servers-down');
  });

  test.each([
    ['kill s1', 'server-killed'],
    ['power off s1: wal lost 3 bytes', 'server-lost-power'],
    ['pause s2', 'server-paused'],
    ['cut s1>s2', 'link-cut'],
    ['clock of s1 jumps by 300 us', 'clock-jumped'],
    ['clock of s1 at 200 ppm', 'clock-changed-its-rate'],
  ])('the harm "%s"', (words, moment) => {
    const { watch: to, seen } = watch();
    to.onHarm(1, words);
    to.onHarm(2, 'heal s1>s2');
    expect(seen()).toEqual([moment]);
  });
});
