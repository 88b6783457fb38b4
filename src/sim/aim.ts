import { NOBODY, type NodeId } from '../core/base/units.js';
import type { Lookfor } from './lookout.js';
import type { Striker } from './striker.js';

/** One strike: how long it lasts, and what was drawn for its choices, numbers in [0, 1). */
export interface Blow {
  readonly lastsUs: number;
  readonly who: number;
  readonly other: number;
  /** Bits for choosing sides, taken from these in turn. */
  readonly sides: readonly number[];
  readonly how: number;
}

/** What a family does with a blow. */
export type Shape = (striker: Striker, blow: Blow) => void;

/** How often a shape looks for the moment it waits for. */
const LOOK_EVERY_US = 500;
/** After so many looks a shape gives up. */
export const LOOKS_MAX = 2_000;

/** How many looks there are in a span. */
export function looksWithin(spanUs: number): number {
  return Math.floor(spanUs / LOOK_EVERY_US);
}

/** @returns Whether there was somebody to strike. */
export function strike(server: NodeId | undefined, blow: (server: NodeId) => void): boolean {
  if (server === undefined) return false;
  blow(server);
  return true;
}

/** Stops a process for so long. */
export function pause(striker: Striker, server: NodeId, lastsUs: number): void {
  striker.cluster.world.pause(server);
  striker.later(lastsUs, () => striker.cluster.world.resume(server));
}

/** Looks again and again until `act` has found its moment or the patience is over. */
export function watchFor(striker: Striker, looks: number, act: () => boolean, more: Pick<Lookfor, 'givesUp' | 'everyTime'> = {}): void {
  striker.lookout.watch({ everyUs: LOOK_EVERY_US, looks, act, ...more });
}

/** The servers that are up, ascending. */
export function up(striker: Striker): readonly NodeId[] {
  return striker.cluster.servers.filter((server) => striker.cluster.world.process(server).isUp);
}

/** One of the servers that are up; undefined when none is. */
export function anyUp(striker: Striker, draw: number): NodeId | undefined {
  return pickOf(up(striker), draw);
}

/** The leader of the highest term; undefined when nobody leads. */
export function leaderOf(striker: Striker): NodeId | undefined {
  const leader = striker.cluster.leader();
  return leader === NOBODY ? undefined : leader;
}

/** A leader that has committed nothing in its term yet. */
export function leaderWithoutCommit(striker: Striker): NodeId | undefined {
  const leader = leaderOf(striker);
  const raft = leader === undefined ? undefined : striker.cluster.view(leader)?.raft;
  return raft !== undefined && raft.log.termAt(raft.commitIndex) < raft.currentTerm ? leader : undefined;
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
