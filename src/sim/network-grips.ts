import type { NodeId } from '../core/base/units.js';
import type { Cluster } from './cluster.js';
import { Grips } from './grips.js';
import { slower } from './network-options.js';

/** A slow link takes so many times as long. */
const SLOW_FACTOR = 20;

/** Directions that are kept back: what is sent gathers and comes in a burst when the last harm lets go. */
export function clogsOf({ world }: Cluster): Grips {
  return new Grips(
    (from, to) => {
      world.network.hold(from, to);
      world.harm(`clog ${nameOf(world, from, to)}`);
    },
    (from, to) => {
      world.network.release(from, to);
      world.harm(`unclog ${nameOf(world, from, to)}`);
    },
  );
}

/** Directions that are slow. */
export function slowsOf({ world, options, servers }: Cluster): Grips {
  const optionsOf = (from: NodeId, to: NodeId) => (from > servers.length || to > servers.length ? options.clientLink : options.peerLink);
  return new Grips(
    (from, to) => {
      world.network.setLink(from, to, slower(optionsOf(from, to), SLOW_FACTOR));
      world.harm(`slow ${nameOf(world, from, to)}`);
    },
    (from, to) => {
      world.network.setLink(from, to, optionsOf(from, to));
      world.harm(`quick ${nameOf(world, from, to)}`);
    },
  );
}

/** Directions whose receiver has forgotten the connection. */
export function halfOpensOf({ world }: Cluster): Grips {
  return new Grips(
    (from, to) => {
      world.network.halfOpen(from, to);
      world.harm(`half-open ${nameOf(world, from, to)}`);
    },
    (from, to) => {
      world.network.openFully(from, to);
      world.harm(`new connection ${nameOf(world, from, to)}`);
    },
  );
}

function nameOf(world: Cluster['world'], from: NodeId, to: NodeId): string {
  return `${world.process(from).name}>${world.process(to).name}`;
}
