import { anyUp, bit, further, hit, leaderOf, up } from '../base/targets.js';
import { family } from './family.js';

/** Servers that die at a drawn moment: their power goes, or their process ends and its machine lives. */

export const crash = family({
  name: 'crash',
  sentence: 'One server loses what is volatile and, of what was not synced, whatever the disk decides; restarted later.',
  models: 'power loss of a machine',
  group: 'crash',
  every: [500, 3_000],
  lasts: [10, 2_000],
  onProcesses: 'kill',
  strike: (injector, strike) => hit(anyUp(injector, strike.who), (server) => injector.crash(server, false, strike.lastsUs)),
});

export const crashLeader = family({
  name: 'crashLeader',
  sentence: 'The leader loses power, as with crash.',
  models: 'the same',
  group: 'crash',
  every: [700, 4_000],
  lasts: [10, 1_500],
  needs: ['leadership'],
  onProcesses: 'killLeader',
  strike: (injector, strike) => hit(leaderOf(injector), (server) => injector.crash(server, false, strike.lastsUs)),
});

export const kill = family({
  name: 'kill',
  sentence: 'One process ends but its machine lives: everything it wrote is still there.',
  models: '`kill -9`, out of memory',
  group: 'crash',
  every: [500, 3_000],
  lasts: [10, 1_500],
  onProcesses: 'kill',
  strike: (injector, strike) => hit(anyUp(injector, strike.who), (server) => injector.crash(server, true, strike.lastsUs)),
});

export const killLeader = family({
  name: 'killLeader',
  sentence: 'The process of the leader ends, as with kill.',
  models: 'the same',
  group: 'crash',
  every: [700, 4_000],
  lasts: [10, 1_500],
  needs: ['leadership'],
  onProcesses: 'killLeader',
  strike: (injector, strike) => hit(leaderOf(injector), (server) => injector.crash(server, true, strike.lastsUs)),
});

export const powerCut = family({
  name: 'powerCut',
  sentence: 'All servers lose power at one moment.',
  models: 'a dark building',
  group: 'crash',
  every: [2_000, 6_000],
  lasts: [10, 1_000],
  onProcesses: 'killAll',
  strike: (injector, strike) => {
    injector.coverage.mark('power-cut-of-all');
    for (const server of up(injector)) injector.crash(server, false, strike.lastsUs);
  },
});

export const powerCutOfSome = family({
  name: 'powerCutOfSome',
  sentence: 'Some servers lose power at one moment, and come back one by one.',
  details: 'A drawn subset of the servers loses power at one moment; each of them comes back by itself, within the strike.',
  models: 'a dark rack',
  group: 'crash',
  every: [1_500, 5_000],
  lasts: [20, 1_000],
  strike: (injector, strike) => {
    const those = up(injector).filter((_, i) => bit(strike.sides, i));
    if (those.length > 1 && those.length < injector.cluster.servers.length) injector.coverage.mark('some-lost-power-together');
    those.forEach((server, i) => injector.crash(server, false, Math.floor(further(strike.how, i) * strike.lastsUs)));
  },
});
