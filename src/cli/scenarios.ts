import type { Scenario } from '../sim/scenario.js';
import { misuse } from './exit.js';
import { unknownName } from './suggest.js';

/** The module that lists the scenarios; worker threads load it too, so it is named by its address. */
export const SCENARIO_MODULE = new URL('../../scenarios/index.js', import.meta.url);

/** The scenarios that come with seedstorm, in the order in which they are told. */
export async function allScenarios(): Promise<readonly Scenario[]> {
  const { scenarios } = await import('../../scenarios/index.js');
  return scenarios;
}

/** @throws {UserError} When there is none of that name; the line lists those there are. */
export async function findScenario(name: string): Promise<Scenario> {
  const scenarios = await allScenarios();
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw unknownName('scenario', name, scenarios.map((scenario) => scenario.name));
  return found;
}

/** The named scenarios in the order given, or all of them when none is named. */
export async function chooseScenarios(names: readonly string[]): Promise<readonly Scenario[]> {
  if (names.length === 0) return allScenarios();
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw misuse(`scenario "${twice}" was named twice`);
  return Promise.all(names.map(findScenario));
}
