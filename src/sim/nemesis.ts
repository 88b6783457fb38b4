import type { HarmOptions } from './harms.js';
import { between, type Stream } from './random.js';
import type { Blow } from './aim.js';
import { SHAPES } from './shapes.js';
import { Striker } from './striker.js';

const US_PER_MS = 1_000;
const SIDES_DRAWS = 4;

/**
 * Chooses the harms. Each family strikes by a timetable of its own; each blow draws nine times from the
 * family's stream, whatever it then finds to do, so that no blow depends on what became of another.
 */
export class Nemesis extends Striker {
  /** Begins the timetables. */
  start(harms: readonly HarmOptions[]): void {
    for (const options of harms) this.#await(options, this.cluster.world.streams.stream('nemesis', options.harm));
  }

  #await(options: HarmOptions, stream: Stream): void {
    const waitUs = between(stream, options.everyMsMin * US_PER_MS, options.everyMsMax * US_PER_MS);
    const blow: Blow = {
      lastsUs: between(stream, options.lastsMsMin * US_PER_MS, options.lastsMsMax * US_PER_MS),
      who: stream(),
      other: stream(),
      sides: Array.from({ length: SIDES_DRAWS }, () => stream()),
      how: stream(),
    };
    this.later(waitUs, () => {
      SHAPES[options.harm](this, blow);
      this.#await(options, stream);
    });
  }
}
