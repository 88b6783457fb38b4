import type { NodeId } from '../../../core/base/units.js';
import type { Cluster } from '../../cluster/cluster.js';
import { CountedLinks } from './counted-links.js';
import { slower } from '../../network/link-options.js';

/** A slow link takes so many times as long. */
const SLOW_FACTOR = 20;

/** Directions that are kept back: what is sent gathers and comes in a burst when the last fault lets go. */
export function clogsOf({ world }: Cluster): CountedLinks {
  return new CountedLinks(
    (from, to) => world.hold(from, to),
    (from, to) => world.release(from, to),
  );
}

/** Directions that are slow. */
export function slowsOf({ world, options, servers }: Cluster): CountedLinks {
  const optionsOf = (from: NodeId, to: NodeId) => (from > servers.length || to > servers.length ? options.clientLink : options.peerLink);
  return new CountedLinks(
    (from, to) => world.slowLink(from, to, slower(optionsOf(from, to), SLOW_FACTOR)),
    (from, to) => world.restoreLink(from, to, optionsOf(from, to)),
  );
}

/** Directions whose receiver has forgotten the connection. */
export function halfOpensOf({ world }: Cluster): CountedLinks {
  return new CountedLinks(
    (from, to) => world.halfOpen(from, to),
    (from, to) => world.openFully(from, to),
  );
}
