import type { NodeId } from '../core/base/units.js';
import { bit, leaderOf, pickOf, shuffled, type Blow, type Shape } from './aim.js';
import { between } from './cuts.js';
import type { Grips } from './grips.js';
import type { LINK_HARMS } from './harms-network.js';
import type { Striker } from './striker.js';

/** What the families do that damage links. A blow that finds nothing to strike passes. */
export const NETWORK_SHAPES: Readonly<Record<(typeof LINK_HARMS)[number], Shape>> = {
  clog: (striker, blow) => {
    const pair = pairOf(striker, blow);
    if (pair === null) return;
    striker.coverage.mark('link-clogged');
    striker.later(blow.lastsUs, striker.clogs.grip([pair]));
  },

  swizzleClog: (striker, blow) => {
    const { servers } = striker.cluster;
    const some = servers.filter((_, i) => bit(blow.sides, i));
    const chosen = some.length === 0 ? servers.slice(0, 1) : some;
    swizzle(striker, blow, shuffled(chosen, blow.who), shuffled(chosen, blow.other));
  },

  slowLink: (striker, blow) => {
    const pair = pairOf(striker, blow);
    if (pair === null) return;
    striker.coverage.mark('link-slow');
    striker.later(blow.lastsUs, striker.slows.grip([pair, [pair[1], pair[0]]]));
  },

  halfOpen: (striker, blow) => {
    const pair = pairOf(striker, blow);
    if (pair === null) return;
    striker.coverage.mark('connection-half-open');
    striker.later(blow.lastsUs, striker.halfOpens.grip([pair]));
  },

  resetConnections: (striker, blow) => {
    const { world, servers, clients } = striker.cluster;
    const server = pickOf(servers, blow.who);
    if (server === undefined) return;
    for (const [from, to] of between([server], [...servers, ...clients])) world.network.reset(from, to, blow.lastsUs);
    striker.coverage.mark('all-connections-reset');
    world.harm(`reset all connections of ${world.process(server).name}`);
  },

  deafServer: (striker, blow) => {
    const server = leaderOrAny(striker, blow);
    if (server === undefined) return;
    striker.coverage.mark('server-deaf');
    cutFor(striker, blow, between([server], everyone(striker)).filter(([, to]) => to === server));
  },

  muteServer: (striker, blow) => {
    const server = leaderOrAny(striker, blow);
    if (server === undefined) return;
    striker.coverage.mark('server-mute');
    cutFor(striker, blow, between([server], everyone(striker)).filter(([from]) => from === server));
  },

  majorityMinority: (striker, blow) => {
    const { servers, clients } = striker.cluster;
    const minority = minorityOf(striker, blow);
    if (minority.length === 0) return;
    striker.coverage.mark(minority.some((server) => server === leaderOf(striker)) ? 'leader-in-minority' : 'leader-in-majority');
    const withMinority = clients.filter((_, i) => bit(blow.sides, i));
    const majority = servers.filter((server) => !minority.includes(server));
    cutFor(striker, blow, between([...minority, ...withMinority], [...majority, ...clients.filter((client) => !withMinority.includes(client))]));
  },

  bridge: (striker, blow) => {
    const [, ...others] = shuffled(striker.cluster.servers, blow.who);
    if (others.length < 2) return;
    const half = Math.ceil(others.length / 2);
    striker.coverage.mark('bridged');
    cutFor(striker, blow, between(others.slice(0, half), others.slice(half)));
  },

  ring: (striker, blow) => {
    const circle = shuffled(striker.cluster.servers, blow.who);
    if (circle.length < 3) return;
    striker.coverage.mark('ring');
    cutFor(striker, blow, circle.flatMap((one, i) => between([one], circle.slice(i + 1).filter((_, j) => !areNeighbours(circle.length, i, i + 1 + j)))));
  },
};

/** Three in a circle would all be neighbours, so they stand in a row. */
function areNeighbours(count: number, one: number, other: number): boolean {
  const apart = other - one;
  return apart === 1 || (count > 3 && apart === count - 1);
}

/** Clogs all links of each server, one server after the other in the first half of the blow, and unclogs them in the second. */
function swizzle(striker: Striker, blow: Blow, first: readonly NodeId[], second: readonly NodeId[]): void {
  const stepUs = Math.floor(blow.lastsUs / (2 * first.length));
  const letGo = new Map<NodeId, () => void>();
  first.forEach((server, i) => {
    striker.later(i * stepUs, () => letGo.set(server, gripAll(striker, striker.clogs, server)));
  });
  second.forEach((server, i) => {
    striker.later((first.length + i) * stepUs, () => letGo.get(server)?.());
  });
  striker.later(2 * first.length * stepUs, () => striker.coverage.mark('swizzled'));
}

function gripAll(striker: Striker, grips: Grips, server: NodeId): () => void {
  return grips.grip(between([server], everyone(striker)));
}

/** The leader in one of two blows, and then as part of it, so that the majority has to elect another. */
function minorityOf(striker: Striker, blow: Blow): readonly NodeId[] {
  const { servers } = striker.cluster;
  const size = servers.length - (Math.floor(servers.length / 2) + 1);
  const order = shuffled(servers, blow.who);
  const leader = blow.how < 0.5 ? leaderOf(striker) : undefined;
  return (leader === undefined ? order : [leader, ...order.filter((server) => server !== leader)]).slice(0, size);
}

function leaderOrAny(striker: Striker, blow: Blow): NodeId | undefined {
  const leader = blow.how < 0.5 ? leaderOf(striker) : undefined;
  return leader ?? pickOf(striker.cluster.servers, blow.who);
}

/** One direction that a server has an end of; the other end may be a client's. */
function pairOf(striker: Striker, blow: Blow): readonly [NodeId, NodeId] | null {
  const server = pickOf(striker.cluster.servers, blow.who);
  const other = pickOf(everyone(striker).filter((id) => id !== server), blow.other);
  if (server === undefined || other === undefined) return null;
  return blow.how < 0.5 ? [server, other] : [other, server];
}

function everyone(striker: Striker): readonly NodeId[] {
  return [...striker.cluster.servers, ...striker.cluster.clients];
}

function cutFor(striker: Striker, blow: Blow, directions: readonly (readonly [NodeId, NodeId])[]): void {
  striker.later(blow.lastsUs, striker.cuts.cut(directions));
}
