import { RandomStreams } from '../src/sim/base/random-streams.js';

/** What the bare loop did. */
export interface YardstickResult {
  readonly events: number;
  readonly wallMs: number;
  readonly eventsPerSecond: number;
}

/** One event of the bare loop: an object with what any simulator's event has, and a message of its own. */
interface BareEvent {
  readonly atUs: number;
  readonly sequence: number;
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly message: { readonly term: number; readonly index: number };
}

function bareEvent(atUs: number, sequence: number): BareEvent {
  return {
    atUs,
    sequence,
    kind: sequence & 3,
    from: sequence & 7,
    to: (sequence + 1) & 7,
    message: { term: sequence >> 8, index: sequence },
  };
}

/** Events that wait at any moment: about what five servers and five clients keep under way. */
const WAITING = 64;

/**
 * The bare event loop of a simulator in this engine, to stand beside a benchmark taken in the same run: a
 * binary heap of event objects ordered by (time, arrival), one draw of `alea` for each event, no protocol.
 *
 * @param nowMs A wall clock in milliseconds, such as `performance.now`.
 */
export function bareEventLoop(events: number, nowMs: () => number): YardstickResult {
  const draw = new RandomStreams(1).stream('yardstick', 'bare');
  const heap: BareEvent[] = [];
  let sequence = 0;
  for (; sequence < WAITING; sequence++) push(heap, bareEvent(Math.floor(draw() * 10_000), sequence));

  const startMs = nowMs();
  let seen = 0;
  for (let i = 0; i < events; i++) {
    const event = take(heap);
    seen += event.to + event.message.index;
    push(heap, bareEvent(event.atUs + 1 + Math.floor(draw() * 10_000), sequence++));
  }
  const wallMs = nowMs() - startMs;
  // Using `seen` keeps the loop from being optimised away.
  return { events: seen < 0 ? 0 : events, wallMs, eventsPerSecond: Math.round((events * 1_000) / Math.max(wallMs, 0.001)) };
}

function isBefore(one: BareEvent, other: BareEvent): boolean {
  return one.atUs < other.atUs || (one.atUs === other.atUs && one.sequence < other.sequence);
}

function push(heap: BareEvent[], event: BareEvent): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as BareEvent;
    if (!isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function take(heap: BareEvent[]): BareEvent {
  const first = heap[0] as BareEvent;
  const last = heap.pop() as BareEvent;
  const size = heap.length;
  if (size === 0) return first;
  let at = 0;
  for (let child = 1; child < size; child = at * 2 + 1) {
    if (child + 1 < size && isBefore(heap[child + 1] as BareEvent, heap[child] as BareEvent)) child++;
    if (!isBefore(heap[child] as BareEvent, last)) break;
    heap[at] = heap[child] as BareEvent;
    at = child;
  }
  heap[at] = last;
  return first;
}
