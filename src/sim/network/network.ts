import { assert } from '../../core/base/assert.js';
import type { NodeId } from '../../core/base/units.js';
import { latencyShare } from './latency.js';
import { applyOptions, loseAll, makeLink, troubleAnew, type Link } from './link.js';
import type { LinkFaults, LinkOptions } from './link-options.js';
import { FrameBytes, Piece, cutAnywhere, damaged, readAlone, type PieceReading } from './byte-stream.js';
import type { EventQueue } from '../base/event-queue.js';
import { chance, type RandomStreams } from '../base/random-streams.js';

export type { LinkOptions } from './link-options.js';

/** What became of a message when it was handed to the network. Names in FATE_NAMES, same order. */
export const FATE_DELIVERED = 0;
export const FATE_LOST = 1;
export const FATE_CUT = 2;
export const FATE_DUPLICATED = 3;
export const FATE_OVERFLOW = 4;
/** The connection was broken a moment ago, and a new one does not stand yet. */
export const FATE_REFUSED = 5;
/** The connection broke at this message. */
export const FATE_RESET = 6;
export const FATE_CORRUPTED = 7;
/** It comes, and once more when everybody has forgotten it. */
export const FATE_COPIED_LATE = 8;
export const FATE_NAMES = ['delivered', 'lost', 'cut', 'duplicated', 'overflow', 'refused', 'reset', 'corrupted', 'copied late'] as const;

/** Whether a message with this fate may still arrive. */
export function isOnItsWay(fate: number): boolean {
  return fate === FATE_DELIVERED || fate === FATE_DUPLICATED || fate === FATE_COPIED_LATE;
}

/** What somebody who rules over single messages makes of one: it never arrives, takes so much longer, or arrives twice. */
export type Ruling = { readonly kind: 'drop' } | { readonly kind: 'delay'; readonly byUs: number } | { readonly kind: 'duplicate' };

/** Rules over single messages as they are sent; null: luck decides. */
export type MessageRuler = (from: NodeId, to: NodeId, message: unknown) => Ruling | null;

/** The tag of a message that belongs to no connection: it outlives all. */
const NO_EPOCH = -1;

/** What was drawn for one message on a link with further faults. */
interface Luck {
  readonly isReset: boolean;
  readonly isCorrupted: boolean;
  readonly isCopiedLate: boolean;
  /** In [0, 1), as are the two below: which bits flip, or how late the copy comes. */
  readonly where: number;
  readonly cut: number;
  readonly otherCut: number;
}

const STRIDE_FIRST = 16;
/** Between two pieces of one frame. */
const PIECE_GAP_US = 50;

/**
 * The network between all processes, clients included: one link for each direction of each pair.
 *
 * A message under way when its link is cut is lost, also if the link is healed before it would have
 * arrived. A message to a process that crashed meanwhile is lost at its door; one that arrives after the
 * restart is delivered to the new life, like a late packet.
 *
 * Each message costs exactly three draws from its link's own stream, whatever becomes of it: its fate, its delay
 * and the delay of its second copy. Loss takes the low end of the first draw and duplication the high
 * end, so that switching one off leaves the other as it was. On a link with further faults it costs six more,
 * from another stream.
 *
 * One direction of a link is one connection, with the receiver's end of its byte stream if it has one. A broken
 * connection loses what is under way on it, and what is sent until a new one stands.
 */
