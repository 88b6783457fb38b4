import { describe, expect, test } from 'vitest';
import { exploreReportJson, exploreReportLines } from '../../src/cli/campaign/report.js';
import { micros, nodeId, type NodeId } from '../../src/core/base/units.js';
import type { Effect, Machine } from '../../src/core/machine.js';
import { nodeFingerprint } from '../../src/core/systems/raft/fingerprint.js';
import { raftNode } from '../../src/core/systems/raft/node.js';
import type { NodeState } from '../../src/core/systems/raft/state.js';
import { EXIT_CODES, type ExploreOptions } from '../../src/sim/campaign/campaign.js';
import { TRUE_CLOCK } from '../../src/sim/base/node-clock.js';
import { explore } from '../../src/sim/campaign/explore.js';
import { COMPARE_USUALLY, liveTwice, type FirstDifference, type Live, type Lived } from '../../src/sim/replay/first-difference.js';
import { guarded } from '../../src/sim/base/determinism-guard.js';
import { LAN } from '../../src/sim/options/presets.js';
import { World } from '../../src/sim/world/world.js';
import { quietOptions } from '../sim/quiet.js';

// References taken before any run begins: the guard replaces names, so it cannot see these.
const leakedRandom = Math.random.bind(Math);
const leakedNow = Date.now.bind(Date);

const MEMBERS = [1, 2, 3].map(nodeId);
const LEAK_EVENT = 300;

type AnyMachine = Machine<unknown, unknown, unknown, unknown>;
interface Hosted {
  readonly machine: AnyMachine;
  readonly fingerprint?: (state: unknown) => number;
  readonly messageFingerprint?: (message: unknown) => number;
}

/** Lives a world of three such machines; each life begins with `begin`. */
function lifeOf(hosted: (id: NodeId, world: World) => Hosted, untilUs: number, begin: () => void = () => undefined): Live<Lived> {
  return (account) =>
    guarded(() => {
      begin();
      const world = new World({
        seed: 7,
        options: { serverLinks: LAN, clientLinks: LAN, codecs: false, freezes: false, inboxMax: 1_000 },
        observer: account,
      });
      for (const id of MEMBERS) {
        world.addProcess({
          id,
          name: `s${id}`,
          kind: 'server',
          ...hosted(id, world),
          members: MEMBERS,
          disk: quietOptions().disk,
          clock: TRUE_CLOCK,
        });
      }
      world.runUntil(untilUs);
      expect(world.violation).toBeNull();
      return { digest: world.digest(), options: null };
    });
}

function differenceOf(live: Live<Lived>): FirstDifference {
  const { once, again, firstDifference } = liveTwice(live, { ...COMPARE_USUALLY, name: (node) => `s${node}` });
  expect(once.digest).not.toBe(again.digest);
  return firstDifference!;
}

/** The raft node; a leaky one meddles once in its life with the state that a step left, some time after it was settled who leads (here s2). */
function meddled(
  world: World,
  isLeaky: boolean,
  meddle: (state: NodeState) => NodeState | null,
  onMeddled: (event: number) => void,
): Hosted {
  const sound = raftNode(quietOptions().node) as unknown as Machine<NodeState, unknown, unknown, unknown>;
  let isDone = !isLeaky;
  const machine: Machine<NodeState, unknown, unknown, unknown> = {
    ...sound,
    step(before, input) {
      const step = sound.step(before, input);
      const changed = isDone || world.events < LEAK_EVENT ? null : meddle(step.state);
      if (changed === null) return step;
      isDone = true;
      onMeddled(world.events);
      return { ...step, state: changed };
    },
  };
  return { machine: machine as unknown as AnyMachine, fingerprint: (state) => nodeFingerprint(state as NodeState) };
}

describe('a leak in a raft node is traced to the event in which it happened', () => {
  test('a draw from Math.random, smuggled past the guard, in the election deadline of a follower', () => {
    const leakedIn: number[] = [];
    const delay = (state: NodeState): NodeState | null =>
      state.raft?.role !== 'follower'
        ? null
        : { ...state, raft: { ...state.raft, electionDeadline: micros(state.raft.electionDeadline + Math.floor(leakedRandom() * 1e9)) } };
    const difference = differenceOf(lifeOf((id, world) => meddled(world, id === 1, delay, (event) => leakedIn.push(event)), 4_000_000));

    expect(leakedIn).toHaveLength(2);
    expect(leakedIn[0]).toBe(leakedIn[1]);
    expect(difference.event).toBe(leakedIn[0]);
    expect(difference.where).toMatch(/^state of s1, raft\.electionDeadline: \d+, and then \d+$/);
    expect(difference.before.length).toBeGreaterThan(3);
  });

  test('the same in a number that no digest looks at: it is found where it came in, not where it took effect', () => {
    const leakedIn: number[] = [];
    const reseed = (state: NodeState): NodeState | null =>
      state.raft?.role !== 'follower' ? null : { ...state, raft: { ...state.raft, random: Math.floor(leakedRandom() * 0x7fff_ffff) } };
    const difference = differenceOf(lifeOf((id, world) => meddled(world, id === 3, reseed, (event) => leakedIn.push(event)), 4_000_000));

    expect(difference.event).toBe(leakedIn[0]);
    expect(difference.where).toMatch(/^state of s3, raft\.random: -?\d+, and then -?\d+$/);
  });
});

