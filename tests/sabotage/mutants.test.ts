import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { edited } from './edits.mjs';
import { HARMFUL, HARMLESS } from './mutants.js';

const root = new URL('../../', import.meta.url);

describe('a mutant', () => {
  test.each([...HARMFUL, ...HARMLESS])('$name edits text that stands exactly once: $story', ({ edits }) => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const source = readFileSync(new URL(file, root), 'utf8');
      expect(
        edited(
          source,
          file,
          edits.filter((edit) => edit.file === file),
        ),
      ).not.toBe(source);
    }
  });

  test('fails loudly when the text that it edits is gone', () => {
    const edit = { file: 'x.ts', find: 'gone', replace: 'there' };
    expect(() => edited('nothing of the kind', 'x.ts', [edit])).toThrow(/stands 0 times/);
    expect(() => edited('gone and gone', 'x.ts', [edit])).toThrow(/stands 2 times/);
  });

  test('has a name of its own, and a number of seeds within which it is found', () => {
    const names = [...HARMFUL, ...HARMLESS].map((mutant) => mutant.name);
    expect(new Set(names).size).toBe(names.length);
    expect(HARMFUL.every((mutant) => mutant.seedsMax >= 1 && mutant.scenarios.length > 0)).toBe(true);
  });
});
