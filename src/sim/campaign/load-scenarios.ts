import { prepareFor } from './typescript.js';
import type { CommonPromise, Task, TaskDone } from './campaign.js';
import { WORLD_MOMENTS } from '../coverage/moments.js';
import { nearest, unknownLine } from '../../core/base/did-you-mean.js';
import { Account, type AccountWindow } from '../replay/life-record.js';
import { packed, type RemoteAccount } from '../replay/remote-account.js';
import { RUN_LIMIT, runWithin } from '../run/limited-run.js';
import type { HostedSystem } from '../run/system.js';
import type { Finding, AnyScenario } from '../run/scenario.js';

/** What a module of scenarios exports. */
interface ScenarioModule {
  readonly scenarios?: unknown;
  readonly regressions?: unknown;
  readonly promised?: CommonPromise;
}

/**
 * The scenarios that a module exports under the name `scenarios`.
 *
 * @throws {Error} One line, when it exports none, or something else under that name.
 */
export async function loadScenarios(module: URL): Promise<readonly AnyScenario[]> {
  const { scenarios } = await load(module);
  return checked(scenarios, 'scenarios');
}

/**
 * The same, and behind them what it exports under `regressions`: failures that were kept, which are lived when they are named.
 *
 * @throws {Error} As {@link loadScenarios}, and when two of them have one name.
 */
export async function loadNamed(module: URL): Promise<readonly AnyScenario[]> {
  const { regressions } = await load(module);
  const all = [...(await loadScenarios(module)), ...(regressions === undefined ? [] : checked(regressions, 'regressions'))];
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new Error(`two scenarios are called "${twice.name}"`);
  return all;
}

async function load(module: URL): Promise<ScenarioModule> {
  await prepareFor(module);
  return (await import(module.href)) as ScenarioModule;
}

/** Refuses what is no list of scenarios: modules come from users. */
function checked(list: unknown, name: string): readonly AnyScenario[] {
  if (!Array.isArray(list) || list.length === 0) throw new Error(`it exports no list called "${name}" with a scenario in it`);
  list.forEach((item: unknown, i) => {
    const wrong = strangerIn(item, name) ?? wrongWith(item);
    if (wrong !== null) throw new Error(`${name}[${i}] is no scenario: ${wrong}`);
  });
  return list as readonly AnyScenario[];
}

const FIELDS: { readonly [Field in keyof Required<AnyScenario>]: true } = {
  name: true,
  title: true,
  why: true,
  expected: true,
  expectedWithinRuns: true,
  system: true,
  finding: true,
  options: true,
};

/** A field that a scenario has not, most likely mistyped. Failures that were kept say more of themselves. */
function strangerIn(item: unknown, list: string): string | null {
  if (typeof item !== 'object' || item === null || list !== 'scenarios') return null;
  const stranger = Object.keys(item).find((field) => !(field in FIELDS));
  return stranger === undefined ? null : unknownLine('field', stranger, Object.keys(FIELDS));
}

function wrongWith(item: unknown): string | null {
  if (typeof item !== 'object' || item === null) return 'it is not an object';
  const { name, title, why, expected, expectedWithinRuns, system, finding, options } = item as {
    readonly [Field in keyof AnyScenario]?: unknown;
  };
  if (typeof name !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return '`name` is no word in kebab case';
  if (typeof title !== 'string' || typeof why !== 'string') return '`title` and `why` are sentences';
  if (!isListOfWords(expected)) return '`expected` is a list of names of moments';
  if (!isSystem(system)) return '`system` is the system under test, such as raftSystem or one that keyValueSystem({ … }) returned';
  const known = [...WORLD_MOMENTS, ...(system.moments ?? [])].map((moment): string => moment.name);
  const unknown = expected.find((moment) => !known.includes(moment));
  if (unknown !== undefined) return unknownMoment(unknown, known);
  if (!Number.isInteger(expectedWithinRuns) || Number(expectedWithinRuns) < 1) return '`expectedWithinRuns` is a whole number, 1 or more';
  if (finding !== undefined && !isFinding(finding))
    return '`finding` has a list `properties` with a name of docs/INVARIANTS.md in it, and a sentence `lesson`';
  return typeof options === 'function' ? null : '`options` is a function of the draws';
}

function isListOfWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function isSystem(value: unknown): value is HostedSystem {
  return typeof value === 'object' && value !== null && 'name' in value && 'server' in value && 'watch' in value;
}

function isFinding(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { properties, lesson } = value as { readonly [Field in keyof Finding]?: unknown };
  return isListOfWords(properties) && properties.length > 0 && typeof lesson === 'string';
}

/** There are too many to list them in one line. */
function unknownMoment(name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  return `\`expected\` has no moment "${name}";${guess === null ? '' : ` did you mean "${guess}"?`} \`seedstorm scenarios --moments\` lists them, and a system names its own in \`moments\``;
}

/** What a module's scenarios promise together, beside what each promises alone: its export `promised`, null if there is none. */
export async function loadPromise(module: URL): Promise<CommonPromise | null> {
  return (await load(module)).promised ?? null;
}

/**
 * The scenario of that name.
 *
 * @throws {Error} When there is none; the message names those there are.
 */
export function pick(scenarios: readonly AnyScenario[], name: string): AnyScenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called "${name}"; there are ${scenarios.map((s) => s.name).join(', ')}`);
  return found;
}

/** Runs one task, for at most so many milliseconds of wall time. */
export function carryOut(scenarios: readonly AnyScenario[], task: Task, limitMs: number): TaskDone {
  let shapes = new Uint16Array();
  const onShapes = (seen: Iterable<number>): void => {
    shapes = Uint16Array.from(seen);
  };
  return { report: runWithin(limitMs, pick(scenarios, task.scenario), task.seed, { onShapes }), shapes };
}

/** Runs it once more, with an account of these events; null when that took too long. */
export function accountOf(scenarios: readonly AnyScenario[], task: Task, window: AccountWindow, limitMs: number): RemoteAccount | null {
  const account = new Account(window);
  const { digest, options, violation } = runWithin(limitMs, pick(scenarios, task.scenario), task.seed, { observers: [account] });
  if (violation?.property === RUN_LIMIT) return null;
  account.end(digest);
  return packed(account, { digest, options, servers: options.servers });
}
