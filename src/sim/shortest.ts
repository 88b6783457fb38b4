import { Narrator } from './narrator.js';
import type { RunReport } from './report.js';
import { optionsOf, runScenario, systemOf } from './run.js';
import type { Scenario } from './scenario.js';

/** A run and its story. */
export interface Told {
  readonly report: RunReport;
  readonly lines: readonly string[];
}

/** Who tells the run of a scenario with a seed: an observer of it. */
export function narratorOf(scenario: Scenario, seed: number): Narrator {
  const system = systemOf(scenario);
  return new Narrator({ servers: optionsOf(scenario, seed).servers, tell: (message) => system.tell(message) });
}

/** Lives one seed and tells it: all of it when every property held, else what concerns the key that suffered. */
export function tellRun(scenario: Scenario, seed: number): Told {
  const narrator = narratorOf(scenario, seed);
  const report = runScenario(scenario, seed, { observers: [narrator] });
  return { report, lines: narrator.lines(report.violation?.key ?? null) };
}

/** Of the seeds first .. last the run with the shortest story among those that show the scenario's finding; null when none does. */
export function shortestStory(scenario: Scenario, firstSeed: number, lastSeed: number): Told | null {
  let shortest: Told | null = null;
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    const told = tellRun(scenario, seed);
    if (told.report.verdict === 'found' && (shortest === null || told.lines.length < shortest.lines.length)) shortest = told;
  }
  return shortest;
}
