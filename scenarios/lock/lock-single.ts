import { scenario } from 'seedstorm/sim';
import { lockSystem, singleSystem, usualSingle, withLocks } from 'seedstorm/systems';

export const lockSingle = scenario({
  name: 'lock-single',
  title: 'Clients share locks on one server, and half of all requests and half of all answers are lost.',
  why: 'Whoever hears nothing of its put may hold the lock, and a put or a release that comes late must find it changed: two clients that both believe in it is the mistake.',
  expected: ['lock-changed-hands', 'lock-found-held-by-reading', 'lock-call-in-doubt', 'message-lost'],
  expectedWithinRuns: 20,
  system: lockSystem(singleSystem),
  options: (draws) => {
    const { node, ...ordinary } = usualSingle(draws);
    return withLocks({ ...ordinary, node: { ...node, journal: { ...node.journal, storage: null } } }, draws);
  },
});
