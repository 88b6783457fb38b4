import type { NodeId } from '../../core/base/units.js';
import { BadScenario } from '../base/bad-scenario.js';
import { unknownLine } from '../../core/base/did-you-mean.js';
import type { Ruling } from '../network/network.js';
import type { Injector } from './base/injector.js';
import { between } from './base/link-cuts.js';
import { rotCoveredByte } from './faults/damage-places.js';
import { MessageRules, type MessageRule } from './message-rules.js';
import { spanMs, type Span } from './span.js';
import { BY_SCRIPT } from '../world/world-event.js';

const US_PER_MS = 1_000;

/** A schedule of one's own, written down before the run begins: each deed waits for its moment. */
export type Script = (world: ScriptedWorld) => void;

/** The world as a script sees it. Processes are called by their names: `s1`, `c2`. */
export interface ScriptedWorld {
  /** `s1`, `s2` and so on. */
  readonly servers: readonly string[];
  /** `c1`, `c2` and so on. */
  readonly clients: readonly string[];
  /** What happens at a moment of world time: `at('2s')`, `at('250ms')`, or a number of milliseconds. */
  at(moment: Span): ScriptedMoment;
  /** Messages that never arrive, such as every third `appendEntries` from s1 to s2. */
  drop(rule: MessageRule): void;
  /** Messages that take so much longer. */
  delay(rule: MessageRule & { readonly by: Span }): void;
  /** Messages that arrive twice. */
  duplicate(rule: MessageRule): void;
}

/** What can be done to a world at one moment, in the order written. Each returns the same moment, to go on with. */
export interface ScriptedMoment {
  /** Cuts every link between two of these groups, both ways. */
  partition(...groups: readonly (readonly string[])[]): ScriptedMoment;
  /** Cuts one direction. What is under way on it is lost. */
  cut(from: string, to: string): ScriptedMoment;
  /** Mends all that this script has cut, and lets go what it holds. */
  heal(): ScriptedMoment;
  /** Keeps back what is sent in one direction. */
  hold(from: string, to: string): ScriptedMoment;
  /** Lets go what {@link hold} kept back, in one burst. */
  release(from: string, to: string): ScriptedMoment;
  /** The power goes: what is volatile is lost, and of what was not synced what the disk decides. It stays down. */
  crash(server: string): ScriptedMoment;
  /** The process ends, and what it wrote is still there. It stays down. */
  kill(server: string): ScriptedMoment;
  /** The process is asked to stop, and ends when its disk is done. */
  stop(server: string): ScriptedMoment;
  /** A server that is down starts. */
  restart(server: string): ScriptedMoment;
  /** The process stands still until {@link resume}. */
  pause(name: string): ScriptedMoment;
  resume(name: string): ScriptedMoment;
  /** Each input takes so long; null: no longer than ever. */
  slow(name: string, each: readonly [min: Span, max: Span] | null): ScriptedMoment;
  /** Turns the clocks of a server. What a run's declaration of its clocks forbids is refused before it begins. */
  clock(server: string, turn: ClockTurn): ScriptedMoment;
  /** A bit flips in what the disk had promised to keep, where the next start is sure to notice. */
  damage(server: string): ScriptedMoment;
}

/** Both clocks jump forward, run at another rate, or stand still and go on; or the wall clock alone is set. */
export type ClockTurn =
  | { readonly jump: Span }
  | { readonly ratePpm: number }
  | { readonly freeze: true }
  | { readonly thaw: 'goOn' | 'catchUp' }
  | { readonly wall: Span; readonly isBack?: boolean };

/**
 * Reads a script, and schedules what it says.
 *
 * @throws {BadScenario} When it names a process that is not there, or a moment when faults are over.
 */
