// Lives a fixed list of runs and prints their digests as JSON: { "<scenario> <seed>": "<digest>" }.
// All in the main thread; with --workers in two worker threads, as a campaign does. With --half only one of the
// seeds, with --third N (0 to 2) every third scenario from the N-th on. With --write it puts them into golden.json beside this file (npm run golden). Plain JavaScript over the
// built code, so that any Node version runs it as it is.
import { writeFileSync } from 'node:fs';
import { SCENARIOS_MODULE, scenarios } from '../../dist/scenarios/index.js';
import { explore } from '../../dist/src/sim/campaign/explore.js';
import { runScenario } from '../../dist/src/sim/run/run.js';

const SEEDS = process.argv.includes('--half') ? [42] : [1, 42];
const third = process.argv.indexOf('--third');
const CHOSEN = third === -1 ? scenarios : scenarios.filter((_, place) => place % 3 === Number(process.argv[third + 1]));

function inThisThread() {
  const digests = {};
  for (const scenario of CHOSEN) {
    for (const seed of SEEDS) digests[`${scenario.name} ${seed}`] = runScenario(scenario, seed).digest;
  }
  return digests;
}

/** Two threads finish in any order, so the list is put into the order of golden.json. */
async function inWorkers() {
  const found = new Map();
  for (const seed of SEEDS) {
    await explore({
      module: SCENARIOS_MODULE,
      scenarios: CHOSEN.map(({ name }) => name),
      firstSeed: seed,
      lastSeed: seed,
      forMs: null,
      jobs: 2,
      shard: { index: 1, count: 1 },
      recheckOneIn: 0,
      failuresMax: CHOSEN.length + 1,
      onProgress: ({ latest }) => found.set(`${latest.scenario} ${latest.seed}`, latest.digest),
    });
  }
  const names = CHOSEN.flatMap(({ name }) => SEEDS.map((seed) => `${name} ${seed}`));
  return Object.fromEntries(names.map((name) => [name, found.get(name)]));
}

const digests = process.argv.includes('--workers') ? await inWorkers() : inThisThread();
const text = `${JSON.stringify(digests, null, 2)}\n`;
if (process.argv.includes('--write')) writeFileSync(new URL('golden.json', import.meta.url), text);
else process.stdout.write(text);
