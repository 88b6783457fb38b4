import type { Timed } from './history.js';
import type { Specification } from './specification.js';

/**
 * One key's operations as the search sees them. A *required* operation has an outcome and is known by its
 * place in the order of returns, 0 .. m-1; an *optional* one has none, and is known by its place in the
 * order of calls. Time itself is gone; what is left of it is `earliest`.
 *
 * Left out are unknown outcomes that cannot matter: observers, and what the model calls needless. Sound,
 * because an unknown operation is never required and these never change what any other one sees.
 */
export interface Timeline {
  /** The operation at each place of the order of returns. */
  readonly required: Int32Array;
  /** The optional operations, in the order of calls. */
  readonly optional: Int32Array;
  /**
   * For each required operation how many required ones had returned before its call: it may be linearized
   * once all of those are, that is, when the first outstanding return is at this place or behind it.
   */
  readonly earliest: Int32Array;
  readonly optionalEarliest: Int32Array;
  /** The required operations in the order of calls. */
  readonly byCall: Int32Array;
  /** A small number for each required operation, different from that of every other one that overlaps it. */
  readonly slots: Int32Array;
  readonly slotCount: number;
}

/** Arranges what one key's clients did. */
export function timelineOf(operations: readonly Timed[], specification: Specification): Timeline {
  const required: number[] = [];
  const optional: number[] = [];
  for (let i = 0; i < operations.length; i++) {
    if (operations[i]!.returnUs !== null) required.push(i);
    else if (specification.observers[i] === 0 && specification.needless[i] === 0) optional.push(i);
  }
  const returnOf = (i: number) => operations[i]!.returnUs ?? Infinity;
  const callOf = (i: number) => operations[i]!.callUs;
  required.sort((a, b) => returnOf(a) - returnOf(b) || a - b);
  optional.sort((a, b) => callOf(a) - callOf(b) || a - b);
  const byCall = required.map((_, place) => place);
  byCall.sort((a, b) => callOf(required[a]!) - callOf(required[b]!) || a - b);

  const earliest = new Int32Array(required.length);
  let returned = 0;
  for (const place of byCall) {
    while (returnOf(required[returned]!) < callOf(required[place]!)) returned++;
    earliest[place] = returned;
  }
  const optionalEarliest = new Int32Array(optional.length);
  returned = 0;
  for (let u = 0; u < optional.length; u++) {
    while (returned < required.length && returnOf(required[returned]!) < callOf(optional[u]!)) returned++;
    optionalEarliest[u] = returned;
  }
  const { slots, slotCount } = slotsOf(byCall, earliest);
  return {
    required: Int32Array.from(required),
    optional: Int32Array.from(optional),
    byCall: Int32Array.from(byCall),
    earliest,
    optionalEarliest,
    slots,
    slotCount,
  };
}

/** A slot is taken at the call and free again after the return, so there are as many as ever overlapped. */
function slotsOf(byCall: readonly number[], earliest: Int32Array): { slots: Int32Array; slotCount: number } {
  const slots = new Int32Array(byCall.length);
  const free: number[] = [];
  let slotCount = 0;
  let returned = 0;
  for (const place of byCall) {
    for (; returned < earliest[place]!; returned++) free.push(slots[returned]!);
    slots[place] = free.pop() ?? slotCount++;
  }
  return { slots, slotCount };
}
