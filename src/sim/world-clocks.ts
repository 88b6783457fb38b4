import { assert } from '../core/base/assert.js';
import type { NodeId } from '../core/base/units.js';
import type { NodeClock, Thaw } from './clock.js';
import type { Process } from './process.js';

/** What the clocks need of their world. */
export interface ClockWorld {
  readonly nowUs: number;
  readonly processes: readonly Process[];
  process(id: NodeId): Process;
  harm(text: string): void;
}

/** Which clocks of a node a change is about: both, which hang on one oscillator, or the wall clock alone. */
export type WhichClocks = 'both' | 'wall';

/**
 * The clocks of a world, as a nemesis turns them. Each process has two on one oscillator: a monotonic one and a
 * wall clock that people and time servers set. They show the same until the first step of the wall clock. A machine
 * is told one of them, and its timer hangs on that one: turning the other changes nothing that it could notice.
 */
export class WorldClocks {
  readonly #world: ClockWorld;
  readonly #rearm: (process: Process) => void;
  #mayLie = false;

  /** @param rearm Places the timer of a process anew, after the clock that it hangs on was turned. */
  constructor(world: ClockWorld, rearm: (process: Process) => void) {
    this.#world = world;
    this.#rearm = rearm;
  }

  /** Both clocks of a node run at another rate from now on. */
  setRate(id: NodeId, ratePpm: number): void {
    const process = this.#world.process(id);
    for (const clock of clocksOf(process, 'both')) clock.setRate(this.#world.nowUs, ratePpm);
    this.#changed(process, 'both', `clock of ${process.name} at ${ratePpm} ppm`);
  }

  /** Both clocks of a node jump forward: time has passed that it did not see. */
  jump(id: NodeId, byUs: number): void {
    const process = this.#world.process(id);
    for (const clock of clocksOf(process, 'both')) clock.jump(this.#world.nowUs, byUs);
    this.#changed(process, 'both', `clock of ${process.name} jumps by ${byUs} us`);
  }

  /** From now on monotonic clocks may go back in this world, which breaks a host's promise to a machine. */
  allowLies(): void {
    this.#mayLie = true;
  }

  /** Both clocks of a node go back: a lie of the monotonic one, so only in a world that {@link allowLies allows} it. */
  stepBack(id: NodeId, byUs: number): void {
    assert(this.#mayLie, 'a monotonic clock goes back only where a run declares that its clocks lie');
    const process = this.#world.process(id);
    const { nowUs } = this.#world;
    process.wall.stepBack(nowUs, byUs);
    this.#changed(process, 'both', `clock of ${process.name} goes back by ${process.monotonic.stepBack(nowUs, byUs)} us`);
  }

  /** Somebody sets the wall clock of a node, forward or, with a `byUs` below 0, back. Its monotonic clock does not notice. */
  stepWall(id: NodeId, byUs: number): void {
    const process = this.#world.process(id);
    const { nowUs } = this.#world;
    if (byUs >= 0) {
      process.wall.jump(nowUs, byUs);
      this.#changed(process, 'wall', `wall clock of ${process.name} steps forward by ${byUs} us`);
    } else {
      this.#changed(process, 'wall', `wall clock of ${process.name} steps back by ${process.wall.stepBack(nowUs, -byUs)} us`);
    }
  }

  /** Clocks of a node stand still, until each freeze has had its {@link thaw}. */
  freeze(id: NodeId, which: WhichClocks): void {
    const process = this.#world.process(id);
    const frozen = clocksOf(process, which).filter((clock) => clock.freeze(this.#world.nowUs));
    if (frozen.length > 0) this.#changed(process, which, `${called(process, which)} stands still`);
  }

  /** Ends one freeze of these clocks; the last to end says how they go on. */
  thaw(id: NodeId, which: WhichClocks, how: Thaw): void {
    const process = this.#world.process(id);
    const thawed = clocksOf(process, which).filter((clock) => clock.thaw(this.#world.nowUs, how));
    if (thawed.length > 0) this.#changed(process, which, `${called(process, which)} ${ENDINGS[how]}`);
  }

  /** Every clock runs again, from where it stood. */
  thawAll(): void {
    for (const process of this.#world.processes) {
      const { nowUs } = this.#world;
      const thawed = clocksOf(process, 'both').filter((clock) => clock.thawAll(nowUs, 'goOn'));
      if (thawed.length > 0) this.#changed(process, 'both', `${called(process, thawed.length === 1 ? 'wall' : 'both')} ${ENDINGS.goOn}`);
    }
  }

  #changed(process: Process, which: WhichClocks, text: string): void {
    this.#world.harm(text);
    if (clocksOf(process, which).includes(process.clock)) this.#rearm(process);
  }
}

const ENDINGS: Readonly<Record<Thaw, string>> = { goOn: 'goes on from where it stood', catchUp: 'catches up' };

function clocksOf(process: Process, which: WhichClocks): readonly NodeClock[] {
  return which === 'both' ? [process.monotonic, process.wall] : [process.wall];
}

function called(process: Process, which: WhichClocks): string {
  return `${which === 'both' ? 'clock' : 'wall clock'} of ${process.name}`;
}
