/**
 * `npm run sabotage [-- NAME …]`: hunts each mutant of mutants.ts in a process of its own, as many at a time as there
 * are processors, and prints a table as JSON. Exit code 1 when a harmful one was not found or a harmless one was.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HARMFUL, HARMLESS, type Mutant } from './mutants.js';

interface Hunt {
  readonly name: string;
  readonly isFound: boolean;
  /** How many runs it took: seeds times scenarios. */
  readonly runs: number;
  /** The first seed, from 1 on, that found it; null where none did, and where the seeds were given. */
  readonly seedsToDetection: number | null;
  readonly seconds: number;
  readonly seed?: number;
}

const HUNT = fileURLToPath(new URL('hunt.mjs', import.meta.url));

function hunt(mutant: Mutant): Promise<Hunt> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [HUNT, JSON.stringify(mutant)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let problems = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (problems += bytes.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Hunt);
      else reject(new Error(`the hunt for ${mutant.name} ended with ${code}:\n${problems}`));
    });
  });
}

async function huntAll(mutants: readonly Mutant[]): Promise<readonly Hunt[]> {
  const found: Hunt[] = new Array(mutants.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < mutants.length; i = next++) {
      const mutant = mutants[i] as Mutant;
      const result = await hunt(mutant);
      found[i] = result;
      process.stderr.write(
        `${result.name}: ${result.isFound ? `found after ${result.runs} runs${result.seedsToDetection === null ? '' : `, with seed ${result.seedsToDetection}`}` : `silent over ${result.runs} runs`}, ${result.seconds} s\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return found;
}

const wanted = process.argv.slice(2);
const isWanted = (mutant: Mutant): boolean => wanted.length === 0 || wanted.includes(mutant.name);
const unknown = wanted.filter((name) => ![...HARMFUL, ...HARMLESS].some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no mutant is called ${unknown.join(', ')}; there are ${[...HARMFUL, ...HARMLESS].map((mutant) => mutant.name).join(', ')}\n`,
  );
  process.exit(2);
}

const harmful = await huntAll(HARMFUL.filter(isWanted));
const harmless = await huntAll(HARMLESS.filter(isWanted));
const missed = harmful.filter((hunted) => !hunted.isFound).map((hunted) => hunted.name);
const falseAlarms = harmless.filter((hunted) => hunted.isFound).map((hunted) => hunted.name);

/** How a list of costs is summed up. */
function spread(costs: readonly number[]): { readonly median: number | null; readonly worst: number | null } {
  const ascending = costs.toSorted((a, b) => a - b);
  return { median: ascending[Math.floor(ascending.length / 2)] ?? null, worst: ascending.at(-1) ?? null };
}

const found = harmful.filter((hunted) => hunted.isFound);

console.log(
  JSON.stringify(
    {
      verdict: missed.length + falseAlarms.length === 0 ? 'pass' : 'violation',
      missed,
      falseAlarms,
      seedsToDetection: spread(found.flatMap(({ seedsToDetection }) => seedsToDetection ?? [])),
      runsToDetection: spread(found.map(({ runs }) => runs)),
      harmful,
      harmless,
    },
    null,
    2,
  ),
);
process.exit(missed.length + falseAlarms.length === 0 ? 0 : 1);
