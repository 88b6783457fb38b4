import { assert } from '../../core/base/assert.js';
import { ILLEGAL, type Eras, type Specification } from './specification.js';
import type { Prunings } from './prunings.js';
import type { Timeline } from './timeline.js';
import { Visited, type MemoryBudget } from './visited.js';
import type { Verdict } from './verdict.js';

/**
 * Looks for a linearization of one key's history: Wing & Gong (1993) with Lowe's memo (2017), depth first.
 *
 * A node of the search is a configuration (see {@link Visited}). Its candidates are the operations that were
 * called before the first outstanding return. A path ends well when no required operation is left; what
 * is optional need not be used. The search can stop at any step and go on later.
 */
export class Search {
  /** Work so far: model steps, nodes, and comparisons with visited ones. */
  steps = 0;
  /** The farthest place in the order of returns that was ever the first outstanding one. */
  farthest = 0;
  readonly #timeline: Timeline;
  readonly #specification: Specification;
  readonly #prunings: Prunings;
  readonly #visited: Visited;
  readonly #count: number;

  // The configuration now.
  #state: number;
  #place = 0;
  readonly #isDone: Uint8Array;
  readonly #mask: Int32Array;
  readonly #used: Int32Array;
  // Required operations not yet linearized, in the order of calls; `count` is the head and the end.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** How many required operations that need an era are not yet linearized. */
  readonly #waiting: Int32Array;
  readonly #groups: readonly Group[];
  readonly #groupOf: Int32Array;

  // The way here: operations (optional ones have `count` added) and the place before each.
  readonly #trail: Int32Array;
  readonly #trailPlaces: Int32Array;
  #trailEnd = 0;
  // A frame for each node on the way: where its part of the trail and its candidates begin.
  #frames: Frame[] = [];
  #depth = 0;
  #candidates = new Int32Array(256);
  #candidatesEnd = 0;
  /** The node that is about to be entered: trail before the operation that leads there, and the state before it if that was optional, else -1. */
  #enterTrail = 0;
  #enterNeed = -1;
  #isEntering = true;
  /** The last node for which a class or an input was marked as tried. */
  readonly #classMarks: Int32Array;
  readonly #inputMarks: Int32Array;
  #mark = 0;

  constructor(timeline: Timeline, specification: Specification, prunings: Prunings, memory: MemoryBudget) {
    const m = timeline.required.length;
    const u = timeline.optional.length;
    this.#timeline = timeline;
    this.#specification = specification;
    this.#prunings = prunings;
    this.#count = m;
    this.#state = specification.initialState;
    this.#isDone = new Uint8Array(m + 1);
    this.#mask = new Int32Array((timeline.slotCount + 31) >> 5);
    this.#used = new Int32Array((u + 31) >> 5);
    this.#visited = new Visited(this.#mask.length, this.#used.length, prunings.dominance, memory);
    this.#trail = new Int32Array(m + u);
    this.#trailPlaces = new Int32Array(m + u);
    this.#next = new Int32Array(m + 1);
    this.#previous = new Int32Array(m + 1);
    let last = m;
    for (const place of timeline.byCall) {
      this.#next[last] = place;
      this.#previous[place] = last;
      last = place;
    }
    this.#next[last] = m;
    this.#previous[m] = last;
    this.#waiting = waitingOf(timeline, prunings.eras ? specification.eras : null);
    this.#groupOf = new Int32Array(u);
    this.#groups = groupsOf(timeline, specification, prunings.symmetry, this.#groupOf);
    this.#classMarks = new Int32Array(largest(specification.classes) + 1);
    this.#inputMarks = new Int32Array(largest(specification.inputs) + 1);
  }

  /** No memory is left: going on would give `unknown` again. */
  get isFull(): boolean {
    return this.#visited.isFull;
  }

