import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { promised, scenarios } from '../../../scenarios/index.js';
import { WORLD_MOMENTS } from '../../../src/sim/coverage/moments.js';
import { everyMoment } from '../every-moment.js';
import { runScenario } from '../../../src/sim/run/run.js';

const ROOMS = [
  'raft',
  'storage',
  'systems/raft',
  'systems/single',
  'systems/primary-replica',
  'systems/quorum',
  'systems/simple-election',
  'client',
];
const SOURCES = [...ROOMS.map((room) => `../../../src/core/${room}/`), '../../../src/sim/'].map(
  (folder) => new URL(folder, import.meta.url),
);
const all = everyMoment.map(({ name }) => name);
const usual = everyMoment.filter(({ isRare }) => isRare !== true);

/** Quoted words in kebab case on lines that mark a moment, make a note or name one. */
function markedIn(text: string): readonly string[] {
  // The formatter may break a call after its opening bracket: its first arguments still belong to its line.
  const lines = text
    .replace(
      /\b(mark|moment|note)\(\n\s+(?:(draft),\n\s+)?/g,
      (_, name: string, draft?: string) => `${name}(${draft === undefined ? '' : `${draft}, `}`,
    )
    .split('\n')
    .filter((line) =>
      /\bmark\(|^\s+return (?:[\w.]+ === '\w+' \? )?'[a-z]+-[a-z-]+'|\bmoment\(draft|\bnote\(draft|\bhit\(injector|\b(?:MARK_OF|FOUND) =|kind: 'note', name: |^\s+\[\/\^|^\s+(?:\w+|'\w+ \w+'): '[a-z]+-[a-z-]+',$/.test(
        line,
      ),
    );
  return lines.flatMap((line) => {
    const words = [...line.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map((match) => match[1] as string);
    // A single word may be something else that the line speaks of, such as a role.
    return words.filter((word) => word.includes('-') || line.includes(`mark('${word}'`) || word === 'recovery');
  });
}

const marked = new Set(
  SOURCES.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(^|\/)moments\.ts$/.test(file))
      .flatMap((file) => markedIn(readFileSync(new URL(file, folder), 'utf8'))),
  ),
);

describe('the table of moments', () => {
  test('has at least forty that a campaign must see, each with a sentence of its own', () => {
    expect(usual.length).toBeGreaterThanOrEqual(40);
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(everyMoment.map(({ sentence }) => sentence)).size).toBe(all.length);
    for (const { name, sentence } of everyMoment) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
    }
  });

  test('has a row for each moment that is marked, and no row for one that nobody marks', () => {
    expect([...marked].filter((name) => !all.includes(name)).toSorted(), 'add it to the moments of its system').toEqual([]);
    expect(all.filter((name) => !marked.has(name)).toSorted()).toEqual([]);
  });

  test('holds what the scenarios promise alone, and is what they promise together', () => {
    expect(scenarios.flatMap(({ expected }) => expected).filter((name) => !all.includes(name))).toEqual([]);
    expect(promised.moments.toSorted()).toEqual(usual.map(({ name }) => name).toSorted());
  });

  test('most are reached within two seeds of all scenarios, and none that has no row', () => {
    const runs = [1, 2].flatMap((seed) =>
      scenarios.map((scenario) => ({ system: scenario.system, moments: Object.keys(runScenario(scenario, seed).moments) })),
    );
    const seen = new Set(runs.flatMap(({ moments }) => moments));
    // Each is one of the world or one of its own system.
    const strangers = runs.flatMap(({ system, moments }) => {
      const known = [...WORLD_MOMENTS, ...(system.moments ?? [])].map(({ name }): string => name);
      return moments.filter((name) => !known.includes(name)).map((name) => `${system.name}: ${name}`);
    });
    expect([...new Set(strangers)]).toEqual([]);
    expect(usual.filter(({ name }) => seen.has(name)).length).toBeGreaterThanOrEqual(60);
  });
});
