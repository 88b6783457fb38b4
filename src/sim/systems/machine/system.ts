import type { Leadership } from '../../cluster/leadership.js';
import type { Codec, Machine } from '../../../core/machine.js';
import type { Coverage } from '../../coverage/coverage.js';
import type { HostedClient, HostedServer } from '../../cluster/hosted.js';
import { fingerprintOf } from '../../base/fingerprint.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem } from '../../run/system.js';
import { scripted } from '../scripted.js';
import { answeringCalls, CLONED, isAnswered, isAsked, withCall, type Answered, type Asked } from './calls.js';
import { callingClient } from './client.js';
import type { Clients } from './clients.js';
import { newRun, type MachineRun } from './run-state.js';
import type { MachineSimulation, Survivors } from './spec.js';
import { watchMachine } from './watch.js';
import { inShort } from '../../story/in-short.js';
import { allWords, type AllWords } from './words.js';
import { CallingWork } from './work.js';

/** What is drawn for a run beside the world: plain data, for it is part of each report. */
export interface CallingOptions {
  /** How often each client calls at most; null: as often as time allows. */
  readonly callsMax: number | null;
  /** Calls that are not made, such as `c1.4`. */
  readonly without: readonly string[];
}

/** The clients that were drawn with these options; they hold functions, which reports do not. */
const DRAWN = new WeakMap<CallingOptions, Clients<unknown, unknown>>();

export function callingOptions(
  clients: Clients<unknown, unknown>,
  callsMax: number | null = null,
  without: readonly string[] = [],
): CallingOptions {
  const options: CallingOptions = { callsMax, without };
  DRAWN.set(options, clients);
  return options;
}

/** @throws {Error} For options that {@link callingOptions} did not make. */
export function clientsOf(options: CallingOptions): Clients<unknown, unknown> {
  const clients = DRAWN.get(options);
  if (clients === undefined) throw new Error('the options of a machine are drawn by its simulation');
  return clients;
}

/** Several times what a server of a local network takes to tell the others what it has to tell. */
const REST_MS = 500;

/** Lets a caller look into the runs of a system, as `onRun` for each that begins. */
export interface Looks<Request, Response> {
  readonly onRun?: (run: MachineRun<Request, Response>) => void;
  /** Told before each step of a server, and null after it. */
  readonly onActing?: (acting: { readonly server: number; readonly input: unknown } | null) => void;
}

/** Any machine as a system under test: its requests and responses are its own, and so is what is asked of it. */
export function machineSystem<State, Message, Request, Response>(
  name: string,
  simulation: MachineSimulation<State, Message, Request, Response>,
  looks: Looks<Request, Response> = {},
): HostedSystem<CallingOptions> {
  const words = allWords(simulation.words);
  const machine = answeringCalls(simulation.machine);
  const server = {
    machine,
    clockSource: simulation.clocks?.source ?? 'monotonic',
    codecs: {
      message: (simulation.codecs?.message ?? CLONED) as Codec<unknown>,
      request: withCall('request', (simulation.codecs?.request ?? CLONED) as Codec<unknown>),
      response: withCall('response', (simulation.codecs?.response ?? CLONED) as Codec<unknown>),
    },
    fingerprint: fingerprintOf,
    messageFingerprint: fingerprintOf,
  };

  /** Those who work in a run and those who watch it meet here, by the coverage that both are given. */
  const runs = new WeakMap<Coverage, MachineRun<Request, Response>>();
  function runOf(coverage: Coverage): MachineRun<Request, Response> {
    const known = runs.get(coverage);
    if (known !== undefined) return known;
    const run = newRun<Request, Response>();
    runs.set(coverage, run);
    looks.onRun?.(run);
    return run;
  }

  const system: HostedSystem<CallingOptions> = {
    name,
    moments: (simulation.moments ?? []).map((moment) => ({ name: moment, sentence: `A server noted "${moment}".` })),
    checkOptions: () => undefined,
    server: (_options, id) => ({ ...server, machine: told(machine, id, looks.onActing) }) as unknown as HostedServer,
    client: ({ node }) =>
      ({
        machine: callingClient(clientsOf(node).habits) as unknown as Machine<never, never, never, never>,
        messageFingerprint: fingerprintOf,
      }) satisfies HostedClient,
    isServing: (state) => simulation.isServing?.(state as State) ?? true,
    ...(simulation.leadership === undefined ? {} : { leadership: simulation.leadership as Leadership }),
    recovery: () => simulation.machine.recovery ?? null,
    coreSize: (options) => survivorsOf(simulation.survivors, options),
    essential: () => [],
    hasConverged: (states) => simulation.settled?.(states as readonly State[]) ?? true,
    describe: words.state,
    tell: words.message,
    callLine: (said) => callLine(words, said),
    work: ({ node }, history, coverage) =>
      new CallingWork<Request, Response>(
        {
          clients: clientsOf(node) as Clients<Response, Request>,
          callsMax: node.callsMax ?? Infinity,
          without: new Set(node.without),
          restMs: simulation.restMs ?? REST_MS,
          next: simulation.next.bind(simulation),
          ...(simulation.last === undefined ? {} : { last: simulation.last.bind(simulation) }),
        },
        runOf(coverage),
        history,
        coverage,
      ),
    watch: (run) => watchMachine(simulation, runOf(run.coverage), run),
    judgeClients: () => undefined,
  };
  return simulation.script === undefined ? system : scripted(system, simulation.script);
}

/** The same machine, which says when it begins a step and when it is done. */
function told<State, Message, Request, Response>(
  machine: Machine<State, Message, Asked<Request>, Answered<Response>>,
  server: number,
  onActing: Looks<never, never>['onActing'],
): typeof machine {
  if (onActing === undefined) return machine;
  const acting = <Value>(input: unknown, part: () => Value): Value => {
    onActing({ server, input });
    const value = part();
    onActing(null);
    return value;
  };
  return {
    ...machine,
    init: (boot) => acting(null, () => machine.init(boot)),
    step: (state, input) => acting(input, () => machine.step(state, input)),
  };
}

/** How many servers a healed system has. */
export function survivorsOf(survivors: Survivors = 'all', { servers }: Pick<RunOptions, 'servers'>): number {
  if (survivors === 'all') return servers;
  return survivors === 'majority' ? Math.floor(servers / 2) + 1 : Math.min(survivors, servers);
}

/** What clients and servers say to each other, and clients and their applications. */
function callLine(words: AllWords, said: unknown): string {
  if (isAsked(said)) return words.request(said.request);
  if (isAnswered(said)) return words.response(said.response, undefined);
  return inShort(said);
}