export class Network {
  readonly #queue: EventQueue;
  readonly #streams: RandomStreams;
  readonly #arrivalKind: number;
  /** Asked about every message, if there is one. */
  ruler: MessageRuler | null = null;
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
      this.#links[id * this.#stride + other] = this.#newLink(options, `${nameOf(id)}>${nameOf(other)}`);
      this.#links[other * this.#stride + id] = this.#newLink(options, `${nameOf(other)}>${nameOf(id)}`);
    }
    this.#ids.push(id);
  }

  /** True if there is a link from one to the other. A process has none to itself. */
  knows(from: NodeId, to: NodeId): boolean {
    return to < this.#stride && this.#links[from * this.#stride + to] !== undefined;
  }

  /** Hands over one message as what it travels as. @returns One of the FATE_ numbers. */
  send(from: NodeId, to: NodeId, payload: unknown, message: unknown = payload): number {
    const ruling = this.ruler === null ? null : this.ruler(from, to, message);
    const link = this.#link(from, to);
    const stream = link.stream;
    const fate = ruling === null ? stream() : fateBy(ruling, stream());
    const delayUs = delayOf(link, stream()) + (ruling?.kind === 'delay' ? ruling.byUs : 0);
    const secondDelayUs = delayOf(link, stream());

    if (link.isTroubled) {
      const trouble = this.#trouble(link, from, to, payload, delayUs);
      if (trouble !== FATE_DELIVERED) return trouble;
    }
    if (link.isCut) return FATE_CUT;
    if (fate < link.lostBelow || fate < 0) return FATE_LOST;
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
    return epoch === NO_EPOCH ? !link.isCut : link.epoch === epoch;
  }

  /** Cuts one direction. What is under way on it is lost. */
  cut(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    link.isCut = true;
    loseAll(link);
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

  /** Mends every link, and lets go what was held. */
  healAll(): void {
    for (const from of this.#ids) {
      for (const to of this.#ids) {
        if (from === to) continue;
        this.heal(from, to);
        this.release(from, to);
        this.openFully(from, to);
      }
    }
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

  /** Breaks the connection of one direction: what is under way is lost, and what is sent within `refusesUs` is refused. */
  reset(from: NodeId, to: NodeId, refusesUs: number): void {
    this.#reset(this.#link(from, to), refusesUs);
  }

  /** The receiver forgets the connection, and the sender does not notice: whatever it sends is lost. */
  halfOpen(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    loseAll(link);
    link.isHalfOpen = true;
    troubleAnew(link);
  }

  /** The sender notices, and begins anew. */
  openFully(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    if (!link.isHalfOpen) return;
    link.isHalfOpen = false;
    this.#reset(link, link.options.faults?.reconnectUs ?? 0);
  }

  /** True if messages from one to the other travel as one stream of bytes, if they can be written as bytes. */
  isStream(from: NodeId, to: NodeId): boolean {
    return this.#link(from, to).options.faults?.isStream === true;
  }

  /** Reads what has arrived of a stream; damage breaks the connection. */
  read(from: NodeId, to: NodeId, piece: Piece): PieceReading {
    const link = this.#link(from, to);
    if (piece.isAlone) return readAlone(piece);
    const reading = link.streamEnd.read(piece);
    if (reading.problem !== null) this.#reset(link, link.options.faults?.reconnectUs ?? 0);
    return reading;
  }

  /** A process is no more: what streams had under way to it reaches nobody, least of all its next life. */
  hangUp(id: NodeId): void {
    for (const from of this.#ids) if (from !== id && this.isStream(from, id)) loseAll(this.#link(from, id));
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

  /** What the further faults make of a message; FATE_DELIVERED when they leave it to the others. */
  #trouble(link: Link, from: NodeId, to: NodeId, payload: unknown, delayUs: number): number {
    const { faults } = link.options;
    const luck = faults === undefined ? null : this.#drawLuck(link, faults);
    if (link.isCut) return FATE_CUT;
    if (this.#queue.nowUs < link.refusedUntilUs) return FATE_REFUSED;
    if (link.isHalfOpen) return FATE_LOST;
    if (faults === undefined || luck === null) return FATE_DELIVERED;
    if (luck.isReset) {
      this.#reset(link, faults.reconnectUs);
      return FATE_RESET;
    }
    if (link.underWay >= link.queueMax) return FATE_OVERFLOW;
    if (payload instanceof FrameBytes)
      payload.parts = cutAnywhere(luck.isCorrupted ? damaged(payload.bytes, luck.where) : payload.bytes, luck.cut, luck.otherCut);
    if (luck.isCorrupted) {
      // Of a message that is no bytes only what comes of it can be shown: the reader finds the damage and hangs up.
      if (payload instanceof FrameBytes) this.#depart(link, from, to, payload, delayUs);
      else this.#reset(link, faults.reconnectUs);
      return FATE_CORRUPTED;
    }
    if (!luck.isCopiedLate) return FATE_DELIVERED;
    this.#depart(link, from, to, payload, delayUs);
    const late = payload instanceof FrameBytes ? new Piece(payload.bytes, true) : payload;
    const lateUs = this.#queue.nowUs + delayUs + 1 + Math.floor(luck.where * faults.lateCopyUsMax);
    link.underWay++;
    this.#queue.push(lateUs, this.#arrivalKind, to, from, NO_EPOCH, late);
    return FATE_COPIED_LATE;
  }

  /** Six draws, whatever comes of them. */
  #drawLuck(link: Link, faults: LinkFaults): Luck {
    const stream = (link.faultStream ??= this.#streams.stream('network-faults', link.name));
    return {
      isReset: chance(stream, faults.resetRatio),
      isCorrupted: chance(stream, faults.corruptRatio),
      isCopiedLate: chance(stream, faults.lateCopyRatio),
      where: stream(),
      cut: stream(),
      otherCut: stream(),
    };
  }

  #reset(link: Link, refusesUs: number): void {
    loseAll(link);
    link.refusedUntilUs = this.#queue.nowUs + refusesUs;
    troubleAnew(link);
  }

  #depart(link: Link, from: NodeId, to: NodeId, payload: unknown, delayUs: number): void {
    if (link.held !== null) {
      link.underWay++;
      link.held.push({ payload, delayUs });
      return;
    }
    if (payload instanceof FrameBytes) {
      this.#departAsBytes(link, from, to, payload, delayUs);
      return;
    }
    link.underWay++;
    let atUs = this.#queue.nowUs + delayUs;
    // Equal moments leave the queue in the order they came in, so "not earlier" is enough for first in, first out.
    if (!link.options.reorders && atUs < link.lastArrivalUs) atUs = link.lastArrivalUs;
    link.lastArrivalUs = atUs;
    this.#queue.push(atUs, this.#arrivalKind, to, from, link.epoch, payload);
  }

  /** A stream never reorders: bytes that would overtake arrive together with those before them, as one piece. */
  #departAsBytes(link: Link, from: NodeId, to: NodeId, frame: FrameBytes, delayUs: number): void {
    const { streamEnd } = link;
    const bytesPerMs = link.options.faults?.bytesPerMs ?? 0;
    streamEnd.sends(frame);
    frame.parts.forEach((part, i) => {
      const beginsUs = Math.max(this.#queue.nowUs, link.busyUntilUs);
      link.busyUntilUs = beginsUs + (bytesPerMs === 0 ? 0 : Math.ceil((part.length * 1_000) / bytesPerMs));
      const atUs = Math.max(link.busyUntilUs + delayUs + i * PIECE_GAP_US, link.lastArrivalUs);
      const last = streamEnd.lastPiece;
      if (last !== null && !last.isRead && atUs === link.lastArrivalUs) {
        last.parts.push(part);
        return;
      }
      link.underWay++;
      link.lastArrivalUs = atUs;
      streamEnd.lastPiece = new Piece(part, false);
      this.#queue.push(atUs, this.#arrivalKind, to, from, link.epoch, streamEnd.lastPiece);
    });
  }

  #newLink(options: LinkOptions, name: string): Link {
    return makeLink(options, name, this.#streams.stream('network', name));
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

function delayOf(link: Link, draw: number): number {
  const share = link.latency === null ? draw : latencyShare(link.latency, draw);
  return link.delayUsMin + Math.floor(share * link.delaySpanUs);
}

/** The draw that brings about what a ruling says: below every loss, or beyond every single delivery. */
function fateBy({ kind }: Ruling, draw: number): number {
  if (kind === 'drop') return -1;
  return kind === 'duplicate' ? 1 : draw;
}
