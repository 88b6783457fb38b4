import type { World } from '../../world/world.js';
import type { Cause } from '../../world/world-event.js';

/** What somebody waits for. */
export interface Condition {
  /** How often it is looked for, in whole microseconds from now on, 1 or more; and after how many looks it is given up, 0 or more. */
  readonly everyUs: number;
  readonly looks: number;
  /** Looks once, and acts if the moment is there. @returns Whether it was, and nothing is left to look for. */
  readonly act: () => boolean;
  /** It was given up. */
  readonly givesUp?: () => void;
  /** Each look counts for itself, also where nothing happened since the last one. */
  readonly everyTime?: boolean;
}

interface Poll extends Condition {
  /** When it began: it looks at whole multiples of its interval from here. */
  readonly fromUs: number;
  /** When it looks for the last time, and next. */
  readonly endsUs: number;
  nextUs: number;
  /** Why it looks, and acts. */
  readonly cause: Cause | null;
}

/**
 * Looks for moments in a world at regular intervals, until each found its moment or its patience is over.
 *
 * Where nothing is due in the world before a look, that look would see what the last one saw, so it is left out: no
 * event of the world is spent on it. In a run of swarm that is four looks of five.
 */
export class ConditionPoller {
  readonly #world: World;
  readonly #isAtWork: () => boolean;
  readonly #polls: Poll[] = [];
  /** When the next look is due; Infinity while none is. */
  #dueUs = Infinity;

  /** @param isAtWork False once all that still waits for its moment must let it pass. */
  constructor(world: World, isAtWork: () => boolean) {
    this.#world = world;
    this.#isAtWork = isAtWork;
  }

  /** Looks now, and again and again. */
  poll(wanted: Condition): void {
    if (wanted.act()) return;
    if (wanted.looks === 0) {
      wanted.givesUp?.();
      return;
    }
    const fromUs = this.#world.nowUs;
    const nextUs = fromUs + wanted.everyUs;
    this.#polls.push({ ...wanted, fromUs, endsUs: fromUs + wanted.looks * wanted.everyUs, nextUs, cause: this.#world.cause });
    this.#lookAt(nextUs);
  }

  #lookAt(atUs: number): void {
    if (atUs >= this.#dueUs) return;
    this.#dueUs = atUs;
    // One look serves many, so it is scheduled for no one's cause.
    this.#world.because(null, () => this.#world.schedule(atUs, this.#onDue));
  }

  /** One function for all looks, since there are thousands in a run. What was due and has become due earlier means nothing when its time comes. */
  readonly #onDue = (): void => {
    if (this.#world.nowUs === this.#dueUs && this.#isAtWork()) this.#look();
  };

  #look(): void {
    const { nowUs } = this.#world;
    this.#dueUs = Infinity;
    const polls = this.#polls;
    // Whatever an act begins to look for comes in behind these.
    const { length } = polls;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const poll = polls[i] as Poll;
      if (poll.nextUs > nowUs || !this.#world.because(poll.cause, () => isOver(poll, nowUs))) polls[kept++] = poll;
    }
    const hasFound = kept < length;
    for (let i = length; i < polls.length; i++) polls[kept++] = polls[i] as Poll;
    polls.length = kept;
    // Who found its moment changed the world now; else nothing changes before the next event.
    this.#lookAt(this.#planned(nowUs, hasFound ? nowUs : Math.max(nowUs, this.#world.nextEventUs - 1)));
  }

  /** Says when each looks next, if nothing changes up to `quietToUs`. @returns When the first does; Infinity where none is left. */
  #planned(nowUs: number, quietToUs: number): number {
    let firstUs = Infinity;
    for (const poll of this.#polls) {
      const nextUs = nextLookOf(poll, poll.everyTime === true ? nowUs : quietToUs);
      // One that has something to see already keeps its moment.
      poll.nextUs = poll.nextUs > nowUs ? Math.min(poll.nextUs, nextUs) : nextUs;
      firstUs = Math.min(firstUs, poll.nextUs);
    }
    return firstUs;
  }
}

/** Looks. @returns Whether it is over: the moment was there, or the patience is not any more. */
function isOver({ act, givesUp, endsUs }: Poll, nowUs: number): boolean {
  if (act()) return true;
  if (nowUs < endsUs) return false;
  givesUp?.();
  return true;
}

/** The first look behind `atUs`, or the last one of all. */
function nextLookOf({ everyUs, fromUs, endsUs }: Poll, atUs: number): number {
  return Math.min(endsUs, fromUs + (Math.floor((atUs - fromUs) / everyUs) + 1) * everyUs);
}
