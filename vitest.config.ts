import { defineConfig } from 'vitest/config';

/** Tests that open sockets, start processes and wait for real time. They share two cores and some ports. */
const REAL = [
  'tests/real/**/*.test.ts', 'tests/chaos/**/*.test.ts', 'tests/contract/**/*.test.ts', 'tests/docs/writing-a-system.test.ts',
  'tests/cli/commands/{bench,cluster,shell,proxy,chaos}.test.ts',
];

/** Tests in which whole worlds live: seconds of work each, and still one synchronous call. */
const SIMULATION = [
  'tests/sim/**/*.test.ts',
  'tests/scenarios/**/*.test.ts',
  'tests/determinism/**/*.test.ts',
  'tests/bench/**/*.test.ts',
];

/** Run one tier with `npx vitest run --project unit` (or `simulation`, `real`). */
export default defineConfig({
  test: {
    // Two cores are the machine that CI has; more workers would only make real-time tests late.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...REAL, ...SIMULATION, '**/node_modules/**'],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'simulation',
          include: SIMULATION,
          testTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: REAL,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // One file at a time: a neighbour that takes the processor would look like a failing server.
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
