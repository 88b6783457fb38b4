import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import {
  FATE_CUT,
  FATE_DELIVERED,
  FATE_LOST,
  FATE_NAMES,
  FATE_OVERFLOW,
  Network,
  type LinkOptions,
} from '../../../src/sim/network/network.js';
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
const nameOf = (id: NodeId): string => `s${id}`;
const A = nodeId(1);
const B = nodeId(2);

function networkOf(ids: readonly number[], options: LinkOptions = LINK): { network: Network; queue: EventQueue; streams: RandomStreams } {
  const queue = new EventQueue();
  const streams = new RandomStreams(1);
  const network = new Network(queue, streams, 1);
  for (const id of ids) network.join(nodeId(id), nameOf, () => options);
  return { network, queue, streams };
}

describe('links', () => {
  test('exist between any two, with a state of their own, also when more join than there was room for', () => {
    const { network, queue } = networkOf([1, 2]);
    network.cut(A, B);
    network.send(B, A, 'early');
    for (const id of [15, 16, 40]) network.join(nodeId(id), nameOf, () => LINK);
    expect([network.isCut(A, B), network.isCut(B, A), network.isCut(A, nodeId(40))]).toEqual([true, false, false]);
    expect(queue.take() && network.arrives(B, A, queue.tag)).toBe(true);
    for (const from of network.ids) {
      for (const to of network.ids) expect(network.knows(from, to)).toBe(from !== to);
    }
    expect(network.knows(A, nodeId(999))).toBe(false);
    expect(() => network.send(A, A, 'self')).toThrow('two different processes');
  });

  test('cost three draws for each message, whatever becomes of it', () => {
    const drawsAfter = (prepare: (network: Network) => void, fate: number): number => {
      const { network, streams } = networkOf([1, 2]);
      prepare(network);
      expect(network.send(A, B, 'x')).toBe(fate);
      return streams.stream('network', 's1>s2')();
    };
    const fourth = drawsAfter(() => undefined, FATE_DELIVERED);
    expect(
      drawsAfter((network) => {
        network.cut(A, B);
      }, FATE_CUT),
    ).toBe(fourth);
    expect(
      drawsAfter((network) => {
        network.setLink(A, B, { ...LINK, lossRatio: RATIO_ALWAYS });
      }, FATE_LOST),
    ).toBe(fourth);
    expect(
      drawsAfter((network) => {
        network.setLink(A, B, { ...LINK, duplicateRatio: RATIO_ALWAYS });
      }, FATE_NAMES.indexOf('duplicated')),
    ).toBe(fourth);
    expect(
      drawsAfter((network) => {
        network.hold(A, B);
      }, FATE_DELIVERED),
    ).toBe(fourth);
  });

  test('one more or less lost message does not change the delays of the others', () => {
    const delaysOf = (lossRatio: LinkOptions['lossRatio']): Map<number, number> => {
      const { network, queue } = networkOf([1, 2], { ...LINK, lossRatio });
      for (let i = 0; i < 100; i++) network.send(A, B, i);
      const delays = new Map<number, number>();
      while (queue.take()) delays.set(queue.payload as number, queue.nowUs);
      return delays;
    };
    const all = delaysOf(RATIO_NEVER);
    const some = delaysOf(ratio(1, 3));
    expect(some.size).toBeLessThan(90);
    for (const [message, delay] of some) expect(all.get(message)).toBe(delay);
  });

  test('a cut empties what was held; a doubled message does not squeeze into a full link', () => {
    const { network, queue } = networkOf([1, 2], { ...LINK, queueMax: 3, duplicateRatio: RATIO_ALWAYS });
    network.hold(A, B);
    const names = [1, 2, 3].map((message) => FATE_NAMES[network.send(A, B, message)]);
    expect(names).toEqual(['duplicated', 'delivered', 'overflow']);
    network.cut(A, B);
    network.heal(A, B);
    network.release(A, B);
    expect(queue.size).toBe(0);
    expect(network.send(A, B, 4)).not.toBe(FATE_OVERFLOW);
  });

  test('are refused when their options make no sense', () => {
    const { network } = networkOf([1, 2]);
    expect(() => {
      network.setLink(A, B, { ...LINK, delayUsMin: 20_000 });
    }).toThrow('delay range');
    expect(() => {
      network.setLink(A, B, { ...LINK, queueMax: 0 });
    }).toThrow('at least one');
    expect(() => {
      network.setLink(A, B, { ...LINK, lossRatio: ratio(2, 3), duplicateRatio: ratio(1, 2) });
    }).toThrow('at most 1 together');
  });
});
