import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULT_NAMES } from '../../src/sim/nemesis/faults/families.js';
import { PAGE, scenariosByFault, withTables } from './fault-tables.js';

const page = readFileSync(PAGE, 'utf8');

test('docs/FAULTS.md has the tables that `npm run faults` writes', () => {
  expect(page).toBe(withTables(page));
});

test('each family has one row, and is at work in some scenario', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(FAULT_NAMES.toSorted());
  const byFault = scenariosByFault();
  expect(FAULT_NAMES.filter((name) => !byFault.has(name))).toEqual([]);
});
