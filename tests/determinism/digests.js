// Lives a fixed list of runs in this process and prints their digests as JSON: { "<scenario> <seed>": "<digest>" }.
// With --write it puts them into golden.json beside this file (npm run golden). Plain JavaScript over the
// built code, so that any Node version runs it as it is.
import { writeFileSync } from 'node:fs';
import { scenarios } from '../../dist/scenarios/index.js';
import { runScenario } from '../../dist/src/sim/run.js';

const SEEDS = [1, 42];

const digests = {};
for (const scenario of scenarios) {
  for (const seed of SEEDS) digests[`${scenario.name} ${seed}`] = runScenario(scenario, seed).digest;
}

const text = `${JSON.stringify(digests, null, 2)}\n`;
if (process.argv.includes('--write')) writeFileSync(new URL('golden.json', import.meta.url), text);
else process.stdout.write(text);
