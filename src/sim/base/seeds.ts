import { fail, ok, type Result } from '../../core/base/result.js';

/** Seeds from `first` to `last`, both inclusive. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/** One part of `count` equal parts of a campaign; `index` is 1 .. count. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** A seed as people write it: a whole number, 0 .. 2^53 - 1, in plain digits. */
export function parseSeed(text: string): Result<number, string> {
  const seed = Number(text);
  const isPlain = /^(0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(seed);
  return isPlain ? ok(seed) : fail(`a seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not "${text}"`);
}

/** "A..B" with A <= B, or a single seed. */
export function parseSeedRange(text: string): Result<SeedRange, string> {
  const parts = text.split('..');
  const first = parseSeed(parts[0] ?? '');
  const last = parseSeed(parts[parts.length - 1] ?? '');
  if (parts.length > 2 || !first.ok || !last.ok) return fail(`seeds are written A..B, such as 1..500, not "${text}"`);
  if (last.value < first.value) return fail(`the first seed comes before the last: ${text}`);
  return ok({ first: first.value, last: last.value });
}

/** "i/n" with 1 <= i <= n <= 1000000. */
export function parseShard(text: string): Result<Shard, string> {
  const parts = /^([1-9][0-9]{0,5})\/([1-9][0-9]{0,5})$/.exec(text);
  const index = Number(parts?.[1]);
  const count = Number(parts?.[2]);
  if (parts === null || index > count) return fail(`a shard is written i/n with i from 1 to n, such as 2/4, not "${text}"`);
  return ok({ index, count });
}
