import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY } from '../../../src/core/base/bytestring.js';
import { logIndex } from '../../../src/core/base/units.js';
import { lockMachine } from '../../../src/core/client/lock.js';
import { applyCommand } from '../../../src/core/store/store.js';
import { KEY, LockWorld } from './lock-world.js';

type Act = {
  readonly kind: 'acquire' | 'release' | 'short' | 'serve' | 'double' | 'refuse' | 'loseRequest' | 'deliver' | 'loseAnswer' | 'sleep';
  readonly pick: number;
};

function act(world: LockWorld, { kind, pick }: Act): void {
  switch (kind) {
    case 'acquire':
    case 'release':
      return world.call(pick, kind);
    case 'short': {
      const holds = world.at(pick).state.heldVersion > 0;
      return world.call(pick, holds ? 'release' : 'acquire', 150_000);
    }
    case 'double':
      return world.serve(pick, true);
    case 'sleep':
      return void world.sleep();
    default:
      return world[kind](pick);
  }
}

/** Kinds of acts that a run may do without (swarm testing). */
const OPTIONAL: Act['kind'][] = ['short', 'double', 'refuse', 'loseRequest', 'loseAnswer', 'release'];
const acts: fc.Arbitrary<Act[]> = fc
  .tuple(
    fc.subarray(OPTIONAL),
    fc.array(
      fc.record({
        kind: fc.constantFrom<Act['kind'][]>(
          'acquire',
          'acquire',
          'release',
          'short',
          'serve',
          'serve',
          'serve',
          'serve',
          'double',
          'refuse',
          'loseRequest',
          'deliver',
          'deliver',
          'deliver',
          'deliver',
          'loseAnswer',
          'sleep',
          'sleep',
        ),
        pick: fc.nat({ max: 11 }),
      }),
      { maxLength: 150, size: 'max' },
    ),
  )
  .map(([without, all]) => all.filter(({ kind }) => !without.includes(kind)));

