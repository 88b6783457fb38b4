import { advance, below, bitsOf, type RandomState } from '../base/random.js';

/** How the network between two sides misbehaves. */
export interface Rules {
  /** Of a thousand messages towards the server, or from one server to another, so many vanish. 0 .. 1000. */
  readonly dropRequestsPermille: number;
  /** Of a thousand messages from the server so many vanish: it did the work, and the client does not know. 0 .. 1000. */
  readonly dropRepliesPermille: number;
  /** Each message is held back for a whole number of milliseconds between these, both included; none overtakes another. 0 .. 60000. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

export const DELAY_MS_MAX = 60_000;

export type Preset = 'reliable' | 'unreliable';

/** The two networks of the harness: one that does nothing, and one that loses half of all requests and half of all replies and delays the rest. */
export const PRESETS: Readonly<Record<Preset, Rules>> = {
  reliable: { dropRequestsPermille: 0, dropRepliesPermille: 0, delayMsMin: 0, delayMsMax: 0 },
  unreliable: { dropRequestsPermille: 500, dropRepliesPermille: 500, delayMsMin: 0, delayMsMax: 27 },
};

/** Which way a message goes, seen from who connected. */
export type Way = 'request' | 'reply';

/** What becomes of one message. */
export interface Fate {
  readonly isDropped: boolean;
  readonly delayMs: number;
}

/** Decides about one message. Two draws, whatever comes out. */
export function fateOf(rules: Rules, way: Way, random: RandomState): { readonly fate: Fate; readonly random: RandomState } {
  const forDrop = advance(random);
  const forDelay = advance(forDrop);
  const permille = way === 'request' ? rules.dropRequestsPermille : rules.dropRepliesPermille;
  const delayMs = rules.delayMsMin + below(forDelay, rules.delayMsMax - rules.delayMsMin + 1);
  return { fate: { isDropped: below(forDrop, 1_000) < permille, delayMs }, random: forDelay };
}

/**
 * The random state of one direction of one connection: the same seed, the same fate for its nth message, whatever
 * happens on other connections.
 *
 * @param seed 0 to 2^53-1.
 * @param route The number of the route, 0 and up.
 * @param connection How many connections of this route came before it.
 */
export function randomOf(seed: number, route: number, connection: number, way: Way): RandomState {
  let random = seed | 0;
  for (const part of [Math.floor(seed / 4_294_967_296), route, connection, way === 'request' ? 0 : 1])
    random = bitsOf(advance(random ^ Math.imul(part + 1, 0x85ebca6b))) | 0;
  return random;
}
