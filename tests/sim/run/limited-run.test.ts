import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/sim/run/run.js';
import { runWithin } from '../../../src/sim/run/limited-run.js';
import { defineSimulation, oneTry } from '../../../src/sim/index.js';
import { counter } from '../../vitest/projects/counter.js';

const world = {
  machine: counter,
  servers: 3,
  clients: oneTry({ count: 2, timeoutMs: 300 }),
  next: () => ({ kind: 'read' }) as const,
  chaosMs: 200,
};

describe('a run with a limit of wall time', () => {
  test('is the same run as one without', () => {
    const simulation = defineSimulation('limited', world);
    const { wallMs: _, ...report } = runWithin(60_000, simulation, 1);
    const { wallMs: __, ...unlimited } = runScenario(simulation, 1);
    expect(report).toEqual(unlimited);
  });

  test('is given up in the middle of a step, and says whose: what was guarded is free again', () => {
    const spin = {
      ...world,
      machine: {
        ...counter,
        step: (...[state, input]: Parameters<typeof counter.step>) => {
          while (input.kind === 'wake');
          return counter.step(state, input);
        },
      },
    };
    const report = runWithin(100, defineSimulation('spin', spin), 1);
    expect(report).toMatchObject({ verdict: 'violation', violation: { property: 'run-limit' } });
    expect(report.violation?.message).toMatch(
      /^s\d, in step, for a wake, did not come back: the run was given up after 0\.1 s of wall time$/,
    );
    expect(Date.now()).toBeGreaterThan(0);
  });

  test('that is only long is told of the option that allows more, and options that never return are refused', () => {
    const slow = defineSimulation('slow', {
      ...world,
      next: () => {
        for (;;);
      },
    });
    expect(runWithin(100, slow, 1).violation?.message).toMatch(/the run was not over after 0\.1 s .*--run-limit allows more/);
    const never = defineSimulation('never', {
      ...world,
      servers: () => {
        for (;;);
      },
    });
    expect(() => runWithin(100, never, 1)).toThrow('scenario "never", seed 1: options(draws) did not return within 0.1 s');
  });
});
