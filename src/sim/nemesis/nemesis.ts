import type { FaultSchedule } from '../options/fault-schedule.js';
import { between, type Stream } from '../base/random-streams.js';
import type { Strike } from './base/strike.js';
import { familyOf } from './faults/families.js';
import type { FaultFamily } from './faults/family.js';
import { Injector } from './base/injector.js';

const US_PER_MS = 1_000;
const SIDES_DRAWS = 4;

/**
 * Chooses the faults. Each family strikes by a timetable of its own; each strike draws nine times from the
 * family's stream, whatever it then finds to do, so that no strike depends on what became of another.
 */
export class Nemesis extends Injector {
  /** Begins the timetables. */
  start(faults: readonly FaultSchedule[]): void {
    const { world } = this.cluster;
    // What a family does, and what it schedules, has its name as its cause.
    for (const options of faults)
      world.because(options.fault, () => this.#await(familyOf(options), options, world.streams.stream('nemesis', options.fault)));
  }

  #await(family: FaultFamily, options: FaultSchedule, stream: Stream): void {
    const waitUs = between(stream, options.everyMsMin * US_PER_MS, options.everyMsMax * US_PER_MS);
    const strike: Strike = {
      lastsUs: between(stream, options.lastsMsMin * US_PER_MS, options.lastsMsMax * US_PER_MS),
      who: stream(),
      other: stream(),
      sides: Array.from({ length: SIDES_DRAWS }, () => stream()),
      how: stream(),
    };
    this.later(waitUs, () => {
      family.strike(this, strike);
      this.#await(family, options, stream);
    });
  }
}
