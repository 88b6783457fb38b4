import { describe, expect, test } from 'vitest';
import { nodeId } from '../../src/core/base/units.js';
import { Coverage } from '../../src/sim/coverage.js';
import { CoverageWatch } from '../../src/sim/watch-coverage.js';

const SERVERS = 3;

function watch(): { readonly watch: CoverageWatch; readonly seen: () => readonly string[] } {
  const coverage = new Coverage();
  return { watch: new CoverageWatch(coverage, SERVERS, (state) => state === 'serving'), seen: () => Object.keys(coverage.counts()) };
}

describe('moments of any cluster', () => {
  test('how many servers are left', () => {
    const { watch: to, seen } = watch();
    to.onCrash(1, nodeId(1), 'serving');
    expect(seen()).toEqual([]);
    to.onCrash(2, nodeId(2), 'recovering');
    expect(seen()).toEqual(['crash-while-recovering', 'majority-down']);
    to.onStop(3, nodeId(3));
    expect(seen()).toContain('all-servers-down');
  });

  test('a server that was restarted counts again', () => {
    const { watch: to, seen } = watch();
    to.onCrash(1, nodeId(1), 'serving');
    to.onRestart(2, nodeId(1));
    to.onCrash(3, nodeId(2), 'serving');
    expect(seen()).toEqual(['server-restarted']);
    to.onCrash(4, nodeId(3), 'serving');
    expect(seen()).toContain('majority-down');
    expect(seen()).not.toContain('all-servers-down');
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
