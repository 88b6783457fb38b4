import { NOBODY, type NodeId } from '../../../core/base/units.js';
import type { Condition } from './condition-poller.js';
import type { Injector } from './injector.js';
import type { Strike } from './strike.js';

/** How often a family looks for the moment it waits for. */
const LOOK_EVERY_US = 500;
/** After so many looks a family gives up. */
export const LOOKS_MAX = 2_000;

/** How often, and at most how many times, a family looks whether its fault has struck a disk. Four seconds in all. */
export const DISK_LOOKS = { everyUs: 2_000, looks: 2_000 } as const;
/** The golden section: multiples of it modulo 1 are spread evenly. */
const GOLDEN = 0.618_033_988_75;

/** How many looks there are in a span. */
export function looksWithin(spanUs: number): number {
  return Math.floor(spanUs / LOOK_EVERY_US);
}

/** @returns Whether there was somebody to strike. */
export function hit(server: NodeId | undefined, act: (server: NodeId) => void): boolean {
  if (server === undefined) return false;
  act(server);
  return true;
}

/** Stops a process for so long. */
export function pauseFor(injector: Injector, server: NodeId, lastsUs: number): void {
  injector.cluster.world.pause(server);
  injector.later(lastsUs, () => injector.cluster.world.resume(server));
}

/** Looks again and again until `act` has found its moment or the patience is over. */
export function pollFor(injector: Injector, looks: number, act: () => boolean, more: Pick<Condition, 'givesUp' | 'everyTime'> = {}): void {
  injector.poller.poll({ everyUs: LOOK_EVERY_US, looks, act, ...more });
}

/** The servers that are up, ascending. */
export function up(injector: Injector): readonly NodeId[] {
  return injector.cluster.servers.filter((server) => injector.cluster.world.process(server).isUp);
}

/** One of the servers that are up; undefined when none is. */
export function anyUp(injector: Injector, draw: number): NodeId | undefined {
  return pickOf(up(injector), draw);
}

/** The leader in half of the strikes, if there is one; else any server that is up. */
export function leaderOrAnyUp(injector: Injector, strike: Strike): NodeId | undefined {
  return (bit(strike.sides, 1) ? leaderOf(injector) : undefined) ?? anyUp(injector, strike.who);
}

/** Servers and clients. */
export function everyone(injector: Injector): readonly NodeId[] {
  return [...injector.cluster.servers, ...injector.cluster.clients];
}

/** Whether a server is up and done with its recovery. */
export function serves({ cluster }: Injector, server: NodeId): boolean {
  const process = cluster.world.process(server);
  return process.isUp && cluster.hosted.isServing(process.state);
}

/** The leader of the highest term; undefined when nobody leads. */
export function leaderOf(injector: Injector): NodeId | undefined {
  const leader = injector.cluster.leader();
  return leader === NOBODY ? undefined : leader;
}

/** A leader that has committed nothing in its term yet. */
export function leaderWithoutCommit(injector: Injector): NodeId | undefined {
  const leader = leaderOf(injector);
  const { hosted } = injector.cluster;
  const state = leader === undefined ? null : injector.cluster.serving(leader);
  return state !== null && hosted.leadership?.hasCommitted?.(state) === false ? leader : undefined;
}

/** The item that a draw in [0, 1) points to; undefined of an empty list. */
export function pickOf<Item>(items: readonly Item[], draw: number): Item | undefined {
  return items[Math.floor(draw * items.length)];
}

/** The items in an order that a draw in [0, 1) chooses; all orders of up to twelve are about equally likely. */
export function shuffled<Item>(items: readonly Item[], draw: number): readonly Item[] {
  const order = [...items];
  let left = Math.floor(draw * 4_294_967_296);
  for (let i = order.length - 1; i > 0; i--) {
    const j = left % (i + 1);
    left = Math.floor(left / (i + 1));
    [order[i], order[j]] = [order[j] as Item, order[i] as Item];
  }
  return order;
}

/** The side of the i-th: a bit of one of the draws, 32 of which are good in each. */
export function bit(draws: readonly number[], i: number): boolean {
  const bits = Math.floor((draws[i % draws.length] ?? 0) * 4_294_967_296);
  return ((bits >>> Math.floor(i / draws.length)) & 1) === 1;
}

/** One more number in [0, 1) out of a draw, for what a strike does for the i-th time. */
export function further(draw: number, i: number): number {
  const sum = draw + i * GOLDEN;
  return sum - Math.floor(sum);
}
