import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** By "<scenario> <seed>", in the order of golden.json. */
export type Digests = Readonly<Record<string, string>>;

const LIST = fileURLToPath(new URL('digests.js', import.meta.url));
const GOLDEN = fileURLToPath(new URL('golden.json', import.meta.url));

/** One seed of each scenario instead of two. */
export const HALF = ['--half'];

/** The digests under a program of Node with such flags, by `digests.js` with such words. */
export async function digestsUnder(node: string, flags: readonly string[] = [], words: readonly string[] = []): Promise<Digests> {
  const { stdout } = await promisify(execFile)(node, [...flags, LIST, ...words]);
  return JSON.parse(stdout) as Digests;
}

/** What `digests.js` must print. */
export function golden(): Digests {
  expect(existsSync(GOLDEN), 'npm run golden writes the file').toBe(true);
  return JSON.parse(readFileSync(GOLDEN, 'utf8')) as Digests;
}

/** What `digests.js --half` must print. */
export function half(digests: Digests): Digests {
  const entries = Object.entries(digests).filter(([name]) => name.endsWith(' 42'));
  expect(entries.length).toBe(Object.keys(digests).length / 2);
  return Object.fromEntries(entries);
}

/** What `digests.js --half --third N` must print. The scenarios stand in one order in both files. */
export function thirdOfHalf(digests: Digests, third: number): Digests {
  return Object.fromEntries(Object.entries(half(digests)).filter((_, place) => place % 3 === third));
}
