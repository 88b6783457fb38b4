// Hunts one mutant in this process: loads the compiled simulator through the loader, explores, prints one JSON line.
import { register } from 'node:module';

const mutant = JSON.parse(process.argv[2]);
register('./loader.mjs', import.meta.url, { data: { edits: mutant.edits } });

const dist = new URL('../../dist/', import.meta.url);
const { explore } = await import(new URL('src/sim/explore.js', dist));
const { scenarios } = await import(new URL('scenarios/index.js', dist));

let runs = 0;
const startMs = performance.now();
const report = await explore({
  module: new URL('scenarios/index.js', dist),
  scenarios: mutant.scenarios.length > 0 ? mutant.scenarios : scenarios.map((scenario) => scenario.name),
  firstSeed: 1,
  lastSeed: mutant.seedsMax,
  forMs: null,
  jobs: 1,
  shard: { index: 1, count: 1 },
  recheckOneIn: 0,
  failuresMax: 1,
  onProgress: (progress) => {
    runs = progress.runs;
  },
});
const failure = report.failures[0];
console.log(
  JSON.stringify({
    name: mutant.name,
    story: mutant.story,
    isFound: failure !== undefined,
    runs,
    seconds: Math.round((performance.now() - startMs) / 100) / 10,
    seedsMax: mutant.seedsMax,
    ...(failure === undefined ? {} : { scenario: failure.scenario, seed: failure.seed, property: failure.violation.property, message: failure.violation.message }),
  }),
);
