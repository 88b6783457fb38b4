import { assert } from '../core/base/assert.js';
import type { NodeId } from '../core/base/units.js';
import type { EventQueue } from './queue.js';
import type { RandomStreams, Ratio, Stream } from './random.js';

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
}

/** What became of a message when it was handed to the network. Names in FATE_NAMES, same order. */
export const FATE_DELIVERED = 0;
export const FATE_LOST = 1;
export const FATE_CUT = 2;
export const FATE_DUPLICATED = 3;
export const FATE_OVERFLOW = 4;
export const FATE_NAMES = ['delivered', 'lost', 'cut', 'duplicated', 'overflow'] as const;

/** The direction from one process to another. */
interface Link {
  options: LinkOptions;
  readonly stream: Stream;
  delayUsMin: number;
  delaySpanUs: number;
  queueMax: number;
  /** Below this a draw means "lost"; from `duplicateFrom` on it means "twice". */
  lostBelow: number;
  duplicateFrom: number;
  isCut: boolean;
  /** Counts cuts: a message that left before the last one is lost with it. */
  epoch: number;
  underWay: number;
  lastArrivalUs: number;
  /** Messages kept back until `release`; null while the link is not held. */
  held: { readonly payload: unknown; readonly delayUs: number }[] | null;
}

const STRIDE_FIRST = 16;

/**
 * The network between all processes, clients included: one link for each direction of each pair.
 *
 * A message under way when its link is cut is lost, also if the link is healed before it would have
 * arrived. A message to a process that crashed meanwhile is lost at its door; one that arrives after the
 * restart is delivered to the new life, like a late packet.
 *
 * Each message costs exactly three draws from its link's own stream, whatever becomes of it: its fate, its delay
 * and the delay of its second copy. Loss takes the low end of the first draw and duplication the high
 * end, so that switching one off leaves the other as it was.
 */
export class Network {
  readonly #queue: EventQueue;
  readonly #streams: RandomStreams;
  readonly #arrivalKind: number;
  #stride = STRIDE_FIRST;
  #links: (Link | undefined)[] = [];
  readonly #ids: NodeId[] = [];

  /** @param arrivalKind The event kind under which arrivals go into the queue, with the link's epoch as tag. */
  constructor(queue: EventQueue, streams: RandomStreams, arrivalKind: number) {
    this.#queue = queue;
    this.#streams = streams;
    this.#arrivalKind = arrivalKind;
  }

  /** Joins a process to every one that was joined before, with `optionsTo(other)` for both directions. */
  join(id: NodeId, nameOf: (id: NodeId) => string, optionsTo: (other: NodeId) => LinkOptions): void {
    this.#makeRoom(id);
    for (const other of this.#ids) {
      const options = optionsTo(other);
      this.#links[id * this.#stride + other] = makeLink(options, this.#streams.stream('network', `${nameOf(id)}>${nameOf(other)}`));
      this.#links[other * this.#stride + id] = makeLink(options, this.#streams.stream('network', `${nameOf(other)}>${nameOf(id)}`));
    }
    this.#ids.push(id);
  }

  /** True if there is a link from one to the other. A process has none to itself. */
  knows(from: NodeId, to: NodeId): boolean {
    return to < this.#stride && this.#links[from * this.#stride + to] !== undefined;
  }

  /** Hands over one message. @returns One of the FATE_ numbers. */
  send(from: NodeId, to: NodeId, payload: unknown): number {
    const link = this.#link(from, to);
    const stream = link.stream;
    const fate = stream();
    const delayUs = link.delayUsMin + Math.floor(stream() * link.delaySpanUs);
    const secondDelayUs = link.delayUsMin + Math.floor(stream() * link.delaySpanUs);

    if (link.isCut) return FATE_CUT;
    if (fate < link.lostBelow) return FATE_LOST;
    if (link.underWay >= link.queueMax) return FATE_OVERFLOW;
    this.#depart(link, from, to, payload, delayUs);
    if (fate < link.duplicateFrom || link.underWay >= link.queueMax) return FATE_DELIVERED;
    this.#depart(link, from, to, payload, secondDelayUs);
    return FATE_DUPLICATED;
  }

  /** Called for each arrival event. @returns Whether the message is still there: false if its link was cut meanwhile. */
  arrives(from: NodeId, to: NodeId, epoch: number): boolean {
    const link = this.#link(from, to);
    link.underWay--;
    return link.epoch === epoch;
  }

