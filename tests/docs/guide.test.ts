import { describe, expect, test } from 'vitest';
import { blocksOf, changed, codeLines, difference } from './guide.js';

describe('a guide as a program reads it', () => {
  test('has files, changes and commands, in their order', () => {
    const guide =
      '# A\n\n```ts title=a.ts\nconst a = 1;\n```\n\n```diff title=a.ts\n-const a = 1;\n+const a = 2;\n```\n\n```console\n$ one\n$ two\nsaid\n…\n```\n';
    expect(blocksOf(guide)).toEqual([
      { kind: 'file', name: 'a.ts', text: 'const a = 1;\n' },
      { kind: 'change', name: 'a.ts', before: 'const a = 1;', after: 'const a = 2;' },
      { kind: 'command', command: 'one', shown: [] },
      { kind: 'command', command: 'two', shown: ['said', '…'] },
    ]);
    expect(() => blocksOf('```ts\nlost\n```\n')).toThrow('has no title');
  });

  test('changes what is there once, and nothing else', () => {
    const change = { kind: 'change', name: 'a.ts', before: 'b', after: 'c\nd' } as const;
    expect(changed('a\nb\ne\n', change)).toBe('a\nc\nd\ne\n');
    expect(() => changed('a\n', change)).toThrow('0 times');
    expect(() => changed('b\nb\n', change)).toThrow('2 times');
  });

  test.each<[readonly string[], string, boolean]>([
    [['a', 'b'], 'a\nb\n', true],
    [['a'], 'a\nb\n', false],
    [['a', '…'], 'a\nb\n', true],
    [['…', 'b'], 'a\nb\n', true],
    [['…', 'a'], 'a\nb\n', false],
    [['a', '…', 'c'], 'a\nc\n', true],
    [['a', 'c'], 'a\nb\nc\n', false],
    [['…', 'b', '…', 'a', '…'], 'a\nb\n', false],
    [[], 'anything\n', true],
  ])('shows %j for %j: %s', (shown, output, isTrue) => {
    expect(difference(shown, output) === null).toBe(isTrue);
  });

  test('counts lines of code', () => {
    expect(codeLines('/** A\n * b. */\nconst a = 1; // one\n\n// c\n  b();\n')).toBe(2);
  });
});
