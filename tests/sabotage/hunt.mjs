// Hunts one mutant in this process: loads the compiled simulator through the loader, explores, prints one JSON line.
import { register } from 'node:module';

const mutant = JSON.parse(process.argv[2]);
register('./loader.mjs', import.meta.url, { data: { edits: mutant.edits } });
// A failure is confirmed in a process of its own, which is started as this one was: the bug has to be there too.
const plant = new URL('plant.mjs', import.meta.url);
plant.searchParams.set('edits', JSON.stringify(mutant.edits));
process.execArgv.push('--import', plant.href);

const dist = new URL('../../dist/', import.meta.url);
const { explore } = await import(new URL('src/sim/campaign/explore.js', dist));
const { scenarios } = await import(new URL('scenarios/index.js', dist));

/** Explores the seeds first .. last up to the first failure, which is null if there is none. */
async function huntOver(firstSeed, lastSeed) {
  const report = await explore({
    module: new URL('scenarios/index.js', dist),
    scenarios: mutant.scenarios.length > 0 ? mutant.scenarios : scenarios.map((scenario) => scenario.name),
    firstSeed,
    lastSeed,
    forMs: null,
    jobs: 1,
    shard: { index: 1, count: 1 },
    recheckOneIn: 0,
    failuresMax: 1,
    onProgress: null,
  });
  return { runs: report.runs, failure: report.failures[0] ?? null };
}

const startMs = performance.now();
const spans = mutant.seeds === undefined ? [[1, mutant.seedsMax]] : mutant.seeds.map((seed) => [seed, seed]);
const hunts = [];
for (const [first, last] of spans) hunts.push(await huntOver(first, last));
const isHit = ({ failure }) => failure !== null && (mutant.property ?? failure.violation.property) === failure.violation.property;
const failure = hunts.map((each) => each.failure).find((each) => each !== null);
console.log(
  JSON.stringify({
    name: mutant.name,
    story: mutant.story,
    isFound: hunts.every(isHit),
    runs: hunts.reduce((sum, { runs }) => sum + runs, 0),
    // From seed 1 to the one that found it. A hunt that is told its seeds has nothing to count.
    seedsToDetection: mutant.seeds === undefined && failure !== undefined && hunts.every(isHit) ? failure.seed : null,
    seconds: Math.round((performance.now() - startMs) / 100) / 10,
    seedsMax: mutant.seedsMax,
    ...(failure === undefined
      ? {}
      : { scenario: failure.scenario, seed: failure.seed, property: failure.violation.property, message: failure.violation.message }),
  }),
);
