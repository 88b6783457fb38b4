import type { TestContext } from 'vitest';
import { neverSeen } from '../sim/coverage/coverage.js';
import { runSimulation, type Acting, type Ran } from '../sim/systems/machine/run-simulation.js';
import type { Simulation } from '../sim/systems/machine/simulation.js';
import { storyOf, traceRun } from '../sim/systems/machine/story.js';
import { inShort } from '../sim/story/in-short.js';
import type { Violation } from '../sim/checkers/violation.js';
import { commandToRepeat, counted, failureText, furtherText, ViolationError } from './failure.js';
import { Progress } from './progress.js';
import type { Chunk, SeedPlan } from './seeds.js';
import { writeTrace } from './trace-file.js';
import { TookTooLong, within } from '../sim/base/time-limit.js';

/** Lets the test runner breathe after so long. */
const BREATH_MS = 50;

/** The runs of one simulation in one file of tests. */
export class Sweep {
  readonly #simulation: Simulation;
  readonly #plan: SeedPlan;
  readonly #timeoutMs: number;
  readonly #definedAt: string;
  readonly #progress: Progress;
  readonly #seen = new Map<string, number>();
  #runs = 0;
  #failures = 0;

  constructor(simulation: Simulation, plan: SeedPlan, timeoutMs: number, definedAt: string) {
    this.#simulation = simulation;
    this.#plan = plan;
    this.#timeoutMs = timeoutMs;
    this.#definedAt = definedAt;
    this.#progress = new Progress(
      simulation.title,
      plan.chunks.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    );
  }

  /** Runs the seeds of a chunk up to the first that fails. */
  async run({ first, last }: Chunk, context: TestContext): Promise<void> {
    let sinceMs = performance.now();
    for (let seed = first; seed <= last; seed++) {
      const ran = this.#runOne(seed, context);
      this.#runs++;
      this.#progress.one();
      for (const [moment, count] of Object.entries(ran.report.moments)) this.#seen.set(moment, (this.#seen.get(moment) ?? 0) + count);
      const { violation } = ran.report;
      if (violation !== undefined) throw this.#failed(seed, ran, violation, context);
      if (performance.now() - sinceMs < BREATH_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sinceMs = performance.now();
    }
  }

  /** Every moment that was to be seen was. */
  checkMoments(context: TestContext): void {
    const planned = this.#plan.chunks.reduce((sum, { first, last }) => sum + last - first + 1, this.#plan.kept.length);
    if (this.#failures > 0) context.skip('some seed failed, and what it would have seen is not known');
    if (this.#runs < planned) context.skip(`only ${this.#runs} of ${planned} seeds were run`);
    const missing = neverSeen([this.#simulation], new Map([[this.#simulation.name, this.#seen]])).map(({ moment }) => moment);
    if (missing.length === 0) return;
    const seen = [...this.#seen.keys()].sort().join(', ');
    throw new ViolationError(
      `${missing.join(', ')}: seen in none of ${counted(this.#runs)} seeds\n  seen    ${seen === '' ? 'nothing' : seen}`,
      null,
      null,
      this.#definedAt,
    );
  }

  #runOne(seed: number, context: TestContext): Ran<unknown, unknown, unknown> {
    const acting: { now: Acting | null } = { now: null };
    try {
      return within(this.#timeoutMs, () => runSimulation(this.#simulation, seed, { onActing: (now) => (acting.now = now) }));
    } catch (error) {
      this.#failures++;
      if (!(error instanceof TookTooLong)) throw error;
      const { now } = acting;
      const where =
        now === null
          ? `the run did not end within ${this.#timeoutMs / 1_000} s`
          : `s${now.server} did not come back from ${now.input === null ? 'init' : `step(state, ${inShort(now.input)})`} within ${this.#timeoutMs / 1_000} s`;
      throw new ViolationError(`seed ${seed}: ${where}\n  again   ${this.#again(seed, context)}`, null, null, this.#definedAt);
    }
  }

  /** The first failure tells its story; a further one is most likely the same. */
  #failed(seed: number, ran: Ran<unknown, unknown, unknown>, violation: Violation, context: TestContext): ViolationError {
    const finding = { violation, seed, events: ran.report.events, again: this.#again(seed, context) };
    if (this.#failures++ > 0) return new ViolationError(furtherText(finding), violation, null, '');
    const trace = writeTrace(`${this.#simulation.name}-${seed}`, (line) => traceRun(this.#simulation, seed, line));
    return new ViolationError(failureText(finding, storyOf(this.#simulation, seed, ran), trace), violation, ran.thrown, this.#definedAt);
  }

  #again(seed: number, { task }: TestContext): string {
    return commandToRepeat(seed, this.#simulation.title, task.file.filepath);
  }
}