export function runScript(script: Script, injector: Injector): void {
  const { cluster } = injector;
  const { world, servers, clients, options } = cluster;
  const nameOf = (id: NodeId): string => world.process(id).name;
  const rules = new MessageRules((id) => nameOf(id));
  const names = [...servers, ...clients].map(nameOf);
  const known = (name: string): void => {
    if (!names.includes(name)) throw new BadScenario(`the script: ${unknownLine('process', name, names)}`);
  };
  const ruled = (rule: MessageRule, ruling: Ruling): void => {
    if (rule.from !== undefined) known(rule.from);
    if (rule.to !== undefined) known(rule.to);
    rules.add(rule, ruling);
    world.ruleMessages((from, to, message) => (injector.isAtWork ? rules.rulingOn(from, to, message, world.nowUs) : null));
  };
  const scripted = new ScriptedFaults(injector, 'the script');
  const seen: ScriptedWorld = {
    servers: servers.map(nameOf),
    clients: clients.map(nameOf),
    at: (moment) => {
      const ms = spanMs(moment, 'at');
      if (ms >= options.chaosMs)
        throw new BadScenario(`the script does something at ${ms} ms, when faults are over: they end at ${options.chaosMs} ms (chaosMs)`);
      return momentAt(ms, injector, scripted);
    },
    drop: (rule) => ruled(rule, { kind: 'drop' }),
    delay: ({ by, ...rule }) => ruled(rule, { kind: 'delay', byUs: spanMs(by, 'delay') * US_PER_MS }),
    duplicate: (rule) => ruled(rule, { kind: 'duplicate' }),
  };
  // What it schedules keeps its cause.
  world.because(BY_SCRIPT, () => script(seen));
}

/**
 * What is done so many milliseconds from now.
 *
 * @throws {BadScenario} When it names a process that is not there, or asks of the world what this run forbids.
 */
export function momentAt(ms: number, injector: Injector, scripted: ScriptedFaults): ScriptedMoment {
  const { world, servers, clients } = injector.cluster;
  const { whose } = scripted;
  const idOf = (name: string): NodeId => {
    const found = [...servers, ...clients].find((id) => world.process(id).name === name);
    if (found !== undefined) return found;
    throw new BadScenario(
      `${whose}: ${unknownLine(
        'process',
        name,
        [...servers, ...clients].map((id) => world.process(id).name),
      )}`,
    );
  };
  const serverOf = (name: string): NodeId => {
    const id = idOf(name);
    if (!servers.includes(id)) throw new BadScenario(`${whose} does to ${name} what only a server suffers`);
    return id;
  };
  /** Names are looked up now, so that a mistake is told before the run begins. */
  const then = <Who extends readonly unknown[]>(act: (...who: Who) => void, ...who: Who): ScriptedMoment => {
    injector.later(ms * US_PER_MS, () => act(...who));
    return chain;
  };
  const chain: ScriptedMoment = {
    partition: (...groups) =>
      then(
        (ids) => scripted.partition(ids),
        groups.map((group) => group.map(idOf)),
      ),
    cut: (from, to) => then((a, b) => scripted.cut(a, b), idOf(from), idOf(to)),
    heal: () => then(() => scripted.heal()),
    hold: (from, to) => then((a, b) => scripted.hold(a, b), idOf(from), idOf(to)),
    release: (from, to) => then((a, b) => scripted.release(a, b), idOf(from), idOf(to)),
    crash: (server) => then((id) => injector.end(id, false), serverOf(server)),
    kill: (server) => then((id) => injector.end(id, true), serverOf(server)),
    stop: (server) => then((id) => world.stop(id), serverOf(server)),
    restart: (server) => then((id) => injector.restart(id), serverOf(server)),
    pause: (name) => then((id) => world.pause(id), idOf(name)),
    resume: (name) => then((id) => world.resume(id), idOf(name)),
    slow: (name, each) => {
      const usMin = each === null ? 0 : spanMs(each[0], 'slow') * US_PER_MS;
      const usMax = each === null ? 0 : spanMs(each[1], 'slow') * US_PER_MS;
      if (usMin > usMax)
        throw new BadScenario(`slow: the shortest time for an input comes first, [5, 20], not [${usMin / 1_000}, ${usMax / 1_000}]`);
      return then((id) => world.slow(id, each === null ? null : { usMin, usMax }), idOf(name));
    },
    clock: (server, turn) => then((id, act) => act(id), serverOf(server), turnOf(turn, injector, whose)),
    damage: (server) => then((id) => damage(injector, id, whose), serverOf(server)),
  };
  return chain;
}

