import type { Scenario } from '../src/sim/scenario.js';
import { lockSystem } from '../src/sim/system-lock.js';
import { singleSystem } from '../src/sim/system-single.js';
import { withLocks } from '../src/sim/usual-lock.js';
import { usualSingle } from '../src/sim/usual-single.js';

export const lockSingle: Scenario = {
  name: 'lock-single',
  title: 'Clients share locks on one server, and half of all requests and half of all answers are lost.',
  why: 'Whoever hears nothing of its put may hold the lock, and a put or a release that comes late must find it changed: two clients that both believe in it is the mistake.',
  expected: ['lock-changed-hands', 'lock-found-held-by-reading', 'lock-call-in-doubt', 'message-lost'],
  expectedWithinRuns: 20,
  system: lockSystem(singleSystem) as NonNullable<Scenario['system']>,
  options: (draws) => {
    const { node, ...ordinary } = usualSingle(draws);
    return withLocks({ ...ordinary, node: { ...node, journal: { ...node.journal, storage: null } } }, draws);
  },
};
