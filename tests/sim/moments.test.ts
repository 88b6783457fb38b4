import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { promised, scenarios } from '../../scenarios/index.js';
import { MOMENTS, RARE_MOMENTS } from '../../src/sim/moments.js';
import { runScenario } from '../../src/sim/run.js';

const ROOMS = ['raft', 'storage', 'systems/raft', 'systems/single', 'systems/primary-replica', 'systems/quorum', 'systems/simple-election', 'client'];
const SOURCES = [...ROOMS.map((room) => `../../src/core/${room}/`), '../../src/sim/'].map((folder) => new URL(folder, import.meta.url));
const all = [...MOMENTS, ...RARE_MOMENTS].map(({ name }) => name);

/** Quoted words in kebab case on lines that mark a moment, make a note or name one. */
function markedIn(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => /\bmark\(|\bmoment\(draft|\bnote\(draft|\bstrike\(striker|\b(?:MARK_OF|FOUND) =|kind: 'note', name: |^\s+\[\/\^|^\s+(?:\w+|'\w+ \w+'): '[a-z]+-[a-z-]+',$/.test(line));
  return lines.flatMap((line) => {
    const words = [...line.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map((match) => match[1] as string);
    // A single word may be something else that the line speaks of, such as a role.
    return words.filter((word) => word.includes('-') || line.includes(`mark('${word}'`) || word === 'recovery');
  });
}

const marked = new Set(
  SOURCES.flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'moments.ts').flatMap((file) => markedIn(readFileSync(new URL(file, folder), 'utf8')))),
);

describe('the table of moments', () => {
  test('has at least forty that a campaign must see, each with a sentence of its own', () => {
    expect(MOMENTS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(all).size).toBe(all.length);
    expect(new Set([...MOMENTS, ...RARE_MOMENTS].map(({ sentence }) => sentence)).size).toBe(all.length);
    for (const { name, sentence } of [...MOMENTS, ...RARE_MOMENTS]) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
    }
  });

  test('has a row for each moment that is marked, and no row for one that nobody marks', () => {
    expect([...marked].filter((name) => !all.includes(name)).toSorted(), 'add a row to src/sim/moments.ts').toEqual([]);
    expect(all.filter((name) => !marked.has(name)).toSorted()).toEqual([]);
  });

  test('holds what the scenarios promise alone, and is what they promise together', () => {
    expect(scenarios.flatMap(({ expected }) => expected).filter((name) => !all.includes(name))).toEqual([]);
    expect(promised.moments).toEqual(MOMENTS.map(({ name }) => name));
  });

  test('most are reached within two seeds of all scenarios, and none that has no row', () => {
    const seen = new Set([1, 2].flatMap((seed) => scenarios.flatMap((scenario) => Object.keys(runScenario(scenario, seed).moments))));
    expect([...seen].filter((name) => !all.includes(name))).toEqual([]);
    expect(MOMENTS.filter(({ name }) => seen.has(name)).length).toBeGreaterThanOrEqual(60);
  });
});
