import { describe, test } from 'vitest';
import { defineKeyValueSimulation, type KeyValueSimulation } from '../sim/systems/machine/key-value-simulation.js';
import { defineSimulation, PARTS, type Campaign, type Simulation } from '../sim/systems/machine/simulation.js';
import type { MachineSimulation } from '../sim/systems/machine/spec.js';
import { framesOf } from './failure.js';
import { chunkName, planSeeds } from './seeds.js';
import { Sweep } from './sweep.js';

/** A simulation as tests. */
export interface SimulateOptions extends Campaign {
  /** A seed is given up after so many milliseconds of wall time. Absent: a minute. */
  readonly timeout?: number;
}

const TIMEOUT_MS = 60_000;

/** Tests of a simulation: the seeds in at most ten, and one for the moments that some seed must come to. */
export interface Simulate {
  /**
   * @param title What is simulated, in a few words, such as `a gossip counter`: the name of the tests, by which `-t` finds them.
   * @throws {BadScenario} When an option is missing, unknown or out of range.
   */
  <State, Message, Request, Response>(
    title: string,
    simulation: MachineSimulation<State, Message, Request, Response> & SimulateOptions,
  ): void;
  /** The same for a simulation that was described elsewhere. */
  <State, Message, Request, Response>(simulation: Simulation<State, Message, Request, Response>, options?: SimulateOptions): void;
}

/** Tests of a machine whose clients read and write keys: they, what they ask and the judgement of what they are told are provided. */
export interface SimulateKeyValue {
  /**
   * @param title What is simulated, in a few words, such as `a register`: the name of the tests, by which `-t` finds them.
   * @throws {BadScenario} When an option is missing, unknown or out of range.
   */
  <State, Message>(title: string, simulation: KeyValueSimulation<State, Message> & SimulateOptions): void;
}

/** Runs seeds of a simulation as tests. */
export const simulate: Simulate & { readonly only: Simulate; readonly skip: Simulate } = Object.assign(simulateBy(describe), {
  only: simulateBy(describe.only),
  skip: simulateBy(describe.skip),
});

/** Runs seeds of a simulated key-value system as tests. */
export const simulateKeyValue: SimulateKeyValue & { readonly only: SimulateKeyValue; readonly skip: SimulateKeyValue } = Object.assign(
  simulateKeyValueBy(describe),
  { only: simulateKeyValueBy(describe.only), skip: simulateKeyValueBy(describe.skip) },
);

type Group = (title: string, tests: () => void) => void;

function simulateBy(group: Group): Simulate {
  return (
    given: string | Simulation,
    options: (MachineSimulation<unknown, unknown, unknown, unknown> & SimulateOptions) | SimulateOptions = {},
  ) => {
    const { timeout, ...rest } = options;
    if (typeof given !== 'string') return testsOf(group, given, options);
    testsOf(group, defineSimulation(given, rest as MachineSimulation<unknown, unknown, unknown, unknown>), { timeout });
  };
}

function simulateKeyValueBy(group: Group): SimulateKeyValue {
  return (title, { timeout, ...simulation }) => testsOf(group, defineKeyValueSimulation(title, simulation) as Simulation, { timeout });
}

function testsOf(
  group: Group,
  simulation: Simulation,
  options: { readonly [Option in keyof SimulateOptions]: SimulateOptions[Option] | undefined },
): void {
  const definedAt = framesOf(new Error().stack ?? '');
  const { seeds, regressions } = simulation[PARTS];
  const plan = planSeeds(options.seeds ?? seeds, options.regressions ?? regressions);
  if (plan.isFresh) console.log(`${simulation.title}: fresh seeds, ${plan.chunks.map(chunkName).join(', ')}`);
  group(simulation.title, () => {
    const sweep = new Sweep(simulation, plan, options.timeout ?? TIMEOUT_MS, definedAt);
    // A chunk may take as long as it needs: each of its seeds is watched.
    const unlimited = { timeout: 0 };
    for (const seed of plan.kept) test(`seed ${seed}, kept`, unlimited, (context) => sweep.run({ first: seed, last: seed }, context));
    for (const chunk of plan.chunks) test(chunkName(chunk), unlimited, (context) => sweep.run(chunk, context));
    if (plan.isWhole && simulation.expected.length > 0)
      test(`some seed sees ${simulation.expected.join(', ')}`, (context) => sweep.checkMoments(context));
  });
}
