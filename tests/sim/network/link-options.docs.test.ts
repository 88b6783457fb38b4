import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../scenarios/index.js';
import type { LinkFaults, LinkOptions } from '../../../src/sim/network/link-options.js';
import type { Ratio } from '../../../src/sim/base/random-streams.js';
import { optionsOf } from '../../../src/sim/run/run.js';
import type { RunOptions } from '../../../src/sim/run/scenario.js';

interface Row {
  readonly fault: string;
  readonly range: string;
  readonly scenarios: readonly string[];
}

/** Enough worlds for a scenario to draw each of its options at least once. */
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const worlds = new Map<string, readonly RunOptions[]>(
  scenarios.map((scenario) => [scenario.name, SEEDS.map((seed) => optionsOf(scenario, seed))]),
);
const rows = rowsOf(readFileSync(new URL('../../../docs/FAULTS.md', import.meta.url), 'utf8')).filter(({ fault }) =>
  fault.startsWith('link.'),
);

/** What a field of a link says when its fault is on. A field that is not here is a compile error. */
const IS_ON: { readonly [Field in Exclude<keyof LinkOptions, 'faults'> | keyof LinkFaults]: (link: LinkOptions) => boolean } = {
  delayUsMin: ({ delayUsMin }) => delayUsMin > 0,
  delayUsMax: ({ delayUsMax }) => delayUsMax > 5_000,
  lossRatio: ({ lossRatio }) => lossRatio.numerator > 0,
  duplicateRatio: ({ duplicateRatio }) => duplicateRatio.numerator > 0,
  reorders: ({ reorders }) => reorders,
  queueMax: ({ queueMax }) => queueMax < 100,
  latency: ({ faults }) => faults !== undefined && faults.latency !== 'plain',
  lateCopyRatio: ({ faults }) => (faults?.lateCopyRatio.numerator ?? 0) > 0,
  lateCopyUsMax: ({ faults }) => (faults?.lateCopyUsMax ?? 0) > 0,
  corruptRatio: ({ faults }) => (faults?.corruptRatio.numerator ?? 0) > 0,
  resetRatio: ({ faults }) => (faults?.resetRatio.numerator ?? 0) > 0,
  reconnectUs: ({ faults }) => (faults?.reconnectUs ?? 0) > 0,
  isStream: ({ faults }) => faults?.isStream === true,
  bytesPerMs: ({ faults }) => (faults?.bytesPerMs ?? 0) > 0,
};

describe('docs/FAULTS.md', () => {
  test('has a row for each fault of a link', () => {
    expect(rows.map(({ fault }) => fault).toSorted()).toEqual(
      Object.keys(IS_ON)
        .map((field) => `link.${field}`)
        .toSorted(),
    );
  });

  test.each(rows)('$fault names scenarios that are there', ({ scenarios: named }) => {
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect([...worlds.keys()]).toContain(name);
  });

  test.each(rows.filter(({ range }) => / to /.test(range)))('$fault is in no scenario outside the range of its row', ({ fault, range }) => {
    const span = spanOf(range, /([\d .]+) to ([\d .]+)/);
    const valueOf = valueIn(fault.replace('link.', ''));
    for (const { peerLink, clientLink } of [...worlds.values()].flat()) {
      for (const value of [valueOf(peerLink), valueOf(clientLink)]) {
        if (typeof value === 'number') expect(value === 0 || isWithin(value, span), String(value)).toBe(true);
        else if (value !== null) expect(value.numerator === 0 || isWithin((100 * value.numerator) / value.denominator, span)).toBe(true);
      }
    }
  });

  test.each(rows)('$fault is on in each scenario of its row', ({ fault, scenarios: named }) => {
    const isOn = IS_ON[fault.replace('link.', '') as keyof typeof IS_ON];
    for (const name of named) {
      const seen = worlds
        .get(name)
        ?.some(
          ({ peerLink, clientLink, isCodecUsed }) => (isOn(peerLink) || isOn(clientLink)) && (fault !== 'link.isStream' || isCodecUsed),
        );
      expect(seen, name).toBe(true);
    }
  });
});

function rowsOf(markdown: string): readonly Row[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const fault = /^`([^`]+)`$/.exec(cells[1] ?? '')?.[1];
    if (fault === undefined) return [];
    expect(cells, line).toHaveLength(7);
    return [{ fault, range: cells[3] ?? '', scenarios: [...(cells[5] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '') }];
  });
}

/** What a link says in such a field, its own or one of its further faults; null where it says nothing. */
function valueIn(field: string): (link: LinkOptions) => number | Ratio | null {
  return ({ faults, ...own }) =>
    ((({ ...faults, ...own }) as Readonly<Record<string, unknown>>)[field] as number | Ratio | undefined) ?? null;
}

function isWithin(value: number, span: readonly [number, number] | null): boolean {
  return span !== null && value >= span[0] && value <= span[1];
}

function spanOf(range: string, pattern: RegExp): readonly [number, number] | null {
  const found = pattern.exec(range);
  return found === null ? null : [Number((found[1] ?? '').replaceAll(' ', '')), Number((found[2] ?? '').replaceAll(' ', ''))];
}