  /** Cuts one direction. What is under way on it is lost. */
  cut(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    link.isCut = true;
    link.epoch = (link.epoch + 1) | 0;
    if (link.held === null) return;
    link.underWay -= link.held.length;
    link.held = [];
  }

  /** Mends one direction. */
  heal(from: NodeId, to: NodeId): void {
    this.#link(from, to).isCut = false;
  }

  /** Cuts every link between two of these groups, both ways. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    for (const group of groups) {
      for (const other of groups) {
        if (group === other) continue;
        for (const from of group) for (const to of other) this.cut(from, to);
      }
    }
  }

  healAll(): void {
    for (const link of this.#links) if (link !== undefined) link.isCut = false;
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.#link(from, to).isCut;
  }

  /** Clogs one direction: messages gather until {@link release}, then come in one burst. */
  hold(from: NodeId, to: NodeId): void {
    this.#link(from, to).held ??= [];
  }

  /** Lets what gathered on one direction go, each with the delay drawn when it was sent. */
  release(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    const held = link.held;
    if (held === null) return;
    link.held = null;
    link.underWay -= held.length;
    for (const { payload, delayUs } of held) this.#depart(link, from, to, payload, delayUs);
  }

  /** Gives one direction other options from now on; the stream goes on where it was. */
  setLink(from: NodeId, to: NodeId, options: LinkOptions): void {
    applyOptions(this.#link(from, to), options);
  }

  optionsOf(from: NodeId, to: NodeId): LinkOptions {
    return this.#link(from, to).options;
  }

  /** Every joined process, in the order they were joined. */
  get ids(): readonly NodeId[] {
    return this.#ids;
  }

  #depart(link: Link, from: NodeId, to: NodeId, payload: unknown, delayUs: number): void {
    link.underWay++;
    if (link.held !== null) {
      link.held.push({ payload, delayUs });
      return;
    }
    let atUs = this.#queue.nowUs + delayUs;
    // Equal moments leave the queue in the order they came in, so "not earlier" is enough for first in, first out.
    if (!link.options.reorders && atUs < link.lastArrivalUs) atUs = link.lastArrivalUs;
    link.lastArrivalUs = atUs;
    this.#queue.push(atUs, this.#arrivalKind, to, from, link.epoch, payload);
  }

  #link(from: NodeId, to: NodeId): Link {
    const link = this.#links[from * this.#stride + to];
    assert(link !== undefined, 'a link joins two different processes of this world');
    return link;
  }

  #makeRoom(id: NodeId): void {
    if (id < this.#stride) return;
    const narrow = this.#links;
    const narrowStride = this.#stride;
    while (this.#stride <= id) this.#stride *= 2;
    this.#links = [];
    for (const from of this.#ids) {
      for (const to of this.#ids) this.#links[from * this.#stride + to] = narrow[from * narrowStride + to];
    }
  }
}

function makeLink(options: LinkOptions, stream: Stream): Link {
  const link: Link = {
    options, stream, delayUsMin: 0, delaySpanUs: 0, queueMax: 0, lostBelow: 0, duplicateFrom: 1,
    isCut: false, epoch: 0, underWay: 0, lastArrivalUs: 0, held: null,
  };
  applyOptions(link, options);
  return link;
}

function applyOptions(link: Link, options: LinkOptions): void {
  const { delayUsMin, delayUsMax, lossRatio, duplicateRatio, queueMax } = options;
  assert(Number.isInteger(delayUsMin) && Number.isInteger(delayUsMax) && delayUsMin >= 0 && delayUsMin <= delayUsMax, 'a delay range is two whole numbers, 0 <= min <= max');
  assert(queueMax >= 1, 'a link carries at least one message');
  link.options = options;
  link.queueMax = queueMax;
  link.delayUsMin = delayUsMin;
  link.delaySpanUs = delayUsMax - delayUsMin + 1;
  link.lostBelow = lossRatio.numerator / lossRatio.denominator;
  link.duplicateFrom = 1 - duplicateRatio.numerator / duplicateRatio.denominator;
  assert(link.lostBelow <= link.duplicateFrom, 'a message is either lost or doubled: the two ratios are at most 1 together');
}
