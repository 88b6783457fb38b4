import { assert, AssertionError } from '../core/base/assert.js';
import { BadScenario } from './bad-scenario.js';
import { checkClockBound } from './clock-bound.js';
import { Draws } from './draws.js';
import { NonDeterminismError } from './guard.js';
import type { Hosted } from './hosted.js';
import { mayDouble } from './network-options.js';
import { optionsProblem } from './options-problem.js';
import { RandomStreams } from './random.js';
import type { RunOptions } from './run-options.js';
import type { Scenario } from './scenario.js';

/** What the options of a scenario come to for a seed; only that they are there is looked at. Call it under the guard. */
export function drawn(scenario: Scenario, seed: number): RunOptions {
  const options = told(scenario.name, seed, () => scenario.options(new Draws(new RandomStreams(seed)))) as unknown;
  if (typeof options === 'object' && options !== null && !Array.isArray(options) && !('then' in options)) return options as RunOptions;
  const what = options instanceof Object && 'then' in options ? 'a promise' : Array.isArray(options) ? 'a list' : String(options);
  throw new BadScenario(`${at(scenario.name, seed)}: options(draws) returned ${what}: it returns the options of a run, such as { ...usual(draws), chaosMs: 5_000 }`);
}

/**
 * Holds the options of a run to what each may be, and to what they must be together, before it begins.
 *
 * @throws {BadScenario} One line that names the scenario, the seed and the option.
 */
export function checkRun(name: string, options: RunOptions, seed: number, system: Hosted): void {
  const problem = optionsProblem(options);
  if (problem !== null) throw new BadScenario(`${at(name, seed)}: ${problem}`);
  told(name, seed, () => {
    checkSessions(options);
    checkClockBound(options);
    system.checkOptions(options);
  });
}

function checkSessions({ workload, clientLink }: RunOptions): void {
  const { sessionlessRatio, deleteWeight, putWeight } = workload;
  const isGuarded = sessionlessRatio.numerator === 0 || ((deleteWeight === 0 || putWeight === 0) && !mayDouble(clientLink));
  assert(isGuarded, 'without a session, doubled messages and puts repeated across a delete take effect twice (client/calls.ts): set sessionlessRatio to RATIO_NEVER');
}

/** Whatever `part` throws about the options, as one line that says whose they are. */
function told<Value>(name: string, seed: number, part: () => Value): Value {
  try {
    return part();
  } catch (error) {
    if (error instanceof NonDeterminismError) throw new BadScenario(`${at(name, seed)}: options(draws) called ${error.what}: whatever differs between worlds is drawn from the seed, by draws.between, draws.oneOf or draws.chance`);
    const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const isRule = error instanceof AssertionError || error instanceof BadScenario;
    throw new BadScenario(`${at(name, seed)}: ${isRule ? line : `options(draws) threw: ${line}`}`);
  }
}

const at = (name: string, seed: number): string => `scenario "${name}", seed ${seed}`;
