import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../../src/sim/base/event-queue.js';

/** The slow, obvious twin: a list sorted by (time, arrival) before each look. */
class SortedTwin {
  readonly #events: { at: number; arrival: number; name: number }[] = [];
  #arrivals = 0;

  push(at: number, name: number): void {
    this.#events.push({ at, arrival: this.#arrivals++, name });
  }

  take(): { at: number; name: number } | undefined {
    this.#events.sort((a, b) => a.at - b.at || a.arrival - b.arrival);
    return this.#events.shift();
  }
}

describe('the event queue', () => {
  test('gives events in the order of its sorted twin, whatever is pushed and taken in between', () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), delay: fc.nat({ max: 5 }) }),
      fc.record({ kind: fc.constant('push' as const), delay: fc.nat({ max: 1_000_000 }) }),
      fc.record({ kind: fc.constant('take' as const), delay: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const queue = new EventQueue();
        const twin = new SortedTwin();
        acts.forEach(({ kind, delay }, name) => {
          if (kind === 'push') {
            queue.push(queue.nowUs + delay, 1, name, 2, 3, `event ${name}`);
            twin.push(queue.nowUs + delay, name);
            return;
          }
          const expected = twin.take();
          expect(queue.take()).toBe(expected !== undefined);
          if (expected === undefined) return;
          expect([queue.nowUs, queue.node, queue.payload]).toEqual([expected.at, expected.name, `event ${expected.name}`]);
        });
        for (let left = twin.take(); left !== undefined; left = twin.take()) {
          expect(queue.take()).toBe(true);
          expect([queue.nowUs, queue.node]).toEqual([left.at, left.name]);
        }
        expect(queue.take()).toBe(false);
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  test('keeps order and payloads when it outgrows its first arrays', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 5_000; i++) queue.push((i * 7_919) % 5_003, 1, i, i + 1, i + 2, { i });
    let last = -1;
    for (let i = 0; i < 5_000; i++) {
      expect(queue.take()).toBe(true);
      expect(queue.nowUs).toBeGreaterThan(last);
      expect((queue.node * 7_919) % 5_003).toBe(queue.nowUs);
      expect([queue.from, queue.tag, queue.payload]).toEqual([queue.node + 1, queue.node + 2, { i: queue.node }]);
      last = queue.nowUs;
    }
  });

  test('has room for all that wait beside the event taken last, however many they are', () => {
    const queue = new EventQueue();
    queue.push(0, 1, 7, 8, 9, 'first');
    queue.take();
    for (let i = 1; i <= 5_000; i++) {
      queue.push(i, 1, i, i, i, i);
      expect([queue.node, queue.payload]).toEqual([7, 'first']);
    }
    for (let i = 1; i <= 5_000; i++) {
      queue.take();
      expect([queue.kind, queue.node, queue.from, queue.tag, queue.payload]).toEqual([1, i, i, i, i]);
    }
  });

  test('looking at the time does not move it, and nothing is scheduled in the past', () => {
    const queue = new EventQueue();
    queue.push(10, 1, 1, 0, 0, null);
    expect([queue.nowUs, queue.nextAtUs, queue.nowUs]).toEqual([0, 10, 0]);
    queue.take();
    expect(queue.nowUs).toBe(10);
    expect(() => {
      queue.push(9, 1, 1, 0, 0, null);
    }).toThrow('past');
    queue.push(20, 1, 1, 0, 0, null);
    expect(() => {
      queue.moveTo(21);
    }).toThrow('leaves no event behind');
    queue.moveTo(20);
    expect(queue.nowUs).toBe(20);
  });
});
