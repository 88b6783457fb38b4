import type { HostedSystem } from '../../../src/sim/run/system.js';
import { describe, expect, test } from 'vitest';
import type { Codecs, Machine } from '../../../src/core/machine.js';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { logIndex, micros, nodeId } from '../../../src/core/base/units.js';
import type { StoreResult } from '../../../src/core/store/command.js';
import { applyCommand, openStore, readKey, storeDigest, type StoreState } from '../../../src/core/store/store.js';
import { raftCodecs } from '../../../src/core/systems/raft/codecs.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import { fault } from '../../../src/sim/nemesis/faults/families.js';
import { runOptions, runScenario } from '../../../src/sim/run/run.js';
import type { AnyScenario } from '../../../src/sim/run/scenario.js';
import { keyValueSystem } from '../../../src/sim/systems/key-value.js';
import { READS_AND_WRITES } from '../../../src/sim/options/presets.js';
import { quietOptions } from '../quiet.js';

interface Memory {
  readonly store: StoreState;
  readonly applied: number;
}

/** One server that keeps everything in memory and nothing anywhere else. */
function forgetful(): Machine<Memory, NodeMessage, NodeRequest, NodeResponse> {
  return {
    init: () => ({ state: { store: openStore({ sessionsMax: 100 }), applied: 0 }, effects: [] }),
    step: (state, input) => {
      if (input.kind !== 'request') return { state, effects: [] };
      const { connection, request } = input;
      if (request.kind === 'query') {
        return {
          state,
          effects: [{ kind: 'respond', connection, response: { kind: 'done', id: request.id, result: readKey(state.store, request.key) } }],
        };
      }
      if (request.kind !== 'command') return { state, effects: [] };
      const applied = state.applied + 1;
      const { state: store, result } = applyCommand(state.store, logIndex(applied), request.command);
      return { state: { store, applied }, effects: [{ kind: 'respond', connection, response: { kind: 'done', id: request.id, result } }] };
    },
    wakeAt: () => null,
  };
}

const system = keyValueSystem<Memory, NodeMessage, null>({
  name: 'forgetful',
  machine: forgetful,
  codecs: raftCodecs,
  fingerprint: ({ applied }) => applied,
  messageFingerprint: () => 0,
  isServing: () => true,
  hasConverged: (states) => new Set(states.map(({ store }) => storeDigest(store))).size === 1,
  describe: ({ applied }) => `applied ${applied}`,
});

function scenario(faults: readonly ReturnType<typeof fault>[], isExpected: boolean): AnyScenario {
  return {
    name: 'forgetful-server',
    title: 'One server keeps nothing.',
    why: 'A test.',
    expected: [],
    expectedWithinRuns: 1,
    system: system,
    ...(isExpected ? { finding: { properties: ['Linearizability', 'Exclusion'], lesson: 'What is kept nowhere is lost.' } } : {}),
    options: () => ({ ...quietOptions(), servers: 1, node: null, faults }),
  };
}

describe('another system than raft in the simulator', () => {
  test('lives through a quiet run, and is judged', () => {
    const report = runScenario(scenario([], false), 1);
    expect(report).toMatchObject({ verdict: 'pass' });
    expect(report.operations).toBeGreaterThan(20);
    expect(runScenario(scenario([], false), 1).digest).toBe(report.digest);
  });

  const killed = [fault('kill', [300, 600], [10, 50])];

  test('is found out when it forgets', () => {
    expect(runScenario(scenario(killed, false), 1)).toMatchObject({ verdict: 'violation', violation: { property: 'Exclusion' } });
  });

  test('passes as "found" when that is what its scenario expects, and only then', () => {
    const report = runScenario(scenario(killed, true), 1);
    expect(report).toMatchObject({ verdict: 'found', violation: { property: 'Exclusion' } });
    expect(report.moments['found-as-expected']).toBe(1);
    const other: AnyScenario = { ...scenario(killed, true), finding: { properties: ['Liveness'], lesson: 'Another one.' } };
    expect(runScenario(other, 1).verdict).toBe('violation');
    expect(runScenario(scenario([], true), 1).verdict).toBe('pass');
  });
});

