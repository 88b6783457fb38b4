import { expect } from 'vitest';
import { nearest } from '../core/base/did-you-mean.js';
import { BadScenario } from '../sim/base/bad-scenario.js';
import { CHECK_DEFAULTS } from '../sim/checkers/verdict.js';
import type { Run } from '../sim/systems/machine/by-hand.js';
import { judgeCalls } from '../sim/systems/machine/linearizable.js';
import type { AnyModel } from '../sim/systems/machine/spec.js';
import { violationText } from '../sim/checkers/violation.js';

/** What a run by hand can be asked. */
export interface RunMatchers<Result = void> {
  /** The answers that clients got are those of one object. Absent: by the model of the simulation. */
  toBeLinearizable<Request, Response>(model?: AnyModel<Request, Response>): Result;
  /** After the faults every client was served again, and the servers came to rest. */
  toConverge(): Result;
  /** The same seed gives the same run, to the byte. */
  toReplayIdentically(): Result;
  /** The moment came at least once: one of the world's, or a note of the machine. */
  toHaveSeen(moment: string): Result;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an interface is merged only with its very own parameters
  interface Matchers<T = any> extends RunMatchers<void> {}
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

const verdict = (pass: boolean, message: string): Verdict => ({ pass, message: () => message });

expect.extend({
  toBeLinearizable(received: unknown, given?: AnyModel<unknown, unknown>): Verdict {
    const { calls, model, seed } = runOf(received, 'toBeLinearizable');
    const judge = given ?? model;
    if (judge === null || judge === undefined)
      throw new BadScenario('toBeLinearizable takes a model, for the simulation of this run has none: expect(run).toBeLinearizable(queue)');
    const judged = judgeCalls(calls, judge, CHECK_DEFAULTS.stepsMax);
    return verdict(judged.verdict === 'passed', `seed ${seed}: ${judged.message}`);
  },
  toConverge(received: unknown): Verdict {
    const { hasConverged, violation, seed } = runOf(received, 'toConverge');
    if (hasConverged) return verdict(true, `seed ${seed} came to rest`);
    return verdict(false, `seed ${seed} did not come to rest: ${violation === null ? '' : violationText(violation)}`);
  },
  toReplayIdentically(received: unknown): Verdict {
    const run = runOf(received, 'toReplayIdentically');
    const difference = run.firstDifference();
    if (difference === null) return verdict(true, `seed ${run.seed} came out the same each time`);
    const { event, where, lives } = difference;
    return verdict(
      false,
      [
        `seed ${run.seed} came out differently: event ${event}, ${where}`,
        '  first',
        ...lives[0].map((line) => `    ${line}`),
        '  then',
        ...lives[1].map((line) => `    ${line}`),
      ].join('\n'),
    );
  },
  toHaveSeen(received: unknown, moment: string): Verdict {
    const { moments, seed } = runOf(received, 'toHaveSeen');
    const seen = Object.keys(moments);
    const guess = nearest(moment, seen);
    const pass = (moments[moment] ?? 0) > 0;
    if (pass) return verdict(true, `seed ${seed} saw ${moment} ${moments[moment]} times`);
    return verdict(
      false,
      `seed ${seed} did not see ${moment}${guess === null ? '' : `: did you mean "${guess}"?`}\n  seen    ${seen.join(', ') || 'nothing'}`,
    );
  },
});

function runOf(received: unknown, matcher: string): Run {
  const isRun =
    typeof received === 'object' && received !== null && 'calls' in received && 'moments' in received && 'firstDifference' in received;
  if (!isRun) throw new BadScenario(`${matcher} is asked of a run: expect(run(simulation, 1)).${matcher}()`);
  return received as Run;
}