  /** Goes on until there is a verdict, or `stepsMax` steps are done in all, or memory is full: then `unknown`. */
  run(stepsMax: number): Verdict {
    while (this.steps < stepsMax && !this.#visited.isFull) {
      if (this.#isEntering) {
        this.#isEntering = false;
        const frame = this.#enter();
        if (this.#place === this.#count) return 'passed';
        if (this.#place > this.farthest) this.farthest = this.#place;
        const compared = this.#visited.compared;
        const isNew = this.#visited.add(this.#place, this.#state, this.#mask, this.#used);
        this.steps += this.#visited.compared - compared;
        if (!isNew) this.#leave(frame);
      }
      if (this.#depth === 0) return 'failed';
      const frame = this.#frames[this.#depth - 1]!;
      if (frame.cursor < this.#candidatesEnd) this.#tryCandidate(frame, this.#candidates[frame.cursor++]!);
      else if (!frame.hasOptional) this.#gatherOptional(frame);
      else this.#leave(frame);
    }
    return 'unknown';
  }

  /** Gives the memory back. The search cannot go on. */
  release(): void {
    this.#visited.release();
  }

  /** The operations linearized now, in their order, as indexes into the key's operations. After `passed` this is a linearization. */
  order(): number[] {
    return Array.from(this.#trail.subarray(0, this.#trailEnd), (o) =>
      o < this.#count ? this.#timeline.required[o]! : this.#timeline.optional[o - this.#count]!,
    );
  }

  /**
   * Opens a node: linearizes every observer that is legal, and gathers the required candidates.
   *
   * Observer rule: sound because an observer changes no state, so in any linearization that begins like
   * this one it can be moved forward to this moment, past operations that see nothing of it. That it
   * changes nothing *here* would not do: moved, the same write may overwrite.
   */
  #enter(): Frame {
    const frame = this.#pushFrame();
    const { required, earliest } = this.#timeline;
    const observers = this.#specification.observers;
    this.steps++;
    for (let o = this.#next[this.#count]!; o !== this.#count && earliest[o]! <= this.#place; ) {
      const following = this.#next[o]!;
      const i = required[o]!;
      this.steps++;
      const after = this.#specification.step(this.#state, i);
      if (after !== ILLEGAL) {
        if (this.#prunings.observers && observers[i] === 1) {
          this.#linearize(o);
          frame.need = -1; // it was illegal before the optional operation, or it would be done: so that one was needed
        } else this.#pushCandidate(o);
      }
      o = following;
    }
    if (this.#prunings.byReturn) this.#sortCandidates(frame);
    this.#dropNeedlessAndEqual(frame);
    return frame;
  }

  /** By return: he who must return first is tried first, so that on the whole nothing is linearized before it must be. */
  #sortCandidates(frame: Frame): void {
    const candidates = this.#candidates;
    for (let to = frame.candidates + 1; to < this.#candidatesEnd; to++) {
      const o = candidates[to]!;
      let at = to;
      for (; at > frame.candidates && candidates[at - 1]! > o; at--) candidates[at] = candidates[at - 1]!;
      candidates[at] = o;
    }
  }

  /**
   * Symmetry: of candidates that are the same function only the one that returns first. Sound, because in a
   * linearization that takes another one now, the two can change places: both are called, and the one that
   * returns first only moves forward.
   */
  #dropNeedlessAndEqual(frame: Frame): void {
    const { required } = this.#timeline;
    const { classes } = this.#specification;
    this.#mark++;
    let end = frame.candidates;
    for (let at = frame.candidates; at < this.#candidatesEnd; at++) {
      const o = this.#candidates[at]!;
      const i = required[o]!;
      if (this.#isUnneeded(frame, i)) continue;
      if (this.#prunings.symmetry && this.#prunings.byReturn) {
        if (this.#classMarks[classes[i]!] === this.#mark) continue;
        this.#classMarks[classes[i]!] = this.#mark;
      }
      this.#candidates[end++] = o;
    }
    this.#candidatesEnd = end;
  }

  /**
   * Need: just after an optional operation comes one that would have been illegal without it, or would have
   * led elsewhere. Sound, because otherwise the optional one can be taken out of the linearization, and a
   * shortest linearization has none that can.
   */
  #isUnneeded(frame: Frame, i: number): boolean {
    if (frame.need < 0 || !this.#prunings.need) return false;
    this.steps += 2;
    const without = this.#specification.step(frame.need, i);
    return without !== ILLEGAL && without === this.#specification.step(this.#state, i);
  }

  /**
   * The optional candidates, after all required ones have failed. Not those that would change nothing now
   * (they can be left out), and of equal ones only the one called first (as in symmetry above).
   *
   * Nor one whose input a required candidate has that would lead to the same state: in a linearization
   * that uses the optional one now, the two can change places, since the optional one never returns, and
   * where the required one was legal the optional one has the same effect.
   */
  #gatherOptional(frame: Frame): void {
    frame.hasOptional = true;
    const { optional, optionalEarliest, required } = this.#timeline;
    const { inputs } = this.#specification;
    if (this.#groups.length === 0) return;
    this.#mark++;
    if (this.#prunings.symmetry) {
      for (let at = frame.candidates; at < this.#candidatesEnd; at++)
        this.#inputMarks[inputs[required[this.#candidates[at]!]!]!] = this.#mark;
    }
    for (const group of this.#groups) {
      if (optionalEarliest[group.members[0]!]! > this.#place) break; // groups are in the order of their first call
      const u = group.members[group.used];
      if (u === undefined || optionalEarliest[u]! > this.#place) continue;
      const i = optional[u]!;
      if (this.#inputMarks[inputs[i]!] === this.#mark) continue;
      this.steps++;
      const after = this.#specification.step(this.#state, i);
      if (after === ILLEGAL || after === this.#state || this.#isUnneeded(frame, i)) continue;
      this.#pushCandidate(this.#count + u);
    }
  }

  #tryCandidate(frame: Frame, o: number): void {
    const isOptional = o >= this.#count;
    const i = isOptional ? this.#timeline.optional[o - this.#count]! : this.#timeline.required[o]!;
    const before = this.#state;
    const after = this.#specification.step(before, i);
    this.steps++;
    if (this.#leavesSomeoneBehind(before, after, o, i)) return;
    this.#enterTrail = this.#trailEnd;
    this.#enterNeed = isOptional ? before : -1;
    this.#linearize(o);
    this.#state = after;
    this.#isEntering = true;
    assert(frame.state === before, 'a node tries its candidates in its own state');
  }

  /** Eras: sound, because an era that is left never comes back, and who needs it and is not yet linearized never can be. */
  #leavesSomeoneBehind(before: number, after: number, o: number, i: number): boolean {
    if (this.#waiting.length === 0) return false;
    const eras = this.#specification.eras!;
    const era = eras.ofState(before);
    if (era < 0 || era >= this.#waiting.length || eras.ofState(after) === era) return false;
    const itself = o < this.#count && eras.ofOperations[i] === era ? 1 : 0;
    return this.#waiting[era]! > itself;
  }

  #linearize(o: number): void {
    this.#trail[this.#trailEnd] = o;
    this.#trailPlaces[this.#trailEnd++] = this.#place;
    if (o >= this.#count) {
      const u = o - this.#count;
      this.#used[u >> 5]! |= 1 << (u & 31);
      this.#groups[this.#groupOf[u]!]!.used++;
      return;
    }
    const { slots } = this.#timeline;
    this.#next[this.#previous[o]!] = this.#next[o]!;
    this.#previous[this.#next[o]!] = this.#previous[o]!;
    this.#isDone[o] = 1;
    this.#mask[slots[o]! >> 5]! |= 1 << (slots[o]! & 31);
    this.#countWaiting(o, -1);
    for (; this.#isDone[this.#place] === 1; this.#place++) {
      const slot = slots[this.#place]!;
      this.#mask[slot >> 5]! &= ~(1 << (slot & 31));
    }
  }

  #undo(): void {
    const o = this.#trail[--this.#trailEnd]!;
    const place = this.#trailPlaces[this.#trailEnd]!;
    if (o >= this.#count) {
      const u = o - this.#count;
      this.#used[u >> 5]! &= ~(1 << (u & 31));
      this.#groups[this.#groupOf[u]!]!.used--;
      return;
    }
    const { slots } = this.#timeline;
    while (this.#place > place) {
      const slot = slots[--this.#place]!;
      this.#mask[slot >> 5]! |= 1 << (slot & 31);
    }
    this.#next[this.#previous[o]!] = o;
    this.#previous[this.#next[o]!] = o;
    this.#isDone[o] = 0;
    this.#mask[slots[o]! >> 5]! &= ~(1 << (slots[o]! & 31));
    this.#countWaiting(o, 1);
  }

  #countWaiting(o: number, change: number): void {
    if (this.#waiting.length === 0) return;
    const era = this.#specification.eras!.ofOperations[this.#timeline.required[o]!]!;
    if (era >= 0 && era < this.#waiting.length) this.#waiting[era]! += change;
  }

  #pushFrame(): Frame {
    const frame = (this.#frames[this.#depth] ??= { trail: 0, candidates: 0, cursor: 0, state: 0, need: -1, hasOptional: false });
    this.#depth++;
    frame.trail = this.#enterTrail;
    frame.candidates = this.#candidatesEnd;
    frame.cursor = this.#candidatesEnd;
    frame.state = this.#state;
    frame.need = this.#enterNeed;
    frame.hasOptional = false;
    return frame;
  }

  /** Back to the node before, as it was before it tried this way. */
  #leave(frame: Frame): void {
    while (this.#trailEnd > frame.trail) this.#undo();
    this.#candidatesEnd = frame.candidates;
    this.#depth--;
    if (this.#depth > 0) this.#state = this.#frames[this.#depth - 1]!.state;
  }

  #pushCandidate(o: number): void {
    if (this.#candidatesEnd === this.#candidates.length) {
      const larger = new Int32Array(this.#candidates.length * 2);
      larger.set(this.#candidates);
      this.#candidates = larger;
    }
    this.#candidates[this.#candidatesEnd++] = o;
  }
}

/** One node on the way. */
interface Frame {
  trail: number;
  candidates: number;
  cursor: number;
  state: number;
  need: number;
  hasOptional: boolean;
}

/** Optional operations with the same input, in the order of calls; those before `used` are used. */
interface Group {
  readonly members: readonly number[];
  used: number;
}

function groupsOf(timeline: Timeline, { inputs }: Specification, isSymmetric: boolean, groupOf: Int32Array): Group[] {
  const groups: { members: number[]; used: number }[] = [];
  const byInput = new Map<number, number>();
  timeline.optional.forEach((i, u) => {
    const known = isSymmetric ? byInput.get(inputs[i]!) : undefined;
    const g = known ?? groups.length;
    if (known === undefined) {
      byInput.set(inputs[i]!, g);
      groups.push({ members: [], used: 0 });
    }
    groups[g]!.members.push(u);
    groupOf[u] = g;
  });
  return groups;
}

function waitingOf(timeline: Timeline, eras: Eras | null): Int32Array {
  const waiting = new Int32Array(eras?.count ?? 0);
  if (eras === null) return waiting;
  for (const i of timeline.required) {
    const era = eras.ofOperations[i]!;
    if (era >= 0 && era < waiting.length) waiting[era]!++;
  }
  return waiting;
}

function largest(numbers: Int32Array): number {
  let max = 0;
  for (const number of numbers) if (number > max) max = number;
  return max;
}
