import { assert } from '../../core/base/assert.js';
import type { NodeId } from '../../core/base/units.js';
import type { NodeClock, Thaw } from '../base/node-clock.js';
import type { Process } from './process.js';
import type { WhichClocks, WorldAct } from './world-event.js';

/** What the clocks need of their world. */
export interface ClockWorld {
  readonly queue: { readonly nowUs: number };
  readonly processes: readonly Process[];
  process(id: NodeId): Process;
  tell(act: WorldAct): void;
  /** The clock on which the timer of a process hangs was turned, so the timer is to be placed anew. */
  turned(process: Process): void;
}

/**
 * The clocks of a world, as a nemesis turns them. Each process has two on one oscillator: a monotonic one and a
 * wall clock that people and time servers set. They show the same until the first step of the wall clock. A machine
 * is told one of them, and its timer hangs on that one: turning the other changes nothing that it could notice.
 */
export class WorldClocks {
  readonly #world: ClockWorld;
  #mayLie = false;

  constructor(world: ClockWorld) {
    this.#world = world;
  }

  /** Both clocks of a node run at another rate from now on. */
  setRate(id: NodeId, ratePpm: number): void {
    const process = this.#world.process(id);
    for (const clock of clocksOf(process, 'both')) clock.setRate(this.#world.queue.nowUs, ratePpm);
    this.#changed(process, 'both', { kind: 'clockRateChanged', node: id, ratePpm });
  }

  /** Both clocks of a node jump forward: time has passed that it did not see. */
  jump(id: NodeId, byUs: number): void {
    const process = this.#world.process(id);
    for (const clock of clocksOf(process, 'both')) clock.jump(this.#world.queue.nowUs, byUs);
    this.#changed(process, 'both', { kind: 'clockJumped', node: id, byUs });
  }

  /** From now on monotonic clocks may go back in this world, which breaks a host's promise to a machine. */
  allowLies(): void {
    this.#mayLie = true;
  }

  /** Both clocks of a node go back: a lie of the monotonic one, so only in a world that {@link allowLies allows} it. */
  stepBack(id: NodeId, byUs: number): void {
    assert(this.#mayLie, 'a monotonic clock goes back only where a run declares that its clocks lie');
    const process = this.#world.process(id);
    const { nowUs } = this.#world.queue;
    process.wall.stepBack(nowUs, byUs);
    this.#changed(process, 'both', { kind: 'clockWentBack', node: id, byUs: process.monotonic.stepBack(nowUs, byUs) });
  }

  /** Somebody sets the wall clock of a node, forward or, with a `byUs` below 0, back. Its monotonic clock does not notice. */
  stepWall(id: NodeId, byUs: number): void {
    const process = this.#world.process(id);
    const { nowUs } = this.#world.queue;
    if (byUs >= 0) {
      process.wall.jump(nowUs, byUs);
      this.#changed(process, 'wall', { kind: 'wallClockSetForward', node: id, byUs });
    } else this.#changed(process, 'wall', { kind: 'wallClockSetBack', node: id, byUs: process.wall.stepBack(nowUs, -byUs) });
  }

  /** Clocks of a node stand still, until each freeze has had its {@link thaw}. */
  freeze(id: NodeId, which: WhichClocks): void {
    const process = this.#world.process(id);
    const frozen = clocksOf(process, which).filter((clock) => clock.freeze(this.#world.queue.nowUs));
    if (frozen.length > 0) this.#changed(process, which, { kind: 'clockFroze', node: id, which });
  }

  /** Ends one freeze of these clocks; the last to end says how they go on. */
  thaw(id: NodeId, which: WhichClocks, how: Thaw): void {
    const process = this.#world.process(id);
    const thawed = clocksOf(process, which).filter((clock) => clock.thaw(this.#world.queue.nowUs, how));
    if (thawed.length > 0) this.#changed(process, which, { kind: 'clockThawed', node: id, which, how });
  }

  /** Every clock runs again, from where it stood. */
  thawAll(): void {
    for (const process of this.#world.processes) {
      const { nowUs } = this.#world.queue;
      const thawed = clocksOf(process, 'both').filter((clock) => clock.thawAll(nowUs, 'goOn'));
      const which = thawed.length === 1 ? 'wall' : 'both';
      if (thawed.length > 0) this.#changed(process, 'both', { kind: 'clockThawed', node: process.id, which, how: 'goOn' });
    }
  }

  #changed(process: Process, which: WhichClocks, act: WorldAct): void {
    this.#world.tell(act);
    if (clocksOf(process, which).includes(process.clock)) this.#world.turned(process);
  }
}

function clocksOf(process: Process, which: WhichClocks): readonly NodeClock[] {
  return which === 'both' ? [process.monotonic, process.wall] : [process.wall];
}
