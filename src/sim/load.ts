import type { CommonPromise, Task, TaskDone } from './campaign.js';
import type { Names } from './account-text.js';
import { COMPARE_USUALLY, liveTwice } from './first-difference.js';
import { runScenario } from './run.js';
import type { Scenario } from './scenario.js';

/**
 * The scenarios that a module exports under the name `scenarios`.
 *
 * @throws {Error} When it exports none.
 */
export async function loadScenarios(module: URL): Promise<readonly Scenario[]> {
  const loaded = (await import(module.href)) as { readonly scenarios?: readonly Scenario[] };
  if (!Array.isArray(loaded.scenarios)) throw new Error(`${module.href} exports no list of scenarios`);
  return loaded.scenarios as readonly Scenario[];
}

/** What a module's scenarios promise together, beside what each promises alone: its export `promised`, null if there is none. */
export async function loadPromise(module: URL): Promise<CommonPromise | null> {
  return ((await import(module.href)) as { readonly promised?: CommonPromise }).promised ?? null;
}

/**
 * The scenario of that name.
 *
 * @throws {Error} When there is none; the message names those there are.
 */
export function pick(scenarios: readonly Scenario[], name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called "${name}"; there are ${scenarios.map((s) => s.name).join(', ')}`);
  return found;
}

/** Lives one task, twice if it asks for that, and then says where the two lives part if they do. */
export function carryOut(scenarios: readonly Scenario[], task: Task): TaskDone {
  const scenario = pick(scenarios, task.scenario);
  let shapes = new Uint16Array();
  const onShapes = (seen: Iterable<number>): void => {
    shapes = Uint16Array.from(seen);
  };
  if (!task.isLivedTwice) {
    return { report: runScenario(scenario, task.seed, { onShapes }), shapes, secondDigest: null, firstDifference: null };
  }
  let servers = 0;
  const name: Names = (node) => (node <= servers ? `s${node}` : `c${node - servers}`);
  const { once, again, firstDifference } = liveTwice((account) => {
    const report = runScenario(scenario, task.seed, { observers: [account], onShapes });
    servers = report.options.servers;
    return report;
  }, { ...COMPARE_USUALLY, name });
  return { report: once, shapes, secondDigest: again.digest, firstDifference };
}
