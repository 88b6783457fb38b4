// Two systems that are none of ours through every family of faults: each strikes or is refused by name, and accuses no correct system.
// `npm run families` does it with 200 seeds of each; faults/families.systems.test.ts with a few.
import { keyValueCodecs } from '../../../src/core/index.js';
import { BadScenario } from '../../../src/sim/base/bad-scenario.js';
import type { Draw } from '../../../src/sim/base/draw.js';
import type { MonotonicClocks } from '../../../src/sim/base/node-clock.js';
import type { Leadership } from '../../../src/sim/cluster/leadership.js';
import { faults } from '../../../src/sim/nemesis/fault-constructors.js';
import { FAULT_NAMES, FAULTS, type FaultName } from '../../../src/sim/nemesis/faults/families.js';
import type { FaultSchedule, SpanMs } from '../../../src/sim/options/fault-schedule.js';
import { runScenario } from '../../../src/sim/run/run.js';
import type { AnyScenario } from '../../../src/sim/run/scenario.js';
import { keyValueSystem } from '../../../src/sim/systems/key-value.js';
import { oneTry } from '../../../src/sim/systems/machine/clients.js';
import { defineSimulation } from '../../../src/sim/systems/machine/simulation.js';
import type { Call } from '../../../src/sim/systems/machine/spec.js';
import type { Draws } from '../../../src/sim/options/draws.js';
import { READS_AND_WRITES, usual } from '../../../src/sim/options/presets.js';
import { counter, quorumCounter, total, type KeptState, type Request, type State } from './machines/quorum-counter.js';
import { durableRegister, messages } from './machines/register.js';

/** Faults strike quickly one after the other, so that short runs see many. Milliseconds of world time. */
const CHAOS_MS = 2_500;
const EVERY: SpanMs = [100, 700];
const LASTS_MAX = 800;

const register = keyValueSystem({
  name: 'register',
  machine: durableRegister,
  codecs: keyValueCodecs(messages),
  hasVersions: false,
  isServing: ({ inner }) => inner !== null,
  hasConverged: (states) => states.every(({ inner }) => inner?.rounds.length === 0),
});

/** The schedule of a family, as quick as it may be. */
function quick(name: FaultName): FaultSchedule {
  const [min, max] = FAULTS[name].lasts;
  return faults[name]({ every: EVERY, lasts: [Math.min(min, LASTS_MAX), Math.min(max, LASTS_MAX)] });
}

/** The most that a run can say of its servers' monotonic clocks under a fault. */
const clocksUnder = (name: FaultName): MonotonicClocks => FAULTS[name].clocks ?? 'bounded';

const SYSTEM = { servers: (draw: Draw) => draw.oneOf([3, 5]), chaosMs: CHAOS_MS, survivors: 'majority' } as const;
const additions = {
  clients: oneTry({ count: 3, timeoutMs: 300, ask: 'anyone' }),
  next: (draw: Draw): Request => (draw.chance(7, 10) ? { kind: 'add' } : { kind: 'read' }),
};
const COUNTED = 'every acknowledged addition is counted';

/** Whether the servers that are left have counted whatever was acknowledged. */
function isCounted(states: readonly (State | null)[], calls: readonly Call<Request, number>[]): boolean {
  const acknowledged = calls.filter(({ request, outcome }) => request.kind === 'add' && outcome.kind === 'done').length;
  return states.every((state) => state !== null && total(state) >= acknowledged);
}

const isAlike = (states: readonly (State | null)[]): boolean =>
  new Set(states.map((state) => (state === null ? null : total(state)))).size === 1;

/** The counter; `leadership` is what it tells of who leads, though nobody asks the leader for anything. */
const counterOf = (name: FaultName, leadership?: Leadership<KeptState>): AnyScenario =>
  defineSimulation('a counter of majorities', {
    ...SYSTEM,
    ...additions,
    machine: quorumCounter,
    faults: [quick(name)],
    clocks: { ratePpmMax: 50_000, monotonic: clocksUnder(name) },
    isServing: ({ inner }) => inner !== null,
    settled: (states) => isAlike(states.map(({ inner }) => inner)),
    ...(leadership === undefined ? {} : { leadership }),
    finally: {
      [COUNTED]: ({ servers, calls }) =>
        isCounted(
          servers.map(({ state }) => state.inner),
          calls,
        ),
    },
  });

