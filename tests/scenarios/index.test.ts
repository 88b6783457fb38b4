import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../scenarios/index.js';
import { neverSeen, optionsOf, type RunReport, runScenario, type AnyScenario } from 'seedstorm/sim';

const SEEDS = [1, 2, 3, 4, 5, 6];

const lived = new Map<string, readonly RunReport[]>();

/** The runs of a scenario, each lived once for all tests of this file. */
function runsOf(scenario: AnyScenario): readonly RunReport[] {
  const reports = lived.get(scenario.name) ?? SEEDS.map((seed) => runScenario(scenario, seed));
  lived.set(scenario.name, reports);
  return reports;
}

test('every file of these folders is a scenario under its own name', () => {
  const files = readdirSync(new URL('../../scenarios/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^(?!machines|regressions)[a-z-]+\/[a-z0-9-]+\.ts$/.test(file),
  );
  expect(files.map((file) => file.replace(/^.*\//, '').replace('.ts', '')).toSorted()).toEqual(
    scenarios.map(({ name }) => name).toSorted(),
  );
});

describe.each(scenarios)('$name', (scenario) => {
  test('has a title that is a sentence, a reason and something to show', () => {
    expect(scenario.title).toMatch(/^[A-Z].*\.$/);
    expect(scenario.why.length).toBeGreaterThan(40);
    expect(scenario.expected.length).toBeGreaterThan(0);
  });

  test('describes its runs whole: options are plain data, a function of the seed', () => {
    for (const seed of SEEDS) {
      const options = optionsOf(scenario, seed);
      expect(JSON.parse(JSON.stringify(options))).toEqual(options);
      expect(optionsOf(scenario, seed)).toEqual(options);
      expect(options.clocks.length).toBeGreaterThanOrEqual(Math.min(options.servers, 3));
    }
  });

  test('holds for some seeds, and does some work in each', () => {
    const reports = runsOf(scenario);
    // A finding that is expected comes soon: these seeds are fewer than any scenario asks for.
    if (scenario.finding !== undefined) expect(reports.map(({ verdict }) => verdict)).toContain('found');
    for (const report of reports) {
      if (scenario.finding === undefined) expect(report.violation).toBeUndefined();
      expect(report.verdict).not.toBe('violation');
      if (scenario.system === undefined) expect(report.commits).toBeGreaterThan(0);
      expect(report.operations).toBeGreaterThan(0);
    }
  });
});

test('all scenarios together show at least fifteen different moments', () => {
  const seen = new Set(scenarios.flatMap((scenario) => runsOf(scenario).flatMap(({ moments }) => Object.keys(moments))));
  expect(seen.size).toBeGreaterThanOrEqual(15);
  // Each promise names a moment that some scenario brings within a few seeds: a name that nobody marks is a typing error.
  const promised = [{ name: 'all', expected: [...new Set(scenarios.flatMap(({ expected }) => expected))] }];
  expect(neverSeen(promised, new Map([['all', new Map([...seen].map((name) => [name, 1]))]]))).toEqual([]);
});
