import type { NodeId } from '../../../core/base/units.js';
import { between } from '../base/link-cuts.js';
import type { Injector } from '../base/injector.js';
import { bit, everyone, hit, leaderOf, pickOf, shuffled } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/** Who no longer hears whom. */

export const partition = family({
  name: 'partition',
  sentence: 'The servers fall into two groups that do not hear each other; clients land on either side.',
  models: 'a failed switch',
  group: 'network',
  every: [800, 4_000],
  lasts: [100, 2_500],
  onProcesses: 'partition',
  strike: (injector, strike) => {
    const { servers, clients } = injector.cluster;
    const everyone = [...servers, ...clients];
    const left = everyone.filter((_, i) => bit(strike.sides, i));
    const right = everyone.filter((_, i) => !bit(strike.sides, i));
    if (left.length === 0 || right.length === 0) return;
    injector.coverage.mark('partitioned');
    injector.later(strike.lastsUs, injector.cuts.cut(between(left, right)));
  },
});

export const oneWayCut = family({
  name: 'oneWayCut',
  sentence: 'One server no longer hears another, though it is still heard.',
  details: 'One server no longer hears another, though it is still heard; what is under way is lost.',
  models: 'a one-sided firewall rule',
  group: 'network',
  every: [500, 3_000],
  lasts: [100, 2_500],
  onProcesses: 'oneWayCut',
  strike: (injector, strike) => {
    const { servers } = injector.cluster;
    const from = pickOf(servers, strike.who);
    const to = pickOf(
      servers.filter((server) => server !== from),
      strike.other,
    );
    if (from === undefined || to === undefined) return;
    injector.later(strike.lastsUs, injector.cuts.cut([[from, to]]));
  },
});

export const isolateLeader = family({
  name: 'isolateLeader',
  sentence: 'The leader hears no other server and is heard by none; clients still reach it.',
  models: 'a failed inner network',
  group: 'network',
  every: [1_000, 4_000],
  lasts: [100, 2_000],
  needs: ['leadership'],
  onProcesses: 'isolateLeader',
  strike: (injector, strike) =>
    hit(leaderOf(injector), (leader) => {
      injector.coverage.mark('leader-isolated');
      injector.later(strike.lastsUs, injector.cuts.cut(between([leader], injector.cluster.servers)));
    }),
});

export const isolateServer = family({
  name: 'isolateServer',
  sentence: 'One server neither hears nor is heard by anyone, clients included.',
  models: 'a pulled cable',
  group: 'network',
  every: [1_000, 4_000],
  lasts: [100, 2_000],
  onProcesses: 'isolateServer',
  strike: (injector, strike) => {
    const { servers, clients } = injector.cluster;
    const server = pickOf(servers, strike.who);
    if (server !== undefined) injector.later(strike.lastsUs, injector.cuts.cut(between([server], [...servers, ...clients])));
  },
});

export const deafServer = family({
  name: 'deafServer',
  sentence: 'One server hears nobody, clients included, though it is heard.',
  details: 'One server, in half of the strikes the leader, hears nobody, clients included, though it is heard.',
  models: 'a broken receiver',
  group: 'network',
  every: [1_500, 6_000],
  lasts: [200, 2_500],
  strike: (injector, strike) => {
    const server = leaderOrAny(injector, strike);
    if (server === undefined) return;
    injector.coverage.mark('server-deaf');
    cutFor(
      injector,
      strike,
      between([server], everyone(injector)).filter(([, to]) => to === server),
    );
  },
});

export const muteServer = family({
  name: 'muteServer',
  sentence: 'One server is heard by nobody, clients included, though it hears.',
  details: 'One server, in half of the strikes the leader, is heard by nobody, clients included, though it hears.',
  models: 'a broken sender',
  group: 'network',
  every: [1_500, 6_000],
  lasts: [200, 2_500],
  strike: (injector, strike) => {
    const server = leaderOrAny(injector, strike);
    if (server === undefined) return;
    injector.coverage.mark('server-mute');
    cutFor(
      injector,
      strike,
      between([server], everyone(injector)).filter(([from]) => from === server),
    );
  },
});

export const majorityMinority = family({
  name: 'majorityMinority',
  sentence: 'A bare majority and the rest do not hear each other; clients land on either side.',
  details:
    'A bare majority and the rest do not hear each other, clients on either side; in half of the strikes the leader is in ' +
    'the minority.',
  models: 'a lost data centre',
  group: 'network',
  every: [1_000, 5_000],
  lasts: [200, 2_500],
  strike: (injector, strike) => {
    const { servers, clients } = injector.cluster;
    const minority = minorityOf(injector, strike);
    if (minority.length === 0) return;
    injector.coverage.mark(minority.some((server) => server === leaderOf(injector)) ? 'leader-in-minority' : 'leader-in-majority');
    const withMinority = clients.filter((_, i) => bit(strike.sides, i));
    const majority = servers.filter((server) => !minority.includes(server));
    cutFor(
      injector,
      strike,
      between([...minority, ...withMinority], [...majority, ...clients.filter((client) => !withMinority.includes(client))]),
    );
  },
});

export const bridge = family({
  name: 'bridge',
  sentence: 'Two halves that do not hear each other share one server that hears both.',
  models: 'a broken route between two sites',
  group: 'network',
  every: [1_500, 6_000],
  lasts: [300, 3_000],
  strike: (injector, strike) => {
    const [, ...others] = shuffled(injector.cluster.servers, strike.who);
    if (others.length < 2) return;
    const half = Math.ceil(others.length / 2);
    injector.coverage.mark('bridged');
    cutFor(injector, strike, between(others.slice(0, half), others.slice(half)));
  },
});

export const ring = family({
  name: 'ring',
  sentence: 'Each server hears only its two neighbours in a circle.',
  details: 'Each server hears only its two neighbours in a drawn circle; three stand in a row.',
  models: 'routes that fail pair by pair',
  group: 'network',
  every: [1_500, 6_000],
  lasts: [300, 3_000],
  strike: (injector, strike) => {
    const circle = shuffled(injector.cluster.servers, strike.who);
    if (circle.length < 3) return;
    injector.coverage.mark('ring');
    cutFor(
      injector,
      strike,
      circle.flatMap((one, i) =>
        between(
          [one],
          circle.slice(i + 1).filter((_, j) => !areNeighbours(circle.length, i, i + 1 + j)),
        ),
      ),
    );
  },
});

/** Three in a circle would all be neighbours, so they stand in a row. */
function areNeighbours(count: number, one: number, other: number): boolean {
  const apart = other - one;
  return apart === 1 || (count > 3 && apart === count - 1);
}

/** The leader in one of two strikes, and then as part of it, so that the majority has to elect another. */
function minorityOf(injector: Injector, strike: Strike): readonly NodeId[] {
  const { servers } = injector.cluster;
  const size = servers.length - (Math.floor(servers.length / 2) + 1);
  const order = shuffled(servers, strike.who);
  const leader = strike.how < 0.5 ? leaderOf(injector) : undefined;
  return (leader === undefined ? order : [leader, ...order.filter((server) => server !== leader)]).slice(0, size);
}

function leaderOrAny(injector: Injector, strike: Strike): NodeId | undefined {
  const leader = strike.how < 0.5 ? leaderOf(injector) : undefined;
  return leader ?? pickOf(injector.cluster.servers, strike.who);
}

function cutFor(injector: Injector, strike: Strike, directions: readonly (readonly [NodeId, NodeId])[]): void {
  injector.later(strike.lastsUs, injector.cuts.cut(directions));
}
