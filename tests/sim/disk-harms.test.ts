import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../scenarios/index.js';
import { DISK_HARMS } from '../../src/sim/disk-harms.js';
import { optionsOf } from '../../src/sim/run.js';

const FAULTS = readFileSync(new URL('../../docs/FAULTS.md', import.meta.url), 'utf8');
const rowOf = (name: string): string | undefined => FAULTS.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));

/** Whether a family is at work in a run of the scenario, for one of a few seeds. */
const isShownBy = (scenario: string, name: string): boolean =>
  scenarios.some((each) => each.name === scenario && [1, 2, 3, 4, 5, 6].some((seed) => optionsOf(each, seed).harms.some(({ harm }) => harm === name)));

describe.each(DISK_HARMS)('%s', (name) => {
  test('has a row in docs/FAULTS.md that names a scenario in which it is at work', () => {
    const cells = rowOf(name)?.split('|').map((cell) => cell.trim()) ?? [];
    expect(cells).toHaveLength(7);
    const shownBy = [...(cells[5] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, scenario]) => scenario ?? '');
    expect(shownBy.length).toBeGreaterThan(0);
    for (const scenario of shownBy) expect([scenario, isShownBy(scenario, name)]).toEqual([scenario, true]);
  });
});
