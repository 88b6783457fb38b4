import { optionsOf, runOptions } from '../../run/run.js';
import type { RunOptions } from '../../options/run-options.js';
import type { RunReport } from '../../run/report.js';
import type { Observer } from '../../world/observer.js';
import { allCalls, upServers, type MachineRun } from './run-state.js';
import { PARTS, type Simulation } from './simulation.js';
import type { Call, UpServer } from './spec.js';
import { callingOptions, clientsOf, machineSystem, type CallingOptions } from './system.js';

/** A smaller world than the one that a seed draws. What is absent stays as drawn. */
export interface Size {
  readonly servers?: number;
  readonly clients?: number;
  readonly chaosMs?: number;
  /** Calls of each client before the end. */
  readonly calls?: number;
  /** Which of the drawn faults are at work, by their places in the list. */
  readonly faults?: readonly number[];
  /** Calls that are not made, such as `c1.4`, the fourth of the first client: it goes on to its next one. */
  readonly without?: readonly string[];
}

/** What a run of a simulation came to, and what there is to look at when it is over. */
export interface Ran<State, Request, Response> {
  readonly report: RunReport;
  readonly calls: readonly Call<Request, Response>[];
  /** The servers that were up at the end. */
  readonly servers: readonly UpServer<State>[];
  /** Whether all clients were served after the faults, and the servers came to rest. */
  readonly hasConverged: boolean;
  /** What a machine or a property threw to end the run, with its stack; null for nothing. */
  readonly thrown: Error | null;
  /** The calls whose answers contradict each other, where a model does not explain them; null where that is not what went wrong. */
  readonly conflict: (() => readonly Call<Request, Response>[]) | null;
}

/** The options that a simulation draws for a seed, made smaller. */
export function sizedOptions(simulation: Simulation, seed: number, size: Size = {}): RunOptions<CallingOptions> {
  const options = optionsOf(simulation, seed) as RunOptions<CallingOptions>;
  const { servers, clients, chaosMs, calls, faults, without } = size;
  return {
    ...options,
    servers: servers ?? options.servers,
    chaosMs: chaosMs ?? options.chaosMs,
    node: callingOptions(clientsOf(options.node), calls ?? options.node.callsMax, without ?? options.node.without),
    workload: { ...options.workload, clients: clients ?? options.workload.clients },
    faults: faults === undefined ? options.faults : options.faults.filter((_, place) => faults.includes(place)),
  };
}

/** The step that a server is about to take. */
export interface Acting {
  readonly server: number;
  /** null: its first step. */
  readonly input: unknown;
}

/** What a caller may add to a run; none of it changes what happens. */
export interface Watchers {
  readonly size?: Size;
  readonly observers?: readonly Observer[];
  /** Told before each step of a server, and null after it: what was told last is what never came back. */
  readonly onActing?: (acting: Acting | null) => void;
}

/** Runs one seed of a simulation. Same simulation, seed and size: the same run, to the byte. */
export function runSimulation<State, Message, Request, Response>(
  simulation: Simulation<State, Message, Request, Response>,
  seed: number,
  { size = {}, observers = [], onActing }: Watchers = {},
): Ran<State, Request, Response> {
  const runs: MachineRun<Request, Response>[] = [];
  const system = machineSystem(simulation.name, simulation[PARTS].machine, {
    onRun: (begun) => void runs.push(begun),
    ...(onActing === undefined ? {} : { onActing }),
  });
  const options = sizedOptions(simulation, seed, size);
  const report = runOptions({ name: simulation.name, system }, options, seed, { observers });
  const [run] = runs;
  if (run === undefined) throw new Error('a run has begun when it is over');
  return {
    report,
    calls: allCalls(run),
    servers: run.cluster === null ? [] : upServers(run.cluster),
    hasConverged: run.hasConverged,
    thrown: run.thrown ?? run.cluster?.world.thrown ?? null,
    conflict: run.conflict,
  };
}