/** Says a word every 10 ms to each of `peers`. */
function chatterer(id: NodeId, peers: () => readonly NodeId[], word: () => number): Hosted {
  const machine: Machine<{ readonly wakeAt: number }, unknown, unknown, unknown> = {
    init: () => ({ state: { wakeAt: 10_000 * id }, effects: [] }),
    step(state, input) {
      if (input.kind !== 'wake') return { state, effects: [] };
      const effects: Effect<unknown, unknown>[] = peers().map((to) => ({ kind: 'send', to, message: { kind: 'word', word: word() } }));
      return { state: { wakeAt: state.wakeAt + 10_000 }, effects };
    },
    wakeAt: ({ wakeAt }) => micros(wakeAt),
  };
  return { machine: machine as unknown as AnyMachine, messageFingerprint: (message) => (message as { readonly word: number }).word | 0 };
}

const othersThan = (id: NodeId): readonly NodeId[] => MEMBERS.filter((member) => member !== id);

/** The event of the first entry that is not the same in both lives. */
function firstUnlike(diaries: readonly (readonly (readonly [event: number, value: number])[])[]): number | undefined {
  return diaries[0]!.find(([, value], at) => value !== diaries[1]![at]![1])?.[0];
}

describe('a leak in any hosted machine is found', () => {
  test('Date.now taken earlier, in a message: at the first one that was written at another millisecond', () => {
    const diaries: [event: number, value: number][][] = [];
    const live = lifeOf(
      (id, world) =>
        chatterer(
          id,
          () => othersThan(id),
          () => {
            if (world.events < 500) return 0;
            const value = leakedNow();
            diaries.at(-1)!.push([world.events, value]);
            return value;
          },
        ),
      2_000_000,
      () => {
        diaries.push([]);
        // Two short lives within one millisecond would read the same.
        const startedMs = leakedNow();
        while (leakedNow() < startedMs + 50);
      },
    );
    const difference = differenceOf(live);

    expect(difference.event).toBe(firstUnlike(diaries));
    expect(difference.where).toMatch(/^effects of s\d, \[\d\]\.message\.word: \d+, and then \d+$/);
  });

  test('iteration over a set that earlier lives have filled: at the first event that took from it in another order', () => {
    // A cache of whom to talk to next, outside of all state: its order is the whole past of the program.
    const known = new Set<NodeId>(othersThan(nodeId(3)));
    const diaries: [event: number, value: number][][] = [];
    const takeTurns = (event: number): readonly NodeId[] => {
      const next = [...known][0];
      known.delete(next!);
      known.add(next!);
      diaries.at(-1)!.push([event, next!]);
      return [next!];
    };
    const live = lifeOf(
      (id, world) =>
        chatterer(
          id,
          () => (id !== 3 || world.events < 300 ? [] : takeTurns(world.events)),
          () => 0,
        ),
      2_000_000,
      () => {
        // An odd number of turns in a life leaves the set in another order than it found it.
        if ((diaries.at(-1)?.length ?? 1) % 2 === 0) takeTurns(0);
        diaries.push([]);
      },
    );
    const difference = differenceOf(live);

    expect(difference.event).toBe(firstUnlike(diaries));
    expect(difference.where).toMatch(/^effects of s3, \[0\]\.to: \d, and then \d$/);
  });
});

describe('a campaign over a leaky scenario', () => {
  const options: ExploreOptions = {
    module: new URL('leaky-scenarios.ts', import.meta.url),
    scenarios: ['leaky-options'],
    firstSeed: 1,
    lastSeed: 1,
    forMs: null,
    jobs: 1,
    shard: { index: 1, count: 1 },
    recheckOneIn: 1,
    failuresMax: 10,
    onProgress: null,
  };

  test('ends with the verdict of exit code 3, and prints the first difference, also as JSON', async () => {
    const report = await explore(options);
    expect(EXIT_CODES[report.verdict]).toBe(3);
    expect(report.nonDeterminism.map(({ scenario, firstDifference }) => [scenario, firstDifference.event, firstDifference.where])).toEqual([
      ['leaky-options', 0, expect.stringMatching(/^the options\.workload\.thinkMsMax: \d+, and then \d+$/)],
    ]);
    expect(exploreReportLines(options, report).join('\n')).toMatch(/first {3}before the first event: the options\.workload\.thinkMsMax/);
    expect(JSON.parse(JSON.stringify(exploreReportJson(options, report)))).toMatchObject({
      verdict: 'non-determinism',
      nonDeterminism: [{ firstDifference: { event: 0 } }],
    });
  });
});
