// `npm run families`: 200 seeds of every family of faults against systems that are none of ours, in a process for each core.
// `npm run families -- --seeds 5 --only kill,rot` runs fewer. Exit code 1 where a family never strikes or a correct system is accused.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedsTo, PLAN, problemsOf, suffer } from './every-family.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '200' }, only: { type: 'string' }, part: { type: 'string' } },
});
const seeds = seedsTo(Number(values.seeds));
const only = values.only?.split(',');
const plan = PLAN.filter(([, name]) => only === undefined || only.includes(name));

if (values.part === undefined) await inParts(availableParallelism());
else onePart(values.part.split('/').map(Number) as [number, number]);

/** Every so many-th of the plan. Prints a line for each family that is not as it should be. */
function onePart([part, parts]: readonly [part: number, parts: number]): void {
  for (const [system, name] of plan.filter((_, place) => place % parts === part)) {
    const problems = problemsOf(name, suffer(system, name, seeds));
    for (const problem of problems) {
      console.log(`failed  ${system} under ${name}: ${problem}`);
      process.exitCode = 1;
    }
  }
}

async function inParts(parts: number): Promise<void> {
  const startedMs = Date.now();
  const codes = await Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--part', `${part}/${parts}`]);
      return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
    }),
  );
  const hasPassed = codes.every((code) => code === 0);
  const seconds = Math.round((Date.now() - startedMs) / 1_000);
  const counts = `${plan.length} pairs of a system and a family, ${seeds.length} seeds of each, ${seconds} s`;
  console.log(hasPassed ? `passed  ${counts}: each struck or was refused by name, and no correct system was accused` : `failed  ${counts}`);
  process.exitCode = hasPassed ? 0 : 1;
}
