/** `seedstorm bench sim --bars`: the figures that the simulator must not fall below, each beside what this machine gives now. */
import { benchSim, type SimBenchOptions, type SimBenchResult } from './sim.js';

export interface Bar {
  readonly name: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly measured: number;
  readonly held: boolean;
}

export interface BarsResult {
  readonly benchmark: 'RAFTSIM-1';
  readonly bars: readonly Bar[];
  readonly runs: readonly SimBenchResult[];
}

/** Lives profiles core with 5, 3 and 9 servers and full with 5. Takes some minutes. */
export function benchBars(how: Pick<SimBenchOptions, 'seed' | 'seconds' | 'rounds' | 'bareEvents'>): BarsResult {
  const core = benchSim({ ...how, profile: 'core', servers: 5 });
  const full = benchSim({ ...how, profile: 'full', servers: 5 });
  const three = benchSim({ ...how, profile: 'core', servers: 3 });
  const nine = benchSim({ ...how, profile: 'core', servers: 9 });
  const bars = [
    atLeast('core, 5 servers: events/s', 800_000, core.eventsPerSecond),
    atLeast('core, 5 servers: percent of the bare loop', 12, core.percentOfBareLoop),
    atLeast('core, 5 servers: events/s in the last tenth of the time over the first', 0.9, core.lastTenthOverFirst),
    atLeast('full, 5 servers: events/s', 350_000, full.eventsPerSecond),
    atLeast('full, 5 servers: simulated s per s', 150, full.simulatedSecondsPerSecond),
    atLeast('full, 5 servers: events/s in the last tenth of the time over the first', 0.9, full.lastTenthOverFirst),
    atMost('an event with 9 servers over one with 3', 1.3, Math.round((three.eventsPerSecond * 100) / nine.eventsPerSecond) / 100),
  ];
  return { benchmark: 'RAFTSIM-1', bars, runs: [core, full, three, nine] };
}

export function atLeast(name: string, bar: number, measured: number): Bar {
  return { name, atLeast: bar, measured, held: measured >= bar };
}

export function atMost(name: string, bar: number, measured: number): Bar {
  return { name, atMost: bar, measured, held: measured <= bar };
}
