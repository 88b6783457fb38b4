import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import { FATE_NAMES, Network } from '../../../src/sim/network/network.js';
import { NO_FAULTS, type LinkFaults, type LinkOptions } from '../../../src/sim/network/link-options.js';
import { FrameBytes, Piece } from '../../../src/sim/network/byte-stream.js';
import { EventQueue } from '../../../src/sim/base/event-queue.js';
import { RATIO_ALWAYS, RATIO_NEVER, RandomStreams, ratio } from '../../../src/sim/base/random-streams.js';

const LINK: LinkOptions = {
  delayUsMin: 10,
  delayUsMax: 10_000,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 1_000,
};
const A = nodeId(1);
const B = nodeId(2);

class Pair {
  readonly queue = new EventQueue();
  readonly network: Network;
  /** What reached B: whole objects, or the first byte of each frame. */
  readonly got: { readonly atUs: number; readonly message: unknown }[] = [];
  problems = 0;

  constructor(faults: Partial<LinkFaults> | null, link: Partial<LinkOptions> = {}) {
    this.network = new Network(this.queue, new RandomStreams(3), 1);
    const options = faults === null ? { ...LINK, ...link } : { ...LINK, ...link, faults: { ...NO_FAULTS, ...faults } };
    for (const id of [A, B])
      this.network.join(
        id,
        (other: NodeId) => `s${other}`,
        () => options,
      );
  }

  send(message: number): string {
    return FATE_NAMES[this.network.send(A, B, message)] ?? '?';
  }

  sendBytes(first: number, length = 20): string {
    return FATE_NAMES[this.network.send(A, B, new FrameBytes('peer', new Uint8Array(length).fill(first)))] ?? '?';
  }

  liveUntil(atUs: number): void {
    while (this.queue.nextAtUs <= atUs && this.queue.take()) this.#arrive();
    if (atUs > this.queue.nowUs) this.queue.moveTo(atUs);
  }

  get messages(): readonly unknown[] {
    return this.got.map(({ message }) => message);
  }

  #arrive(): void {
    const { nowUs: atUs, payload, tag } = this.queue;
    if (!this.network.arrives(A, B, tag)) return;
    if (!(payload instanceof Piece)) {
      this.got.push({ atUs, message: payload });
      return;
    }
    const { payloads, problem, isForged } = this.network.read(A, B, payload);
    expect(isForged).toBe(false);
    if (problem !== null) this.problems++;
    for (const bytes of payloads) this.got.push({ atUs, message: bytes[0] });
  }
}

const oneTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('further faults of a link', () => {
  test('leave everything as it was while all of them are off', () => {
    const arrivals = (faults: Partial<LinkFaults> | null): unknown => {
      const pair = new Pair(faults, { lossRatio: ratio(1, 5), duplicateRatio: ratio(1, 5) });
      const fates = oneTo(200).map((message) => pair.send(message));
      pair.liveUntil(1_000_000);
      return [fates, pair.got];
    };
    expect(arrivals({})).toEqual(arrivals(null));
  });

  test('a late copy comes long after the message, outlives the connection, and is stopped by a cut only', () => {
    const faults = { lateCopyRatio: RATIO_ALWAYS, lateCopyUsMax: 1_000_000 };
    const pair = new Pair(faults);
    expect(oneTo(50).map((message) => pair.send(message))).toEqual(oneTo(50).map(() => 'copied late'));
    pair.liveUntil(10_010);
    const early = pair.got.length;
    expect(early).toBeGreaterThanOrEqual(50);
    expect(early).toBeLessThan(60);
    pair.network.reset(A, B, 0);
    pair.liveUntil(2_000_000);
    expect(pair.messages.toSorted((a, b) => Number(a) - Number(b))).toEqual(oneTo(50).flatMap((message) => [message, message]));

    const cut = new Pair(faults);
    cut.send(1);
    cut.liveUntil(10_010);
    cut.network.cut(A, B);
    cut.liveUntil(2_000_000);
    expect(cut.messages).toEqual([1]);
  });

  test.each(['resetRatio', 'corruptRatio'] as const)(
    '%s: without bytes, the connection breaks at the message, with all that is under way, and stands again later',
    (which) => {
      const pair = new Pair({ reconnectUs: 5_000 });
      for (const message of oneTo(5)) pair.send(message);
      pair.network.setLink(A, B, { ...LINK, faults: { ...NO_FAULTS, [which]: RATIO_ALWAYS, reconnectUs: 5_000 } });
      expect(pair.send(6)).toBe(which === 'resetRatio' ? 'reset' : 'corrupted');
      expect(pair.send(7)).toBe('refused');
      pair.liveUntil(4_999);
      pair.network.setLink(A, B, { ...LINK, faults: NO_FAULTS });
      expect(pair.send(8)).toBe('refused');
      pair.liveUntil(5_000);
      expect(pair.send(9)).toBe('delivered');
      pair.liveUntil(100_000);
      expect(pair.messages).toEqual([9]);
    },
  );

  test('a half-open connection swallows what is under way and what is sent, and the sender learns nothing until it is made anew', () => {
    const pair = new Pair(null);
    pair.send(1);
    pair.network.halfOpen(A, B);
    expect(pair.send(2)).toBe('lost');
    expect(FATE_NAMES[pair.network.send(B, A, 3)]).toBe('delivered');
    pair.network.openFully(A, B);
    expect(pair.send(4)).toBe('delivered');
    pair.network.openFully(A, B);
    pair.liveUntil(100_000);
    expect(pair.messages).toContain(4);
    expect(pair.messages).not.toContain(1);
    expect(pair.messages).not.toContain(2);
  });

  test('healing all ends half-open connections, cuts and clogs', () => {
    const pair = new Pair(null);
    pair.network.hold(A, B);
    pair.send(1);
    pair.network.halfOpen(B, A);
    pair.network.healAll();
    expect(FATE_NAMES[pair.network.send(B, A, 2)]).toBe('delivered');
    pair.liveUntil(20_000);
    expect(pair.messages).toContain(1);
  });
});

