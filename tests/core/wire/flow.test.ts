import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { handOver, onAnswer, onLeft, openFlow, WINDOW_BYTES, type Flow } from '../../../src/core/wire/flow.js';
import { VALUE_BYTES_MAX } from '../../../src/core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';

const KEY = byteStringFromText('k');
const MIB = 1_048_576;

const read = (id: number): NodeRequest => ({ kind: 'query', id, key: KEY });
const write = (id: number, sizeBytes: number): NodeRequest => ({
  kind: 'command',
  id,
  command: { op: 'set', clientId: 0, sequenceNum: 0, key: KEY, value: 'v'.repeat(sizeBytes) as ByteString, version: 0 },
});
/** Only its length is looked at: so a test with gigabytes of answers needs none of them. */
const value = (length: number): ByteString => ({ length }) as unknown as ByteString;
const answer = (id: number, length: number): NodeResponse => ({
  kind: 'done',
  id,
  result: { status: 'ok', version: 1, value: length === 0 ? EMPTY : value(length) },
});
const ids = (requests: readonly NodeRequest[]): readonly number[] => requests.map(({ id }) => id);

/** Hands over what came and answers one after the other, taking each answer at once, until all are answered. @returns What went to the node at once, at most. */
function answeredAll(
  requests: readonly NodeRequest[],
  sizeOf: (id: number) => number,
  start = openFlow(false),
): { flow: Flow; most: number } {
  let { flow } = handOver(start, requests, null);
  let most = 0;
  while (flow.underWay.length > 0) {
    most = Math.max(most, flow.underWay.length);
    const response = answer(flow.underWay[0]?.id ?? 0, sizeOf(flow.underWay[0]?.id ?? 0));
    const received = onAnswer(flow, response, null);
    flow = handOver(received.outcome === 'kept' ? onLeft(received.flow, response) : received.flow, [], null).flow;
  }
  return { flow, most };
}

describe('the window of a connection', () => {
  test('hands over few reads of one that it does not know, and goes on when they are answered', () => {
    const { flow, requests } = handOver(
      openFlow(false),
      Array.from({ length: 1_000 }, (_, id) => read(id)),
      null,
    );
    expect(ids(requests)).toEqual([0, 1, 2, 3]);
    const received = onAnswer(flow, answer(0, MIB), null);
    expect(handOver(onLeft(received.flow, answer(0, MIB)), [], null).requests.length).toBeLessThanOrEqual(1);
  });

  test('hands over all at once to a client whose answers are short', () => {
    const reads = Array.from({ length: 1_024 }, (_, id) => read(id));
    const { flow } = answeredAll(reads.slice(0, 100), () => 10);
    expect(handOver(flow, reads, null).requests).toHaveLength(1_024);
    expect(answeredAll(reads, () => MIB).most).toBeLessThanOrEqual(4);
  });

  test('asks again for what came larger than expected, so that it never holds more than the window and one answer', () => {
    const trusted = answeredAll(
      Array.from({ length: 200 }, (_, id) => read(id)),
      () => 10,
    ).flow;
    let { flow } = handOver(
      trusted,
      Array.from({ length: 1_000 }, (_, id) => read(id)),
      null,
    );
    expect(flow.underWay).toHaveLength(1_000);
    let kept = 0;
    for (const { id } of flow.underWay) {
      const received = onAnswer(flow, answer(id, VALUE_BYTES_MAX), null);
      ({ flow } = received);
      if (received.outcome === 'kept') kept++;
      expect(flow.answerBytes).toBeLessThanOrEqual(WINDOW_BYTES + VALUE_BYTES_MAX + 64);
    }
    expect(kept).toBe(1);
    expect(flow.waiting).toHaveLength(999);
    expect(handOver(flow, [], null).requests).toHaveLength(0);
    expect(handOver(onLeft(flow, answer(0, VALUE_BYTES_MAX)), [], null).requests).toHaveLength(1);
  });

  test('keeps what a write was answered, whatever it is: it was done once', () => {
    const { flow } = handOver(openFlow(false), [write(1, 10), write(2, 10)], null);
    const first = onAnswer(flow, answer(1, WINDOW_BYTES), null);
    expect(onAnswer(first.flow, answer(2, WINDOW_BYTES), null).outcome).toBe('kept');
  });

  test('takes large writes by turns, one at least, and counts what waits', () => {
    const writes = [1, 2, 3].map((id) => write(id, 3 * MIB));
    const { flow, requests } = handOver(openFlow(false), writes, null);
    expect(ids(requests)).toEqual([1]);
    expect(flow.waitingBytes).toBe(2 * (3 * MIB + 65));
    const next = handOver(onLeft(onAnswer(flow, answer(1, 0), null).flow, answer(1, 0)), [], null);
    expect([ids(next.requests), next.flow.waitingBytes]).toEqual([[2], 3 * MIB + 65]);
  });

  test('the request whose answer is due next may always go, or the others would wait for it for ever', () => {
    let { flow } = handOver(openFlow(true), [read(1), read(2), read(3)], 1);
    ({ flow } = onAnswer(flow, answer(3, VALUE_BYTES_MAX), 1));
    ({ flow } = onAnswer(flow, answer(2, VALUE_BYTES_MAX), 1));
    expect(ids(flow.waiting)).toEqual([2]);
    const first = onAnswer(flow, answer(1, VALUE_BYTES_MAX), 1);
    expect(first.outcome).toBe('kept');
    const left = onLeft(first.flow, answer(1, VALUE_BYTES_MAX));
    expect(ids(handOver(left, [], 2).requests)).toEqual([2]);
  });

  test('answers to nothing that is under way are not taken for any', () => {
    const { flow } = handOver(openFlow(true), [write(1, 1), read(2)], 1);
    for (const id of [0, 2, 3]) expect(onAnswer(flow, answer(id, 1), 1)).toEqual({ flow, outcome: 'not asked' });
  });

  test('in whatever order the node answers, all is answered, in bounds, and nothing is held at the end', () => {
    const step = fc.tuple(fc.nat({ max: 6 }), fc.constantFrom(0, 10, MIB, VALUE_BYTES_MAX));
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (kinds, steps, keeps) => {
          let firstId = 0;
          const head = (): number | null => (keeps ? firstId : null);
          let { flow } = handOver(
            openFlow(keeps),
            kinds.map((isRead, id) => (isRead ? read(id) : write(id, 10))),
            head(),
          );
          const kept = new Map<number, NodeResponse>();
          for (let turn = 0; flow.underWay.length > 0; turn++) {
            expect(turn).toBeLessThan(5_000);
            const [pick, size] = steps[turn % steps.length] as [number, number];
            const { id, kind } = flow.underWay[pick % flow.underWay.length] as NodeRequest;
            const response = answer(id, kind === 'command' ? 0 : size);
            const received = onAnswer(flow, response, head());
            ({ flow } = received);
            if (received.outcome === 'kept') kept.set(id, response);
            expect(flow.answerBytes).toBeLessThanOrEqual(WINDOW_BYTES + 2 * VALUE_BYTES_MAX + 64 * 40);
            const leave = (done: number): void => {
              flow = onLeft(flow, kept.get(done) as NodeResponse);
              kept.delete(done);
            };
            if (!keeps) [...kept.keys()].forEach(leave);
            else while (kept.has(firstId)) leave(firstId++);
            ({ flow } = handOver(flow, [], head()));
          }
          expect([flow.waiting.length, flow.waitingBytes, flow.answerBytes, kept.size]).toEqual([0, 0, 0, 0]);
        },
      ),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
