import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../scenarios/index.js';
import { ROOT } from '../house/tree.js';

const SYSTEMS = ['single', 'primary-replica', 'quorum', 'simple-election', 'raft'];
const NAMES = new Set(scenarios.map(({ name }) => name));

/** Words between backticks that are names of scenarios. */
function scenariosNamedIn(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/`(?:npx seedstorm (?:run|stories) )?([a-z0-9-]+)`/g)]
      .map(([, word]) => word as string)
      .filter((word) => NAMES.has(word)),
  );
}

describe('the page of a system', () => {
  test.each(SYSTEMS)('%s says what it promises, what it does not, and which scenarios show it', (system) => {
    const text = readFileSync(join(ROOT, 'docs/systems', `${system}.md`), 'utf8');
    expect(text).toMatch(/promises/i);
    expect(text).toMatch(/does not promise/i);
    expect(scenariosNamedIn(text).size).toBeGreaterThan(0);
  });

  test('between them they name every scenario in which such a system lives as a lesson', () => {
    const text = SYSTEMS.map((system) => readFileSync(join(ROOT, 'docs/systems', `${system}.md`), 'utf8')).join('\n');
    const lessons = scenarios.filter(({ finding, system }) => finding !== undefined && SYSTEMS.includes(system?.name ?? 'raft'));
    expect(lessons.length).toBeGreaterThan(0);
    const named = scenariosNamedIn(text);
    expect(lessons.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
  });
});
