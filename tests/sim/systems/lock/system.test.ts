import { describe, expect, test } from 'vitest';
import { lockRaft } from '../../../../scenarios/lock/lock-raft.js';
import { lockSingle } from '../../../../scenarios/lock/lock-single.js';
import type { HostedClient } from '../../../../src/sim/cluster/hosted.js';
import type { Operation } from '../../../../src/sim/checkers/history.js';
import { optionsOf, runOptions, runScenario } from '../../../../src/sim/run/run.js';

const SEEDS = [1, 2, 3, 4, 5, 6];

describe.each([lockSingle, lockRaft])('$name', (scenario) => {
  test('leaves a history of acquires and releases, and nobody holds a lock in its end', () => {
    for (const seed of SEEDS) {
      const history: Operation[] = [];
      const report = runScenario(scenario, seed, { onHistory: (operations) => history.push(...operations) });
      expect(report.verdict).toBe('pass');
      expect(new Set(history.map(({ op }) => op))).toEqual(new Set(['acquire', 'release']));
      expect(report.operations).toBeGreaterThanOrEqual(history.length);
      const done = (op: Operation['op']): number => history.filter((operation) => operation.op === op && operation.outcome === 'ok').length;
      expect(done('acquire')).toBeGreaterThan(5);
      expect(done('release')).toBeGreaterThan(5);
    }
  });
});

test('a client that believes in its lock too early is found', () => {
  const system = lockSingle.system as NonNullable<typeof lockSingle.system>;
  const hasty: typeof system = {
    ...system,
    client: (options, id) => {
      const hosted = system.client(options, id);
      const machine = hosted.machine as unknown as {
        step(state: unknown, input: unknown): { state: unknown; effects: { kind: string; response?: { kind: string; id: number } }[] };
      };
      // It takes "somebody else had it until the time was over" for "now it is mine".
      const step = (state: unknown, input: unknown): unknown => {
        const stepped = machine.step(state, input);
        const effects = stepped.effects.map((effect) =>
          effect.response?.kind === 'failed'
            ? { ...effect, response: { kind: 'held', id: effect.response.id, version: 1_000_000 } }
            : effect,
        );
        return { ...stepped, effects };
      };
      return { ...hosted, machine: { ...hosted.machine, step } } as unknown as HostedClient;
    },
  };
  const found = SEEDS.map((seed) => runOptions({ name: 'hasty', system: hasty }, optionsOf(lockSingle, seed), seed).violation?.property);
  expect(found).toContain('Lock Exclusion');
});

test('a lock that goes round is progress, whoever is unlucky; one that nobody gets is none', () => {
  expect(runScenario(lockRaft, 845_023)).toMatchObject({ verdict: 'pass' });
  const system = lockSingle.system as NonNullable<typeof lockSingle.system>;
  const mute: typeof system = {
    ...system,
    client: (options, id) => {
      const hosted = system.client(options, id);
      const machine = hosted.machine as unknown as {
        step(state: unknown, input: unknown): { state: unknown; effects: { response?: { kind: string } }[] };
      };
      const step = (state: unknown, input: unknown): unknown => {
        const stepped = machine.step(state, input);
        return {
          ...stepped,
          effects: stepped.effects.map((effect) =>
            effect.response?.kind === 'held' ? { ...effect, response: { ...effect.response, kind: 'failed' } } : effect,
          ),
        };
      };
      return { ...hosted, machine: { ...hosted.machine, step } } as unknown as HostedClient;
    },
  };
  const options = optionsOf(lockSingle, 1);
  expect(runOptions({ name: 'mute', system: mute }, { ...options, chaosMs: 2_000, convergenceMs: 4_000 }, 1).violation?.property).toBe(
    'Liveness',
  );
});