/** A scenario of each system under one family alone. */
export const SYSTEMS = {
  'durable register': (name: FaultName): AnyScenario => ({
    name: 'register',
    title: 'A register that a majority keeps.',
    why: 'No fault makes a correct system look wrong.',
    expected: [],
    expectedWithinRuns: 1,
    system: register,
    options: (draws: Draws) => {
      const { workload, ...ordinary } = usual(draws);
      return {
        ...ordinary,
        chaosMs: CHAOS_MS,
        node: null,
        workload: { ...workload, ...READS_AND_WRITES, keys: 2, paddingBytesMax: 0 },
        clockRatePpmMax: 50_000,
        monotonicClocks: clocksUnder(name),
        faults: [quick(name)],
      };
    },
  }),
  'counter of majorities': (name: FaultName): AnyScenario => counterOf(name),
  'counter that names a leader': (name: FaultName): AnyScenario =>
    counterOf(name, {
      leads: ({ inner }) => (inner !== null && inner.self === inner.members[0] ? 1 : null),
      hasCommitted: () => false,
      logEnd: ({ inner }) => (inner === null ? null : { term: 1, index: total(inner) }),
    }),
  /** Not correct: it forgets at each death what it said that it knows. */
  'counter in memory': (name: FaultName): AnyScenario =>
    defineSimulation('a counter in memory', {
      ...SYSTEM,
      ...additions,
      machine: counter,
      faults: [quick(name)],
      settled: isAlike,
      finally: {
        [COUNTED]: ({ servers, calls }) =>
          isCounted(
            servers.map(({ state }) => state),
            calls,
          ),
      },
    }),
} as const;

export type SystemName = keyof typeof SYSTEMS;

/** The families that each is to be put through: of the counter with a leader those that aim at leaders, since it is the other one for all others. */
export const PLAN: readonly (readonly [system: SystemName, name: FaultName])[] = FAULT_NAMES.flatMap((name) => {
  const isOfLeaders = FAULTS[name].needs?.some((need) => need.startsWith('leadership')) === true;
  const systems = ['durable register', 'counter of majorities', ...(isOfLeaders ? ['counter that names a leader'] : [])];
  return systems.map((system) => [system as SystemName, name] as const);
});

/** What became of a system under one family. */
export interface Suffered {
  /** Why no run began, in one line; null if runs did. */
  readonly refused: string | null;
  /** Of the seeds run, those in which the family did something. */
  readonly struck: readonly number[];
  /** What was found, by seed: of a correct system nothing should be. */
  readonly accused: readonly string[];
}

/** Runs these seeds of a system under a family. */
export function suffer(system: SystemName, name: FaultName, seeds: readonly number[]): Suffered {
  const scenario = SYSTEMS[system](name);
  const struck: number[] = [];
  const accused: string[] = [];
  for (const seed of seeds) {
    let hasStruck = false;
    try {
      const { violation } = runScenario(scenario, seed, {
        observers: [{ onWorldEvent: (_atUs, { by }) => void (hasStruck ||= by === name) }],
      });
      if (violation !== undefined) accused.push(`seed ${seed}: ${violation.property}: ${violation.message}`);
    } catch (error) {
      if (error instanceof BadScenario) return { refused: error.message, struck, accused };
      accused.push(`seed ${seed}: ${String(error)}`);
    }
    if (hasStruck) struck.push(seed);
  }
  return { refused: null, struck, accused };
}

/** What is not as it should be, a line each: a family strikes, or is refused in a line that names it and what the system lacks; and it accuses nobody. */
export function problemsOf(name: FaultName, { refused, struck, accused }: Suffered): readonly string[] {
  if (refused !== null) {
    const isNamed = refused.includes(`the fault ${name} needs `) && FAULTS[name].needs !== undefined;
    return isNamed ? [] : [`refused without a reason that names it: ${refused}`];
  }
  return [...(struck.length === 0 ? ['it never strikes'] : []), ...accused];
}

/** 1, 2 and so on. */
export const seedsTo = (last: number): readonly number[] => Array.from({ length: last }, (_, i) => i + 1);
