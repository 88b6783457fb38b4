import { assert } from '../../core/base/assert.js';
import { LATENCIES, type LatencyName } from './latency.js';
import { assertFaults, type LinkOptions } from './link-options.js';
import { StreamEnd } from './byte-stream.js';
import type { Stream } from '../base/random-streams.js';

/** The direction from one process to another, with all that the network knows of it. */
export interface Link {
  options: LinkOptions;
  /** "s1>s2": the name of its streams. */
  readonly name: string;
  readonly stream: Stream;
  /** What the further faults draw from, so that they change none of the other draws; null before the first. */
  faultStream: Stream | null;
  delayUsMin: number;
  delaySpanUs: number;
  queueMax: number;
  /** Below this a draw means "lost"; from `duplicateFrom` on it means "twice". */
  lostBelow: number;
  duplicateFrom: number;
  /** null when every delay is as likely as any other. */
  latency: LatencyName | null;
  isCut: boolean;
  /** False: none of the further faults can strike a message now. */
  isTroubled: boolean;
  /** Counts cuts and broken connections: a message that left before the last one is lost with it. */
  epoch: number;
  underWay: number;
  lastArrivalUs: number;
  /** Messages kept back until `release`; null while the link is not held. */
  held: { readonly payload: unknown; readonly delayUs: number }[] | null;
  /** The sender believes in a connection that the receiver has forgotten. */
  isHalfOpen: boolean;
  /** Until then a new connection is being made. */
  refusedUntilUs: number;
  /** When the stream's last byte has left its sender. */
  busyUntilUs: number;
  streamEnd: StreamEnd;
}

/** A whole link with nothing on it. */
export function makeLink(options: LinkOptions, name: string, stream: Stream): Link {
  const link: Link = {
    options,
    name,
    stream,
    faultStream: null,
    delayUsMin: 0,
    delaySpanUs: 0,
    queueMax: 0,
    lostBelow: 0,
    duplicateFrom: 1,
    latency: null,
    isCut: false,
    isTroubled: false,
    epoch: 0,
    underWay: 0,
    lastArrivalUs: 0,
    held: null,
    isHalfOpen: false,
    refusedUntilUs: 0,
    busyUntilUs: 0,
    streamEnd: new StreamEnd(),
  };
  applyOptions(link, options);
  return link;
}

/** Gives a link other options; what is under way on it comes as it would have. */
export function applyOptions(link: Link, options: LinkOptions): void {
  const { delayUsMin, delayUsMax, lossRatio, duplicateRatio, queueMax, faults } = options;
  assert(
    Number.isInteger(delayUsMin) && Number.isInteger(delayUsMax) && delayUsMin >= 0 && delayUsMin <= delayUsMax,
    'a delay range is two whole numbers, 0 <= min <= max',
  );
  assert(queueMax >= 1, 'a link carries at least one message');
  if (faults !== undefined) assertFaults(faults);
  link.options = options;
  link.queueMax = queueMax;
  link.delayUsMin = delayUsMin;
  link.delaySpanUs = delayUsMax - delayUsMin + 1;
  link.lostBelow = lossRatio.numerator / lossRatio.denominator;
  link.duplicateFrom = 1 - duplicateRatio.numerator / duplicateRatio.denominator;
  link.latency = faults === undefined || LATENCIES[faults.latency].length === 1 ? null : faults.latency;
  troubleAnew(link);
  assert(link.lostBelow <= link.duplicateFrom, 'a message is either lost or doubled: the two ratios are at most 1 together');
}

/** To be called when something that can trouble a message has come or gone. */
export function troubleAnew(link: Link): void {
  link.isTroubled = link.options.faults !== undefined || link.isHalfOpen || link.refusedUntilUs > 0;
}

/** Ends the connection: what is under way on it, or kept back, is lost. */
export function loseAll(link: Link): void {
  link.epoch = (link.epoch + 1) | 0;
  link.streamEnd = new StreamEnd();
  if (link.held === null) return;
  link.underWay -= link.held.length;
  link.held = [];
}
