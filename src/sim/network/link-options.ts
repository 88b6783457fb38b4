import { assert } from '../../core/base/assert.js';
import type { LatencyName } from './latency.js';
import { RATIO_NEVER, type Ratio } from '../base/random-streams.js';

/** How one direction of one link misbehaves. No field has a default: a run is described whole. */
export interface LinkOptions {
  /** Microseconds of simulated time that every message takes at least. 0 or more. */
  readonly delayUsMin: number;
  /** Microseconds; at least `delayUsMin`. Above the election timeout it makes leaders look dead. */
  readonly delayUsMax: number;
  /** Chance that a message vanishes. Together with `duplicateRatio` at most 1. */
  readonly lossRatio: Ratio;
  /** Chance that a message comes twice, each copy with a delay of its own. */
  readonly duplicateRatio: Ratio;
  /** True: a message may overtake the one before it. False: first in, first out, as on one TCP connection. */
  readonly reorders: boolean;
  /** Messages under way on this link at once; one more is lost ('overflow'). 1 or more. */
  readonly queueMax: number;
  /** Further faults; absent: none of them, and nothing is drawn for them. */
  readonly faults?: LinkFaults;
}

/** Faults of one direction of a link that an ordinary run leaves off, and then they draw nothing. */
export interface LinkFaults {
  /** How delays lie between the link's two bounds. */
  readonly latency: LatencyName;
  /** Chance that a message comes once more, long after, over a connection that nobody uses any more. */
  readonly lateCopyRatio: Ratio;
  /** Microseconds that such a copy comes after the message was sent, at most. */
  readonly lateCopyUsMax: number;
  /** Chance that one to three bits of a message's frame flip on the way. The connection breaks when the reader finds out. */
  readonly corruptRatio: Ratio;
  /** Chance that the connection is reset at a message: it and all that is under way are lost. */
  readonly resetRatio: Ratio;
  /** Microseconds until a broken connection stands again; what is sent meanwhile is refused. */
  readonly reconnectUs: number;
  /** With codecs: bytes travel as one stream of frames, in order, cut anywhere. Without codecs it changes nothing. */
  readonly isStream: boolean;
  /** Bytes that a stream carries in a millisecond; 0 for no bound. */
  readonly bytesPerMs: number;
}

/** All of them off: what a link with faults starts from. */
export const NO_FAULTS: LinkFaults = {
  latency: 'plain',
  lateCopyRatio: RATIO_NEVER,
  lateCopyUsMax: 0,
  corruptRatio: RATIO_NEVER,
  resetRatio: RATIO_NEVER,
  reconnectUs: 0,
  isStream: false,
  bytesPerMs: 0,
};

/** The same link when nothing is wrong with it any more: its delays, queue and way of carrying bytes stay. */
export function calm(link: LinkOptions): LinkOptions {
  const quiet: LinkOptions = { ...link, lossRatio: RATIO_NEVER, duplicateRatio: RATIO_NEVER };
  if (link.faults === undefined) return quiet;
  return { ...quiet, faults: { ...link.faults, lateCopyRatio: RATIO_NEVER, corruptRatio: RATIO_NEVER, resetRatio: RATIO_NEVER } };
}

/** The same link, `factor` times as slow: a whole number, 1 or more. */
export function slower(link: LinkOptions, factor: number): LinkOptions {
  return { ...link, delayUsMin: link.delayUsMin * factor, delayUsMax: link.delayUsMax * factor };
}

/** Whether one message can arrive more than once over this link. */
export function mayDouble(link: LinkOptions): boolean {
  return link.duplicateRatio.numerator > 0 || (link.faults?.lateCopyRatio.numerator ?? 0) > 0;
}

/** Refuses numbers that make no sense. */
export function assertFaults({ lateCopyRatio, lateCopyUsMax, reconnectUs, bytesPerMs }: LinkFaults): void {
  const isWhole = [lateCopyUsMax, reconnectUs, bytesPerMs].every((value) => Number.isInteger(value) && value >= 0);
  assert(isWhole, 'the spans and rates of a link are whole numbers, 0 or more');
  assert(lateCopyRatio.numerator === 0 || lateCopyUsMax > 0, 'a late copy comes later than at once');
}
