import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { fault } from '../../../src/sim/nemesis/faults/families.js';
import { runOptions } from '../../../src/sim/run/run.js';
import { ratio } from '../../../src/sim/base/random-streams.js';
import type { HostedSystem } from '../../../src/sim/run/system.js';
import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { quietOptions } from '../quiet.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';

describe('a run', () => {
  test('is the same each time, and another one for another seed', () => {
    const first = runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 1);
    const again = runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 1);
    expect({ ...again, wallMs: 0 }).toEqual({ ...first, wallMs: 0 });
    expect(first).toMatchObject({ verdict: 'pass', scenario: 'quiet', seed: 1 });
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 2).digest).not.toBe(first.digest);
  });

  test('lives the same life when somebody watches', () => {
    let steps = 0;
    const watched = runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 1, { observers: [{ onStep: () => void steps++ }] });
    expect(watched.digest).toBe(runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 1).digest);
    expect(steps).toBeGreaterThan(500);
  });

  test('hands over the history that it judged, each key read at the end', () => {
    let history: readonly Operation[] = [];
    const report = runOptions({ name: 'quiet', system: raftSystem }, quietOptions(), 1, {
      onHistory: (operations) => (history = operations),
    });
    expect(history).toHaveLength(report.operations);
    expect(new Set(history.slice(-4).map(({ op, key }) => `${op} ${key}`))).toEqual(new Set(['get k0', 'get k1', 'get k2', 'get k3']));
  });

  test('calls it a violation when the healed core cannot serve', () => {
    // Links that lose nothing but take longer than any client or election waits.
    const slow = { ...quietOptions().peerLink, delayUsMin: 3_000_000, delayUsMax: 4_000_000 };
    const report = runOptions({ name: 'stuck', system: raftSystem }, { ...quietOptions(), peerLink: slow, convergenceMs: 5_000 }, 1);
    expect(report).toMatchObject({ verdict: 'violation', violation: { property: 'Liveness', atMs: 7_000 } });
    expect(report.violation?.message).toMatch(/5000 ms after the healing a client had got only 0 operations done; s\d \w+ of term/);
  });

  test('is given up when it does not end', () => {
    const report = runOptions({ name: 'endless', system: raftSystem }, { ...quietOptions(), eventsMax: 500 }, 1);
    expect(report.violation).toMatchObject({ property: 'Liveness', message: 'the run did not end within 500 events' });
  });

  test('holds a machine that throws against it', () => {
    const machine = {
      ...raftSystem.server(quietOptions(), nodeId(1)).machine,
      step: () => {
        throw new Error('no step');
      },
    };
    const broken = { ...raftSystem, server: () => ({ machine }) } as unknown as HostedSystem;
    expect(runOptions({ name: 'broken', system: broken }, quietOptions(), 1)).toMatchObject({
      verdict: 'violation',
      violation: { property: 'threw', message: expect.stringContaining('no step') as string },
    });
  });

  test('refuses options under which an honest system would be blamed', () => {
    const { workload } = quietOptions();
    const options = { ...quietOptions(), workload: { ...workload, sessionlessRatio: ratio(1, 2), deleteWeight: 1 } };
    expect(() => runOptions({ name: 'unfair', system: raftSystem }, options, 1)).toThrow(/without a session/);
  });

  test('a family of fault left out does not change when the others strike', () => {
    const blows = (faults: Parameters<typeof fault>[0][]): string[] => {
      const seen: string[] = [];
      const onWorldEvent = (atUs: number, event: WorldEvent): void =>
        void (event.kind === 'paused' && atUs < 2_000_000 && seen.push(`${atUs} ${event.node}`));
      runOptions(
        { name: 'blows', system: raftSystem },
        { ...quietOptions(), faults: faults.map((name) => fault(name, [100, 300], [10, 50])) },
        5,
        {
          observers: [{ onWorldEvent }],
        },
      );
      return seen;
    };
    expect(blows(['pause', 'oneWayCut'])).toEqual(blows(['pause']));
    expect(blows(['pause']).length).toBeGreaterThan(3);
  });
});
