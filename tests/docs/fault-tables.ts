// The tables of families in docs/FAULTS.md, out of the families themselves and the scenarios in which they are at work.
// `npm run faults` writes them; fault-tables.test.ts holds the page to them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scenarios } from '../../scenarios/index.js';
import { FAMILIES } from '../../src/sim/nemesis/faults/families.js';
import { FAULT_GROUPS, type BuiltInFault, type FaultGroup } from '../../src/sim/nemesis/faults/family.js';
import type { SpanMs } from '../../src/sim/options/fault-schedule.js';
import { optionsOf } from '../../src/sim/run/run.js';
import { ROOT } from '../house/tree.js';

export const PAGE = join(ROOT, 'docs/FAULTS.md');
/** Enough worlds for a scenario to draw each of its faults at least once. */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
/** So many scenarios are named for a family: those with the fewest others, in which one sees it best. */
const SCENARIOS_MAX = 3;
const HEAD = [
  '| fault | what happens | milliseconds, unless a scenario says otherwise | stands for | scenarios |',
  '| --- | --- | --- | --- | --- |',
];

/** For each family the scenarios in which it is at work. */
export function scenariosByFault(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, { readonly scenario: string; readonly families: number }[]>();
  for (const scenario of scenarios) {
    const names = new Set(SEEDS.flatMap((seed) => optionsOf(scenario, seed).faults.map(({ fault }) => fault)));
    for (const name of names) found.set(name, [...(found.get(name) ?? []), { scenario: scenario.name, families: names.size }]);
  }
  return new Map([...found].map(([name, all]) => [name, all.sort((a, b) => a.families - b.families).map(({ scenario }) => scenario)]));
}

/** The page with the tables as they should be: each stands between `<!-- faults: group -->` and `<!-- end of faults -->`. */
export function withTables(page: string): string {
  const byFault = scenariosByFault();
  return page.replace(
    /(<!-- faults: (\w+) -->\n)(?:\|.*\n)*(<!-- end of faults -->)/g,
    (whole, begin: string, group: string, end: string) => (isGroup(group) ? `${begin}${tableOf(group, byFault)}\n${end}` : whole),
  );
}

function isGroup(word: string): word is FaultGroup {
  return FAULT_GROUPS.some((group) => group === word);
}

function tableOf(group: FaultGroup, byFault: ReadonlyMap<string, readonly string[]>): string {
  const families: readonly BuiltInFault[] = FAMILIES.filter((family) => family.group === group);
  const rows = families.map((family) => {
    const { name, sentence, details, models } = family;
    const named = (byFault.get(name) ?? []).slice(0, SCENARIOS_MAX).map((scenario) => `\`${scenario}\``);
    return `| \`${name}\` | ${details ?? sentence} | ${rangesOf(family)} | ${models} | ${named.join(', ')} |`;
  });
  return [...HEAD, ...rows].join('\n');
}

function rangesOf({ every, lasts, lastsMeans }: BuiltInFault): string {
  const length = lasts[1] === 0 ? [] : [`lasts ${spanOf(lasts)}`];
  return [`every ${spanOf(every)}`, [...length, ...(lastsMeans === undefined ? [] : [lastsMeans])].join(': ')].join(', ');
}

/** `500 to 3 000`. */
function spanOf([min, max]: SpanMs): string {
  const grouped = (ms: number): string => String(ms).replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${grouped(min)} to ${grouped(max)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