describe('a system that says only what it must', () => {
  const plain = keyValueSystem<Memory, NodeMessage, null>({
    name: 'plain',
    machine: forgetful,
    codecs: raftCodecs,
    hasVersions: false,
    hasConverged: () => true,
  });
  const quiet = scenario([], false);
  const ordinary = quietOptions();
  const options = { ...ordinary, servers: 1, node: null, laterNode: null, workload: { ...ordinary.workload, ...READS_AND_WRITES } };

  test('has a digest that tells its states apart, words for a state, and its writes counted', () => {
    const report = runOptions({ name: 'plain', system: plain }, options, 1);
    expect(report).toMatchObject({ verdict: 'pass' });
    expect(report.commits).toBeGreaterThan(10);
    expect(runOptions({ name: 'plain', system: plain }, options, 1).digest).toBe(report.digest);
    const served = plain.server(options, nodeId(1));
    const other = {
      ...forgetful().init({ self: nodeId(1), members: [nodeId(1)], past: 'unknown', now: micros(0), seed: 1 }).state,
      applied: 7,
    };
    expect(served.fingerprint(other as never)).not.toBe(served.fingerprint({ ...other, applied: 8 } as never));
    expect(plain.describe({ applied: 7 })).toBe('{ applied: 7 }');
    expect(plain.describe({ text: 'x'.repeat(500) })).toHaveLength(161);
    expect(plain.isServing(other)).toBe(true);
  });

  test('without versions is not judged by them, but by everything else', () => {
    const zero: AnyScenario = { ...quiet, system: withAnswers((result) => ({ ...result, version: 0 })), options: () => options };
    expect(runScenario(zero, 1)).toMatchObject({ verdict: 'pass' });
    const stale: AnyScenario = {
      ...quiet,
      system: withAnswers((result) => (result.value === '' ? result : { ...result, value: byteStringFromText('4.1') })),
      options: () => options,
    };
    expect(runScenario(stale, 1)).toMatchObject({ verdict: 'violation', violation: { property: 'Linearizability' } });
  });

  test('refuses a load of versioned puts', () => {
    const puts = { ...options, workload: ordinary.workload };
    expect(() => runOptions({ name: 'plain', system: plain }, puts, 1)).toThrow(
      'keeps no versions, so its clients put nothing over a version: set workload.putWeight to 0',
    );
  });

  /** The same server, which answers something else than it found. */
  function withAnswers(change: (result: StoreResult) => StoreResult): HostedSystem {
    return keyValueSystem<Memory, NodeMessage, null>({
      name: 'plain',
      machine: () => ({
        ...forgetful(),
        step: (state, input) => {
          const step = forgetful().step(state, input);
          const effects = step.effects.map((effect) =>
            effect.kind === 'respond' && effect.response.kind === 'done'
              ? { ...effect, response: { ...effect.response, result: change(effect.response.result) } }
              : effect,
          );
          return { ...step, effects };
        },
      }),
      codecs: raftCodecs,
      hasVersions: false,
      hasConverged: () => true,
    });
  }
});

test('what a server sends is fingerprinted whole: messages, and responses to clients', () => {
  interface Copy {
    readonly kind: 'copy';
    readonly place: number;
  }
  const spec = {
    name: 'copies',
    machine: forgetful as unknown as () => Machine<Memory, Copy, NodeRequest, NodeResponse>,
    codecs: raftCodecs as unknown as Codecs<Copy, NodeRequest, NodeResponse>,
    hasConverged: () => true,
  };
  const fingerprintsBoth = (sent: Copy | NodeResponse): number => (sent.kind === 'copy' ? sent.place : sent.id);
  const fingerprintsMessages = ({ place }: Copy): number => place;
  expect(keyValueSystem<Memory, Copy, null>({ ...spec, messageFingerprint: fingerprintsBoth }).name).toBe('copies');
  // @ts-expect-error -- it would read the `place` of responses, which have none
  expect(keyValueSystem<Memory, Copy, null>({ ...spec, messageFingerprint: fingerprintsMessages }).name).toBe('copies');
});
