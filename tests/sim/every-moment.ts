import { regressions, scenarios } from '../../scenarios/index.js';
import { WORLD_MOMENTS, type Moment } from '../../src/sim/coverage/moments.js';

const ours: readonly Moment[] = [...scenarios, ...regressions].flatMap(({ system }) => system.moments ?? []);

/** The moments of any system and those of our systems, each once. */
export const everyMoment: readonly Moment[] = [
  ...new Map([...(WORLD_MOMENTS as readonly Moment[]), ...ours].map((moment) => [moment.name, moment])).values(),
];
