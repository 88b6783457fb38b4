import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import { ROOT } from './tree.js';

// In CI the type-aware rules would read the file on the disk instead of the text that is given here.
const overrideConfig = { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } };
const eslint = new ESLint({ cwd: ROOT, overrideConfig });

async function findingsIn(code: string, filePath: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(`export {};\n${code}\n`, { filePath });
  return result!.messages.map((message) => message.ruleId);
}

describe('the linter keeps core pure', () => {
  test.each([
    ['Date.now();', 'no-restricted-globals'],
    ['performance.now();', 'no-restricted-globals'],
    ['setTimeout(f, 1);', 'no-restricted-globals'],
    ['queueMicrotask(f);', 'no-restricted-globals'],
    ['process.exit();', 'no-restricted-globals'],
    ['console.log();', 'no-restricted-globals'],
    ['Promise.resolve(1);', 'no-restricted-globals'],
    ['globalThis.x;', 'no-restricted-globals'],
    ['new Intl.Collator();', 'no-restricted-globals'],
    ['BigInt(1);', 'no-restricted-globals'],
    [`import 'node:fs';`, 'no-restricted-imports'],
    ['Math.random();', 'no-restricted-syntax'],
    ['Math.pow(a, b);', 'no-restricted-syntax'],
    ['Math.log2(a);', 'no-restricted-syntax'],
    ['Math["exp"](a);', 'no-restricted-syntax'],
    ['const { random } = Math;', 'no-restricted-syntax'],
    ['a ** b;', 'no-restricted-syntax'],
    ['a **= b;', 'no-restricted-syntax'],
    ['async function f() {}', 'no-restricted-syntax'],
    ['await f();', 'no-restricted-syntax'],
    ['for (const key in object) f(key);', 'no-restricted-syntax'],
    ['a.localeCompare(b);', 'no-restricted-syntax'],
    ['a.toUpperCase();', 'no-restricted-syntax'],
    ['[2, 1].sort();', 'no-restricted-syntax'],
    ['1n;', 'no-restricted-syntax'],
  ])('%s', async (code, rule) => {
    expect(await findingsIn(code, 'src/core/base/assert.ts')).toContain(rule);
  });

  test('and lets plain code through', async () => {
    expect(await findingsIn('export const half = Math.floor(Math.imul(3, 5) / 2);', 'src/core/base/assert.ts')).toEqual([]);
  });
});

test('a promise that nobody waits for is found where promises live', async () => {
  const code = 'async function f(): Promise<void> {}\nf();';
  expect(await findingsIn(code, 'src/cli/main.ts')).toContain('@typescript-eslint/no-floating-promises');
});
