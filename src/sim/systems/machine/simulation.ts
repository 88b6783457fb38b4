import { BadScenario } from '../../base/bad-scenario.js';
import { unknownLine } from '../../../core/base/did-you-mean.js';
import { RATIO_ALWAYS, RATIO_NEVER } from '../../base/random-streams.js';
import type { ClockOptions } from '../../base/node-clock.js';
import { keptUnder } from '../../options/clock-declaration.js';
import type { Draws } from '../../options/draws.js';
import type { RunOptions } from '../../options/run-options.js';
import type { AnyScenario } from '../../run/scenario.js';
import { LAN } from '../../options/presets.js';
import type { Clients } from './clients.js';
import { drawn, drawFrom, type Draw, type Drawn } from '../../base/draw.js';
import type { MachineSimulation } from './spec.js';
import { callingOptions, machineSystem, type CallingOptions } from './system.js';

/** The seeds that a simulation is run with, and those that it is always run with. */
export interface Campaign {
  /** How many: 1, 2 and so on. Absent: 100. */
  readonly seeds?: number;
  /** Seeds that once failed, kept: they are run first, whatever else is. */
  readonly regressions?: readonly number[];
}

const DISK = { operationUsMin: 20, operationUsMax: 200, syncUsMin: 100, syncUsMax: 4_000 };
const SEEDS = 100;
const FIELDS: { readonly [Field in keyof Required<MachineSimulation<unknown, unknown, unknown, unknown> & Campaign>]: true } = {
  machine: true,
  servers: true,
  clients: true,
  next: true,
  last: true,
  network: true,
  leadership: true,
  clientNetwork: true,
  faults: true,
  script: true,
  settled: true,
  always: true,
  finally: true,
  model: true,
  sometimes: true,
  moments: true,
  survivors: true,
  isServing: true,
  chaosMs: true,
  convergenceMs: true,
  restMs: true,
  eventsMax: true,
  codecs: true,
  disk: true,
  clocks: true,
  words: true,
  seeds: true,
  regressions: true,
};

/** What a simulation was made of, for who runs it by hand. */
export const PARTS: unique symbol = Symbol('what a simulation was made of');

/** A simulation as a value: a scenario, so that `seedstorm explore` runs it, which knows the machine that it was made of. */
export interface Simulation<State = unknown, Message = unknown, Request = unknown, Response = unknown> extends AnyScenario {
  readonly [PARTS]: {
    readonly machine: MachineSimulation<State, Message, Request, Response>;
    readonly seeds: number;
    readonly regressions: readonly number[];
  };
}

/**
 * Describes a simulation.
 *
 * @param title What is simulated, in a few words, such as `a gossip counter`.
 * @throws {BadScenario} When a part is missing, unknown or out of range.
 */
export function defineSimulation<State, Message, Request, Response>(
  title: string,
  simulation: MachineSimulation<State, Message, Request, Response> & Campaign,
): Simulation<State, Message, Request, Response> {
  checkParts(title, simulation);
  const name = wordOf(title);
  const seeds = simulation.seeds ?? SEEDS;
  return {
    name,
    title,
    why: 'The properties of this simulation hold whatever its faults do.',
    expected: simulation.sometimes ?? [],
    expectedWithinRuns: seeds,
    system: machineSystem(name, simulation),
    options: (draws) => runOptionsOf(simulation, draws),
    [PARTS]: { machine: simulation, seeds, regressions: simulation.regressions ?? [] },
  };
}

/** A title as the word that stands on a command line: `a gossip counter` is `a-gossip-counter`. */
export function wordOf(title: string): string {
  const word = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return word === '' ? 'simulation' : word;
}

function checkParts(title: string, simulation: object): void {
  const fail = (problem: string): never => {
    throw new BadScenario(`simulation "${title}": ${problem}`);
  };
  const known = Object.keys(FIELDS);
  const stranger = Object.keys(simulation).find((field) => !known.includes(field));
  if (stranger !== undefined) fail(unknownLine('option', stranger, known));
  const { machine, clients, next, seeds = SEEDS, regressions = [] } = simulation as Partial<Record<keyof typeof FIELDS, unknown>>;
  if (typeof machine === 'function') fail('machine is a function: call it, such as machine: register()');
  if (typeof machine !== 'object' || machine === null || !('init' in machine) || !('step' in machine) || !('wakeAt' in machine))
    fail('machine is a machine, with init, step and wakeAt (docs/TESTING-YOUR-SYSTEM.md)');
  if (clients === undefined) fail('clients is missing: oneTry({ count: 3, timeoutMs: 300 })');
  if (typeof next !== 'function') fail('next is a function of a draw that returns a request');
  if (!isSeed(seeds)) fail(`seeds is a whole number, 1 or more, not ${String(seeds)}`);
  if (!Array.isArray(regressions) || !regressions.every(isSeed)) fail('regressions is a list of seeds, whole numbers from 1 on');
}

const isSeed = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;

/** What a simulation makes of a seed. Each option draws from a stream of its own. */
function runOptionsOf<State, Message, Request, Response>(
  simulation: MachineSimulation<State, Message, Request, Response>,
  draws: Draws,
): RunOptions<CallingOptions> {
  const drawing = <Value extends object | number | string>(what: string, value: Drawn<Value>): Value =>
    drawn(value, drawFrom(draws.stream(what)));
  const servers = drawing('servers', simulation.servers);
  const clients = drawing('clients', simulation.clients);
  const faults = drawing('faults', simulation.faults ?? []);
  const { clocks = {}, codecs } = simulation;
  const ratePpmMax = clocks.ratePpmMax ?? 200;
  return {
    servers,
    chaosMs: drawing('chaosMs', simulation.chaosMs ?? 10_000),
    convergenceMs: simulation.convergenceMs ?? 20_000,
    eventsMax: simulation.eventsMax ?? 2_000_000,
    isCodecUsed: codecs !== undefined,
    peerLink: drawing('network', simulation.network ?? LAN),
    clientLink: drawing('clientNetwork', simulation.clientNetwork ?? LAN),
    disk: simulation.disk ?? DISK,
    clocks: drawing('clocks', clocks.each ?? ((draw: Draw) => ordinaryClocks(draw, servers, ratePpmMax))),
    clockRatePpmMax: ratePpmMax,
    monotonicClocks: clocks.monotonic ?? keptUnder(faults),
    node: callingOptions(clients as Clients<unknown, unknown>),
    laterNode: null,
    workload: {
      clients: clients.count,
      sessionlessRatio: RATIO_ALWAYS,
      staleRatio: RATIO_NEVER,
      keys: 1,
      paddingBytesMax: 0,
      getWeight: 1,
      setWeight: 0,
      putWeight: 0,
      deleteWeight: 0,
      thinkMsMin: clients.thinkMs[0],
      thinkMsMax: clients.thinkMs[1],
      attemptTimeoutMs: clients.habits.timeoutUs / 1_000,
      timeLimitMs: (clients.habits.timeoutUs / 1_000) * clients.habits.tries,
    },
    faults,
    promise: 'within budget',
  };
}

function ordinaryClocks(draw: Draw, servers: number, ratePpmMax: number): readonly ClockOptions[] {
  return Array.from({ length: servers }, () => ({ offsetUs: draw.between(0, 10_000_000), ratePpm: draw.between(-ratePpmMax, ratePpmMax) }));
}
