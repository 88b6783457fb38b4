import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { Coverage } from '../../../src/sim/coverage/coverage.js';
import { CoverageWatch } from '../../../src/sim/coverage/world-moments.js';
import type { WorldAct } from '../../../src/sim/world/world-event.js';

const SERVERS = 3;
const [S1, S2] = [nodeId(1), nodeId(2)];

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
    to.onWorldEvent(2, { kind: 'restarted', node: nodeId(1), by: 'crash' });
    to.onCrash(3, nodeId(2), 'serving');
    expect(seen()).toEqual(['server-restarted']);
    to.onCrash(4, nodeId(3), 'serving');
    expect(seen()).toContain('majority-down');
    expect(seen()).not.toContain('all-servers-down');
  });

  test.each<readonly [WorldAct, string]>([
    [{ kind: 'killed', node: S1 }, 'server-killed'],
    [{ kind: 'lostPower', node: S1, fates: null }, 'server-lost-power'],
    [{ kind: 'restarted', node: S1 }, 'server-restarted'],
    [{ kind: 'paused', node: S1 }, 'server-paused'],
    [{ kind: 'stopped', node: S1 }, 'server-stopped-gracefully'],
    [{ kind: 'cut', from: S1, to: S2 }, 'link-cut'],
    [{ kind: 'connectionBroke', from: S1, to: S2, problem: 'a frame is damaged' }, 'damaged-frame-refused'],
    [{ kind: 'clockJumped', node: S1, byUs: 300 }, 'clock-jumped'],
    [{ kind: 'clockRateChanged', node: S1, ratePpm: 200 }, 'clock-changed-its-rate'],
    [{ kind: 'clockWentBack', node: S1, byUs: 1 }, 'clock-went-back'],
    [{ kind: 'clockFroze', node: S1, which: 'both' }, 'clock-stood-still'],
    [{ kind: 'clockFroze', node: S1, which: 'wall' }, 'wall-clock-stood-still'],
    [{ kind: 'clockThawed', node: S1, which: 'wall', how: 'goOn' }, 'clock-went-on'],
    [{ kind: 'clockThawed', node: S1, which: 'both', how: 'catchUp' }, 'clock-caught-up'],
    [{ kind: 'wallClockSetForward', node: S1, byUs: 1 }, 'wall-clock-set-forward'],
    [{ kind: 'wallClockSetBack', node: S1, byUs: 0 }, 'wall-clock-set-back'],
  ])('the event %j', (act, moment) => {
    const { watch: to, seen } = watch();
    to.onWorldEvent(1, { ...act, by: null });
    to.onWorldEvent(2, { kind: 'healed', from: S1, to: S2, by: null });
    expect(seen()).toEqual([moment]);
  });
});