describe('a link that carries a stream', () => {
  test.each([
    ['joined, when they follow each other closely', 150, (pieces: number) => pieces < 100],
    ['cut, when they come one by one', 20_000, (pieces: number) => pieces > 250],
  ])('delivers every message, in order, its bytes %s', (_how, everyUs, isExpected) => {
    const pair = new Pair({ isStream: true, latency: 'heavyTail' });
    let pieces = 0;
    const push = pair.queue.push.bind(pair.queue);
    pair.queue.push = (...event) => {
      pieces++;
      push(...event);
    };
    for (const message of oneTo(200)) {
      pair.sendBytes(message);
      pair.liveUntil(pair.queue.nowUs + everyUs);
    }
    pair.liveUntil(pair.queue.nowUs + 100_000);
    expect(pair.messages).toEqual(oneTo(200));
    expect(isExpected(pieces)).toBe(true);
  });

  test('breaks at a damaged frame: what came before it counts, what is under way behind it is lost', () => {
    const pair = new Pair({ isStream: true, reconnectUs: 1_000 });
    pair.sendBytes(1);
    pair.network.setLink(A, B, { ...LINK, faults: { ...NO_FAULTS, isStream: true, corruptRatio: RATIO_ALWAYS, reconnectUs: 1_000 } });
    expect(pair.sendBytes(2)).toBe('corrupted');
    pair.network.setLink(A, B, { ...LINK, faults: { ...NO_FAULTS, isStream: true, reconnectUs: 1_000 } });
    for (const message of [3, 4, 5]) pair.sendBytes(message);
    pair.liveUntil(50_000);
    expect([pair.messages, pair.problems]).toEqual([[1], 1]);
    pair.sendBytes(6);
    pair.liveUntil(100_000);
    expect(pair.messages).toEqual([1, 6]);
  });

  test('gives the next life of its receiver no half message', () => {
    const pair = new Pair({ isStream: true });
    for (const message of oneTo(20)) pair.sendBytes(message);
    pair.liveUntil(3_000);
    const before = pair.messages;
    pair.network.hangUp(B);
    pair.sendBytes(99);
    pair.liveUntil(100_000);
    expect(pair.messages).toEqual([...before, 99]);
  });

  test('is as slow as its bytes: the second of two large messages waits for the first', () => {
    const pair = new Pair({ isStream: true, bytesPerMs: 100 }, { delayUsMin: 0, delayUsMax: 0 });
    pair.sendBytes(1, 988);
    pair.sendBytes(2, 988);
    pair.liveUntil(100_000);
    for (const [i, { atUs }] of pair.got.entries()) {
      expect(atUs).toBeGreaterThanOrEqual(10_000 * (i + 1));
      expect(atUs).toBeLessThan(10_000 * (i + 1) + 500);
    }
    expect(pair.messages).toEqual([1, 2]);
  });

  test('lets what was held go as one burst of bytes', () => {
    const pair = new Pair({ isStream: true });
    pair.network.hold(A, B);
    for (const message of oneTo(30)) pair.sendBytes(message);
    pair.liveUntil(50_000);
    expect(pair.messages).toEqual([]);
    pair.network.release(A, B);
    pair.liveUntil(100_000);
    expect(pair.messages).toEqual(oneTo(30));
  });
});
