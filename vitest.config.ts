import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

/** The package's own doors lead to its sources here: a second copy from dist would have other classes of the same name. */
const DOORS = Object.entries(manifest.exports).flatMap(([door, target]) =>
  typeof target === 'string'
    ? []
    : {
        find: new RegExp(`^${door.replace('.', manifest.name)}$`),
        replacement: fileURLToPath(new URL(target.default.replace('./dist/', './').replace(/\.js$/, '.ts'), import.meta.url)),
      },
);

/** A few tests of real sockets, files and processes that need little time: part of `npm test`, so that nobody breaks the real half unawares. */
const SMOKE = [
  'tests/contract/**/*.test.ts',
  'tests/vitest/**/*.test.ts',
  'tests/docs/testing-your-system.test.ts',
  'tests/chaos/stale-read.test.ts',
  'tests/real/client/client.test.ts',
  'tests/real/systems/{quorum,primary-replica}.test.ts',
];

/** Tests that open sockets, start processes and wait for real time: minutes of waiting. */
const REAL = [
  'tests/real/**/*.test.ts',
  'tests/chaos/**/*.test.ts',
  'tests/docs/writing-a-system.test.ts',
  'tests/cli/commands/{bench,cluster,shell,proxy,chaos}.test.ts',
];

/** The golden digests under other versions of Node, and without a compiler. */
const NODES = ['tests/determinism/nodes.test.ts'];

/** Tests in which whole worlds live: seconds of work each, and still one synchronous call. */
const SIMULATION = ['tests/sim/**/*.test.ts', 'tests/scenarios/**/*.test.ts', 'tests/determinism/**/*.test.ts', 'tests/bench/**/*.test.ts'];

const ONE_BY_ONE = { testTimeout: 300_000, hookTimeout: 120_000, maxWorkers: 1, fileParallelism: false } as const;

const MODULES = '**/node_modules/**';

/**
 * What `npm test` runs is `unit`, `simulation` and `smoke`; the others have commands of their own (CONTRIBUTING.md). Time
 * limits are for a machine that is busy with ten other things: they end what hangs, and judge nothing.
 */
export default defineConfig({
  test: {
    // Two cores are the machine that CI has; more workers would only make real-time tests late.
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias: DOORS },
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...SMOKE, ...REAL, ...SIMULATION, MODULES],
          testTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias: DOORS },
        test: {
          name: 'simulation',
          include: SIMULATION,
          exclude: [...NODES, MODULES],
          testTimeout: 600_000,
          sequence: { groupOrder: 0 },
        },
      },
      // One file at a time from here on: a neighbour that takes the processor would look like a failing server.
      {
        resolve: { alias: DOORS },
        test: { name: 'smoke', include: SMOKE, exclude: [MODULES], ...ONE_BY_ONE, sequence: { groupOrder: 1 } },
      },
      {
        resolve: { alias: DOORS },
        test: { name: 'real', include: REAL, exclude: [...SMOKE, MODULES], ...ONE_BY_ONE, sequence: { groupOrder: 2 } },
      },
      {
        resolve: { alias: DOORS },
        test: { name: 'nodes', include: NODES, testTimeout: 1_800_000, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