describe.each([
  { useSessions: false, mayDouble: false },
  { useSessions: false, mayDouble: true },
  { useSessions: true, mayDouble: true },
])('a lock over a client with sessions: $useSessions, over a network that doubles: $mayDouble', (options) => {
  test('is never held by two, whatever the network does, and comes free when all is well again', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(acts, fc.nat(), (all, seed) => {
        const world = new LockWorld(3, options, seed);
        // The exclusion itself is watched at each outcome.
        for (const each of all) act(world, each);
        world.heal();
        for (const { outcomes, calls } of world.applicants) {
          expect(outcomes.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length: calls }, (_, i) => i + 1));
          for (const { kind } of outcomes) seen.add(kind);
        }
        for (const note of world.notes) seen.add(note);
        // Whoever holds it, or does not know, lets go of it; then it is free.
        world.applicants.forEach((_, i) => world.call(i, 'release'));
        world.heal();
        expect(world.value).toBe('');
        for (let i = 0; i < 3; i++) {
          world.call(i, 'acquire');
          world.heal();
          expect(world.applicants[i]?.outcomes.at(-1)?.kind).toBe('held');
          world.call(i, 'release');
          world.heal();
          expect(world.applicants[i]?.outcomes.at(-1)?.kind).toBe('released');
        }
      }),
      { numRuns: 400 },
    );
    for (const moment of ['held', 'released', 'notHeld', 'failed', 'maybe']) expect([...seen]).toContain(moment);
    if (!options.useSessions) expect([...seen]).toContain('lock-found-held-by-reading');
  });

  test('what ended "failed" never comes to hold it, also by what arrives late', () => {
    fc.assert(
      fc.property(acts, fc.nat(), (all, seed) => {
        const world = new LockWorld(2, options, seed);
        for (const each of all) act(world, each);
        world.heal();
        for (const { outcomes, isHolding, state } of world.applicants) {
          const last = outcomes.findLast(({ kind }) => kind !== 'notHeld');
          if (last?.kind === 'released') expect(world.value.startsWith(state.owner)).toBe(false);
          if (last?.kind === 'failed' && !isHolding && state.heldVersion === 0 && state.doubtVersion < 0)
            expect(world.value.startsWith(state.owner)).toBe(false);
          if (isHolding) expect(world.value.startsWith(state.owner)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** One client, one other, no sessions: the plainest world. */
const plain = (): LockWorld => new LockWorld(2, { useSessions: false, mayDouble: false }, 1);

function goesThrough(world: LockWorld): void {
  while (world.requests.length + world.answers.length > 0) {
    if (world.requests.length > 0) world.serve(0);
    else world.deliver(0);
  }
}

const last = (world: LockWorld, client: number) => world.applicants[client]?.outcomes.at(-1);

describe('acquiring', () => {
  test('a free lock takes a get and a put, and gives a version that fences off earlier holders', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    expect(last(world, 0)).toEqual({ kind: 'held', id: 1, version: 1 });
    world.call(0, 'release');
    goesThrough(world);
    world.call(1, 'acquire');
    goesThrough(world);
    expect(last(world, 1)).toEqual({ kind: 'held', id: 1, version: 3 });
  });

  test('waits for its holder, with growing pauses, and goes on when it is free', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    world.call(1, 'acquire');
    const looks: number[] = [];
    for (let i = 0; i < 6; i++) {
      goesThrough(world);
      looks.push(world.nowUs);
      world.sleep();
    }
    const pauses = looks.slice(1).map((at, i) => at - (looks[i] as number));
    pauses.forEach((pause, i) => {
      const full = Math.min(10_000 * 2 ** i, 200_000);
      expect(pause).toBeGreaterThanOrEqual(full / 2);
      expect(pause).toBeLessThanOrEqual(full + 1);
    });
    world.call(0, 'release');
    world.heal();
    expect(last(world, 1)?.kind).toBe('held');
  });

  test('gives up when its time is over, and certainly does not hold it then', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    world.call(1, 'acquire', 50_000);
    world.heal();
    expect(last(world, 1)).toEqual({ kind: 'failed', id: 1, reason: 'the time is over' });
    world.call(1, 'release');
    expect(last(world, 1)).toEqual({ kind: 'notHeld', id: 2 });
  });

  test('learns from a get that it holds it, when the answer to its put was lost', () => {
    const world = plain();
    world.call(0, 'acquire');
    world.serve(0);
    world.deliver(0);
    world.serve(0);
    world.loseAnswer(0);
    world.heal();
    expect(last(world, 0)).toEqual({ kind: 'held', id: 1, version: 1 });
    expect(world.notes).toContain('lock-found-held-by-reading');
  });

  test('twice is refused, and so is a second call while one is under way', () => {
    const world = plain();
    world.call(0, 'acquire');
    world.call(0, 'acquire');
    expect(last(world, 0)).toEqual({ kind: 'failed', id: 2, reason: 'another call is under way' });
    goesThrough(world);
    world.call(0, 'acquire');
    expect(last(world, 0)).toEqual({ kind: 'failed', id: 3, reason: 'this client holds it already' });
  });

  test('in doubt is said, and a put that comes late cannot take the lock once it was released', () => {
    const world = plain();
    world.call(0, 'acquire', 50_000);
    world.serve(0);
    world.deliver(0);
    while (last(world, 0) === undefined) world.sleep();
    expect(last(world, 0)).toMatchObject({ kind: 'maybe', id: 1 });
    const late = world.requests.splice(0);
    world.call(0, 'release');
    goesThrough(world);
    expect(last(world, 0)).toEqual({ kind: 'released', id: 2 });
    world.requests.push(...late);
    goesThrough(world);
    expect(world.value).toBe('');
  });
});

describe('releasing', () => {
  test('says "notHeld" when the key was changed by somebody who had no business there', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    world.store = applyCommand(world.store, logIndex(world.store.lastApplied + 1), {
      op: 'set',
      clientId: 0,
      sequenceNum: 0,
      key: KEY,
      value: EMPTY,
      version: 0,
    }).state;
    world.call(0, 'release');
    goesThrough(world);
    expect(last(world, 0)).toEqual({ kind: 'notHeld', id: 2 });
  });

  test('that certainly did nothing leaves it held', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    world.call(0, 'release', 50_000);
    for (let i = 0; i < 100 && world.applicants[0]?.outcomes.length === 1; i++) {
      while (world.requests.length > 0) {
        world.refuse(0);
        world.deliver(0);
      }
      world.sleep();
    }
    expect(last(world, 0)).toMatchObject({ kind: 'failed', id: 2 });
    world.call(0, 'release');
    goesThrough(world);
    expect(last(world, 0)).toEqual({ kind: 'released', id: 3 });
  });

  test('late of an earlier holding cannot free a later one of the same client', () => {
    const world = plain();
    world.call(0, 'acquire');
    goesThrough(world);
    world.call(0, 'release', 50_000);
    while (world.applicants[0]?.outcomes.length === 1) world.sleep();
    expect(last(world, 0)).toMatchObject({ kind: 'maybe' });
    const late = world.requests.splice(0);
    world.call(0, 'acquire');
    goesThrough(world);
    expect(last(world, 0)).toMatchObject({ kind: 'held', version: 2 });
    world.requests.push(...late);
    goesThrough(world);
    world.call(1, 'acquire', 100_000);
    world.heal();
    expect(last(world, 1)?.kind).toBe('failed');
  });
});

test('options that make no lock are refused', () => {
  const options = { key: KEY, owner: 'a', client: {}, pollMs: 1, pollMsMax: 1, timeLimitMs: 1 };
  expect(() => lockMachine({ ...options, owner: 'a/b' })).toThrow('without a slash');
  expect(() => lockMachine({ ...options, pollMs: 2 })).toThrow('becomes no shorter');
});