/** What a script, or one strike of a fault of one's own, holds on to: the nemesis lets go of none of it, nor it of what the nemesis does. */
export class ScriptedFaults {
  /** As the beginning of a complaint. */
  readonly whose: string;
  readonly #injector: Injector;
  readonly #cuts: (() => void)[] = [];
  readonly #holds = new Map<string, () => void>();

  constructor(injector: Injector, whose: string) {
    this.#injector = injector;
    this.whose = whose;
  }

  partition(groups: readonly (readonly NodeId[])[]): void {
    this.#injector.coverage.mark('partitioned');
    groups.forEach((group, i) => {
      const others = groups.slice(i + 1).flat();
      this.#cuts.push(this.#injector.cuts.cut(between(group, others)));
    });
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cuts.push(this.#injector.cuts.cut([[from, to]]));
  }

  hold(from: NodeId, to: NodeId): void {
    if (!this.#holds.has(`${from} ${to}`)) this.#holds.set(`${from} ${to}`, this.#injector.clogs.apply([[from, to]]));
  }

  release(from: NodeId, to: NodeId): void {
    this.#holds.get(`${from} ${to}`)?.();
    this.#holds.delete(`${from} ${to}`);
  }

  heal(): void {
    for (const mend of this.#cuts.splice(0)) mend();
    for (const letGo of this.#holds.values()) letGo();
    this.#holds.clear();
  }
}

/** @throws {BadScenario} When the run declares that clocks do no such thing. */
function turnOf(turn: ClockTurn, injector: Injector, whose: string): (server: NodeId) => void {
  const { options, world } = injector.cluster;
  const { clocks } = world;
  const isUneven = 'jump' in turn || 'freeze' in turn || 'thaw' in turn;
  if (isUneven && options.monotonicClocks === 'bounded')
    throw new BadScenario(`${whose} makes clocks uneven, and the run declares them bounded: declare clocks: { monotonic: 'uneven' }`);
  if ('ratePpm' in turn && Math.abs(turn.ratePpm) > options.clockRatePpmMax)
    throw new BadScenario(
      `${whose} lets a clock run at ${turn.ratePpm} ppm, beyond the declared ${options.clockRatePpmMax} (clocks.ratePpmMax)`,
    );
  if ('jump' in turn) {
    const byUs = spanMs(turn.jump, 'jump') * US_PER_MS;
    return (id) => clocks.jump(id, byUs);
  }
  if ('ratePpm' in turn) return (id) => clocks.setRate(id, turn.ratePpm);
  if ('freeze' in turn) return (id) => clocks.freeze(id, 'both');
  if ('thaw' in turn) return (id) => clocks.thaw(id, 'both', turn.thaw);
  const byUs = spanMs(turn.wall, 'wall') * US_PER_MS;
  return (id) => clocks.stepWall(id, turn.isBack === true ? -byUs : byUs);
}

function damage(injector: Injector, server: NodeId, whose: string): void {
  const name = `s${server}`;
  if (injector.budget.recovery(server) === null)
    throw new BadScenario(
      `${whose} damages the disk of ${name}, and its machine does not say what a start from its files comes to (recovery): wrap it in durable`,
    );
  const isDone = injector.damage(server, (disk, recovery) => rotCoveredByte(disk, recovery, 0, 0.5));
  if (isDone) injector.coverage.mark('durable-bytes-rotted');
  else
    throw new BadScenario(
      `${whose} damages the disk of ${name}, where nothing is durable yet or the run cannot do without it: survivors: 'majority' lets it do without some`,
    );
}
