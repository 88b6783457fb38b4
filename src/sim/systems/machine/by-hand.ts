import type { NodeId } from '../../../core/base/units.js';
import { COMPARE_USUALLY, liveTwice, type FirstDifference } from '../../replay/first-difference.js';
import type { Violation } from '../../checkers/violation.js';
import { runSimulation, type Ran, type Size } from './run-simulation.js';
import { PARTS, type Simulation } from './simulation.js';
import type { AnyModel, Call, UpServer } from './spec.js';
import { storyOf, traceRun, type Story } from './story.js';
import { processName } from '../../base/process-names.js';

/** The method by which fast-check prints a value. */
const SHOWN = Symbol.for('fast-check/toStringMethod');

/** A seed of a simulation that was run, and all there is to know of it. */
export interface Run<State = unknown, Request = unknown, Response = unknown> {
  readonly title: string;
  readonly seed: number;
  /** What did not hold; null when all did. */
  readonly violation: Violation | null;
  /** Whether all clients were served after the faults, and the servers came to rest. */
  readonly hasConverged: boolean;
  /** How often each moment was seen. */
  readonly moments: Readonly<Record<string, number>>;
  /** What clients asked and were told, in the order in which calls ended. */
  readonly calls: readonly Call<Request, Response>[];
  /** The servers that were up at the end. */
  readonly servers: readonly UpServer<State>[];
  /** 16 hex digits over all that happened. */
  readonly digest: string;
  readonly events: number;
  /** Milliseconds of world time. */
  readonly simulatedMs: number;
  /** What a machine or a property threw, with its stack; null for nothing. */
  readonly thrown: Error | null;
  /** What the simulation says that answers look like; null if it does not. */
  readonly model: AnyModel<Request, Response> | null;
  /** The smallest world in which the same goes wrong. Runs the seed up to some hundred times over. */
  story(): Story;
  /** A line for each event, for each line a call of `write`. Runs the seed once more. */
  trace(write: (line: string) => void): void;
  /** Runs the seed twice more and compares them; null when they are the same to the byte. */
  firstDifference(): FirstDifference | null;
}

/**
 * Runs one seed of a simulation. What does not hold is told, not thrown.
 *
 * @param size A smaller world than the one that the seed draws.
 * @throws {BadScenario} When the simulation makes something of the seed that is no world.
 */
export function run<State, Message, Request, Response>(
  simulation: Simulation<State, Message, Request, Response>,
  seed: number,
  size: Size = {},
): Run<State, Request, Response> {
  const ran: Ran<State, Request, Response> = runSimulation(simulation, seed, { size });
  const { report, calls, servers, thrown, hasConverged } = ran;
  return {
    ...{ [SHOWN]: () => `run of ${simulation.title}, seed ${seed}` },
    title: simulation.title,
    seed,
    violation: report.violation ?? null,
    hasConverged,
    moments: report.moments,
    calls,
    servers,
    digest: report.digest,
    events: report.events,
    simulatedMs: report.simulatedMs,
    thrown,
    model: simulation[PARTS].machine.model ?? null,
    story: () => storyOf(simulation, seed, ran),
    trace: (write) => traceRun(simulation, seed, write),
    firstDifference: () => differenceBetweenRuns(simulation, seed, size),
  };
}

function differenceBetweenRuns(simulation: Simulation, seed: number, size: Size): FirstDifference | null {
  let servers = 0;
  const name = (node: NodeId | number): string => processName(node, servers);
  const { firstDifference } = liveTwice(
    (account) => {
      const { report } = runSimulation(simulation, seed, { size, observers: [account] });
      servers = report.options.servers;
      return report;
    },
    { ...COMPARE_USUALLY, name },
  );
  return firstDifference;
}
