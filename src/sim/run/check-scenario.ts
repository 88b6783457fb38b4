import { assert, AssertionError } from '../../core/base/assert.js';
import { BadScenario } from '../base/bad-scenario.js';
import { checkClockBound } from '../options/clock-declaration.js';
import { Draws } from '../options/draws.js';
import { NonDeterminismError } from '../base/determinism-guard.js';
import { placeOf } from '../base/frames.js';
import { unreachable } from '../nemesis/moment-needs.js';
import { familyOf } from '../nemesis/faults/families.js';
import { unsupported } from '../nemesis/faults/needs.js';
import type { Hosted } from '../cluster/hosted.js';
import { mayDouble } from '../network/link-options.js';
import { optionsProblem } from '../options/check-options.js';
import { RandomStreams } from '../base/random-streams.js';
import type { RunOptions } from '../options/run-options.js';
import type { Scenario } from './scenario.js';

/** What the options of a scenario come to for a seed; only that they are there is looked at. Call it under the guard. */
export function drawn<NodeOptions>(scenario: Scenario<NodeOptions>, seed: number): RunOptions<NodeOptions> {
  const options = told(scenario.name, seed, () => scenario.options(new Draws(new RandomStreams(seed)))) as unknown;
  if (typeof options === 'object' && options !== null && !Array.isArray(options) && !('then' in options))
    return options as RunOptions<NodeOptions>;
  const what = options instanceof Object && 'then' in options ? 'a promise' : Array.isArray(options) ? 'a list' : String(options);
  throw new BadScenario(
    `${at(scenario.name, seed)}: options(draws) returned ${what}: it returns the options of a run, such as { ...usual(draws), chaosMs: 5_000 }`,
  );
}

/** What a run is of. */
interface CheckedRun {
  readonly name: string;
  readonly system: Hosted;
  readonly expected?: readonly string[];
}

/**
 * Holds the options of a run to what each may be, and to what they must be together, before it begins.
 *
 * @throws {BadScenario} One line that names the scenario, the seed and the option.
 */
export function checkRun({ name, system, expected = [] }: CheckedRun, options: RunOptions, seed: number): void {
  const problem = optionsProblem(options);
  if (problem !== null) throw new BadScenario(`${at(name, seed)}: ${problem}`);
  told(name, seed, () => {
    checkSessions(options);
    checkClockBound(options);
    system.checkOptions(options);
    checkFaults(options, system);
    checkExpected(expected, options, system);
  });
}

/** Nothing is passed over in silence: a fault that cannot strike this system is refused by name. */
function checkFaults(options: RunOptions, system: Hosted): void {
  const families = options.faults.map(familyOf);
  for (const family of families) {
    const because = unsupported(family, system, options);
    if (because !== null) throw new BadScenario(because);
    if (families.some((other) => other.name === family.name && other !== family))
      throw new BadScenario(`two families of faults are called "${family.name}": give each a name of its own`);
  }
}

/** Nor is a moment waited for that cannot come. */
function checkExpected(expected: readonly string[], options: RunOptions, system: Hosted): void {
  for (const moment of expected) {
    const because = unreachable(moment, system, options);
    if (because !== null) throw new BadScenario(because);
  }
}

function checkSessions({ workload, clientLink }: RunOptions): void {
  const { sessionlessRatio, deleteWeight, putWeight } = workload;
  const isGuarded = sessionlessRatio.numerator === 0 || ((deleteWeight === 0 || putWeight === 0) && !mayDouble(clientLink));
  assert(
    isGuarded,
    'without a session, doubled messages and puts repeated across a delete take effect twice (client/calls.ts): set sessionlessRatio to RATIO_NEVER',
  );
}

/** Whatever `part` throws about the options, as one line that says whose they are. */
function told<Value>(name: string, seed: number, part: () => Value): Value {
  try {
    return part();
  } catch (error) {
    if (error instanceof NonDeterminismError)
      throw new BadScenario(
        `${at(name, seed)}: options(draws) called ${error.what}: whatever differs between worlds is drawn from the seed, by draws.between, draws.oneOf or draws.chance${placeOf(error)}`,
      );
    const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const isRule = error instanceof AssertionError || error instanceof BadScenario;
    throw new BadScenario(`${at(name, seed)}: ${isRule ? line : `options(draws) threw: ${line}${placeOf(error)}`}`);
  }
}

const at = (name: string, seed: number): string => `scenario "${name}", seed ${seed}`;
