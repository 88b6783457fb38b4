import { randomInt } from 'node:crypto';
import { parseSeedRange, parseShard } from '../sim/base/seeds.js';

/** The seeds from `first` to `last`, both inclusive, each a whole number. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
}

/** What is run of a simulation. */
export interface SeedPlan {
  /** Seeds that once failed and were kept. */
  readonly kept: readonly number[];
  /** Each becomes one test. */
  readonly chunks: readonly Chunk[];
  /** Whether all that the simulation asks for is run, so that a moment that was never seen counts. */
  readonly isWhole: boolean;
  /** Fresh seeds are told, for nobody could know them. */
  readonly isFresh: boolean;
}

/** A simulation has no more tests than this, so that a reporter that lists them all stays short. */
const CHUNKS_MAX = 10;
const FRESH_FIRST_MAX = 1_000_000_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment makes of the seeds that a simulation asks for: `SEEDSTORM_SEED` (one, or a range), `SEEDSTORM_SEEDS` (how many),
 * `SEEDSTORM_FRESH=1` (others than 1, 2, 3 …) and `SEEDSTORM_SHARD=1/4` (a part of them, for several machines).
 *
 * @throws {Error} One line, when a variable is not what it should be.
 */
export function planSeeds(seeds: number, regressions: readonly number[], environment: Environment = process.env): SeedPlan {
  const one = environment['SEEDSTORM_SEED'] ?? '';
  if (one !== '') {
    const range = parseSeedRange(one);
    if (!range.ok) throw new Error(`SEEDSTORM_SEED: ${range.problem}`);
    return { kept: [], chunks: chunksOf(range.value), isWhole: false, isFresh: false };
  }
  const count = countOf(environment['SEEDSTORM_SEEDS'] ?? '') ?? seeds;
  const isFresh = isSwitchedOn('SEEDSTORM_FRESH', environment['SEEDSTORM_FRESH'] ?? '');
  const first = isFresh ? randomInt(1, FRESH_FIRST_MAX) : 1;
  const shard = partOf(environment['SEEDSTORM_SHARD'] ?? '');
  const from = first + Math.floor((count * (shard.index - 1)) / shard.count);
  const last = first + Math.floor((count * shard.index) / shard.count) - 1;
  return {
    kept: shard.index === 1 ? regressions : [],
    chunks: last < from ? [] : chunksOf({ first: from, last }),
    isWhole: shard.count === 1 && count >= seeds,
    isFresh,
  };
}

function chunksOf({ first, last }: Chunk): readonly Chunk[] {
  const count = last - first + 1;
  const size = Math.ceil(count / CHUNKS_MAX);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    first: first + i * size,
    last: Math.min(last, first + (i + 1) * size - 1),
  }));
}

/** A chunk as the name of a test. */
export function chunkName({ first, last }: Chunk): string {
  return first === last ? `seed ${first}` : `seeds ${first} to ${last}`;
}

function countOf(text: string): number | null {
  if (text === '') return null;
  const count = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new Error(`SEEDSTORM_SEEDS says how many seeds to run, such as 10000, not "${text}"; a single one is named by SEEDSTORM_SEED`);
}

function isSwitchedOn(name: string, text: string): boolean {
  if (text === '' || text === '0' || text === 'false') return false;
  if (text === '1' || text === 'true') return true;
  throw new Error(`${name} is 1 or not set, not "${text}"`);
}

function partOf(text: string): { readonly index: number; readonly count: number } {
  if (text === '') return { index: 1, count: 1 };
  const shard = parseShard(text);
  if (shard.ok) return shard.value;
  throw new Error(`SEEDSTORM_SHARD: ${shard.problem}`);
}
