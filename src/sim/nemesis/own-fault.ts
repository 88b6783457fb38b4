import { BadScenario } from '../base/bad-scenario.js';
import { unknownLine } from '../../core/base/did-you-mean.js';
import { drawFrom, type Draw } from '../base/draw.js';
import type { MonotonicClocks } from '../base/node-clock.js';
import { FAMILY, type FaultSchedule, type SpanMs, type Spans } from '../options/fault-schedule.js';
import { BY_HEALING, BY_REPAIR, BY_SCRIPT } from '../world/world-event.js';
import type { Injector } from './base/injector.js';
import { leaderOf, up } from './base/targets.js';
import { builtIn, scheduled } from './faults/families.js';
import type { FaultFamily } from './faults/family.js';
import { CAPABILITY_NAMES, type Capability } from './faults/needs.js';
import { momentAt, ScriptedFaults, type ScriptedMoment } from './script.js';
import { spanMs, type Span } from './span.js';

/** A family of faults of one's own, for {@link defineFault}. */
export interface OwnFault {
  /** A word of letters and digits that no other family has: it stands in the options of a run, and in its trace as the cause. */
  readonly name: string;
  /** What happens, in one sentence. */
  readonly sentence: string;
  /** Milliseconds from one strike to the next, where a run says nothing else. Absent: 500 to 3 000. */
  readonly every?: SpanMs;
  /** Milliseconds that a strike lasts, where a run says nothing else. Absent: 100 to 1 000. */
  readonly lasts?: SpanMs;
  /** What a system must tell of itself to be struck by it; a run of one that does not is refused. Absent: nothing. */
  readonly needs?: readonly Capability[];
  /** The most that a run can declare of its servers' monotonic clocks while this is at work. Absent: it turns no clock. */
  readonly clocks?: MonotonicClocks;
  /** Strikes once. All choices come from `draw`, so that a seed is the same run each time. */
  strike(world: StruckWorld, draw: Draw): void;
}

/** The world at the moment of a strike. Processes are called by their names: `s1`, `c2`. */
export interface StruckWorld {
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  /** The servers that are up. */
  readonly up: readonly string[];
  /** The server that leads; null when none does, or its system does not tell. */
  readonly leader: string | null;
  /** How long this strike is to last, in milliseconds with fractions. */
  readonly lastsMs: number;
  /** What happens at once. */
  now(): ScriptedMoment;
  /** What happens so much later, unless faults are over by then. */
  after(span: Span): ScriptedMoment;
}

const EVERY: SpanMs = [500, 3_000];
const LASTS: SpanMs = [100, 1_000];
/** Words that say of themselves why something happened. */
const OTHER_CAUSES = [BY_SCRIPT, BY_HEALING, BY_REPAIR];
const US_PER_MS = 1_000;

/**
 * Defines a family of faults of one's own.
 *
 * @returns A function like those of {@link faults}: called, it is an item for the `faults` of a run.
 * @throws {BadScenario} When the name is taken or no word, or what is defined is not a family.
 */
export function defineFault(own: OwnFault): (spans?: Spans) => FaultSchedule {
  check(own);
  const family: FaultFamily = {
    name: own.name,
    sentence: own.sentence,
    every: own.every ?? EVERY,
    lasts: own.lasts ?? LASTS,
    needs: own.needs ?? [],
    ...(own.clocks === undefined ? {} : { clocks: own.clocks }),
    strike: (injector, { lastsUs }) => {
      const stream = injector.cluster.world.streams.stream('own fault', own.name);
      own.strike(struckWorld(injector, own.name, lastsUs / US_PER_MS), drawFrom(stream));
    },
  };
  return ({ every = family.every, lasts = family.lasts } = {}) => ({ ...scheduled(own.name, every, lasts), [FAMILY]: family });
}

function check({ name, sentence, needs = [], strike }: Partial<OwnFault>): void {
  if (typeof name !== 'string' || !/^[a-zA-Z][a-zA-Z0-9]*$/.test(name))
    throw new BadScenario(`a fault of your own: name is a word of letters and digits, such as 'brownout', not ${JSON.stringify(name)}`);
  const fail = (problem: string): never => {
    throw new BadScenario(`the fault ${name}: ${problem}`);
  };
  if (builtIn(name) !== undefined || OTHER_CAUSES.includes(name)) fail('this name is taken: choose another');
  if (typeof sentence !== 'string' || sentence === '') fail('sentence says what happens');
  const stranger = needs.find((need) => !CAPABILITY_NAMES.includes(need));
  if (stranger !== undefined) fail(unknownLine('capability', String(stranger), CAPABILITY_NAMES));
  if (typeof strike !== 'function') fail('strike is a function of the world and a draw');
}

/** What was cut and held in this strike is its own to heal. */
function struckWorld(injector: Injector, name: string, lastsMs: number): StruckWorld {
  const { world, servers, clients } = injector.cluster;
  const nameOf = (id: (typeof servers)[number]): string => world.process(id).name;
  const leader = leaderOf(injector);
  const scripted = new ScriptedFaults(injector, `the fault ${name}`);
  return {
    servers: servers.map(nameOf),
    clients: clients.map(nameOf),
    up: up(injector).map(nameOf),
    leader: leader === undefined ? null : nameOf(leader),
    lastsMs,
    now: () => momentAt(0, injector, scripted),
    after: (span) => momentAt(spanMs(span, 'after'), injector, scripted),
  };
}
