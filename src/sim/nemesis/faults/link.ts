import type { NodeId } from '../../../core/base/units.js';
import { between } from '../base/link-cuts.js';
import type { Injector } from '../base/injector.js';
import type { CountedLinks } from '../base/counted-links.js';
import { bit, everyone, pickOf, shuffled } from '../base/targets.js';
import type { Strike } from '../base/strike.js';
import { family } from './family.js';

/** Links that are slow, hold back what is sent, or break. */

export const clog = family({
  name: 'clog',
  sentence: 'One direction keeps everything back, then lets it go in one burst.',
  details: 'One direction, one end of it a server, keeps all back, then lets it go in one burst.',
  models: 'a stalled proxy, a full window',
  group: 'network',
  every: [200, 2_000],
  lasts: [50, 2_000],
  strike: (injector, strike) => {
    const pair = pairOf(injector, strike);
    if (pair === null) return;
    injector.coverage.mark('link-clogged');
    injector.later(strike.lastsUs, injector.clogs.apply([pair]));
  },
});

export const swizzleClog = family({
  name: 'swizzleClog',
  sentence: 'Some servers are clogged one after the other, and unclogged in another order.',
  details:
    'Some servers, drawn, are clogged one after the other in the first half of the strike and unclogged in another order in ' +
    'the second.',
  models: 'rolling trouble in a network (after FoundationDB)',
  group: 'network',
  every: [1_500, 5_000],
  lasts: [300, 3_000],
  strike: (injector, strike) => {
    const { servers } = injector.cluster;
    const some = servers.filter((_, i) => bit(strike.sides, i));
    const chosen = some.length === 0 ? servers.slice(0, 1) : some;
    swizzle(injector, strike, shuffled(chosen, strike.who), shuffled(chosen, strike.other));
  },
});

export const slowLink = family({
  name: 'slowLink',
  sentence: 'Both directions between two processes take many times as long.',
  models: 'congestion, a long detour',
  group: 'network',
  every: [500, 3_000],
  lasts: [200, 3_000],
  strike: (injector, strike) => {
    const pair = pairOf(injector, strike);
    if (pair === null) return;
    injector.coverage.mark('link-slow');
    injector.later(strike.lastsUs, injector.slows.apply([pair, [pair[1], pair[0]]]));
  },
});

export const halfOpen = family({
  name: 'halfOpen',
  sentence: 'A receiver forgets a connection and the sender does not notice; then it does, and begins anew.',
  details:
    'The receiver forgets the connection: what is under way and what is sent is lost, and the sender does not know; at the ' +
    'end it connects anew.',
  models: 'a firewall that forgot, a rebooted host',
  group: 'network',
  every: [300, 2_500],
  lasts: [100, 2_500],
  strike: (injector, strike) => {
    const pair = pairOf(injector, strike);
    if (pair === null) return;
    injector.coverage.mark('connection-half-open');
    injector.later(strike.lastsUs, injector.halfOpens.apply([pair]));
  },
});

export const resetConnections = family({
  name: 'resetConnections',
  sentence: 'All connections of one server break at once, and new ones are refused for a while.',
  details: 'All connections of one server, both ways, break at once; new ones are refused as long as the strike lasts.',
  models: 'a restarted proxy, a changed address',
  group: 'network',
  every: [500, 3_000],
  lasts: [1, 500],
  strike: (injector, strike) => {
    const { world, servers, clients } = injector.cluster;
    const server = pickOf(servers, strike.who);
    if (server === undefined) return;
    injector.coverage.mark('all-connections-reset');
    world.resetConnections(server, [...servers, ...clients], strike.lastsUs);
  },
});

/** Clogs all links of each server, one server after the other in the first half of the strike, and unclogs them in the second. */
function swizzle(injector: Injector, strike: Strike, first: readonly NodeId[], second: readonly NodeId[]): void {
  const stepUs = Math.floor(strike.lastsUs / (2 * first.length));
  const letGo = new Map<NodeId, () => void>();
  first.forEach((server, i) => {
    injector.later(i * stepUs, () => letGo.set(server, applyToAll(injector, injector.clogs, server)));
  });
  second.forEach((server, i) => {
    injector.later((first.length + i) * stepUs, () => letGo.get(server)?.());
  });
  injector.later(2 * first.length * stepUs, () => injector.coverage.mark('swizzled'));
}

function applyToAll(injector: Injector, links: CountedLinks, server: NodeId): () => void {
  return links.apply(between([server], everyone(injector)));
}

/** One direction that a server has an end of; the other end may be a client's. */
function pairOf(injector: Injector, strike: Strike): readonly [NodeId, NodeId] | null {
  const server = pickOf(injector.cluster.servers, strike.who);
  const other = pickOf(
    everyone(injector).filter((id) => id !== server),
    strike.other,
  );
  if (server === undefined || other === undefined) return null;
  return strike.how < 0.5 ? [server, other] : [other, server];
}
