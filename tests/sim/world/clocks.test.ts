import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../src/core/base/units.js';
import type { Input, Machine } from '../../../src/core/machine.js';
import type { ClockOptions, ClockSource } from '../../../src/sim/base/node-clock.js';
import type { LinkOptions } from '../../../src/sim/network/link-options.js';
import { RATIO_NEVER } from '../../../src/sim/base/random-streams.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';
import { World } from '../../../src/sim/world/world.js';

const A = nodeId(1);
const B = nodeId(2);
const LINK: LinkOptions = {
  delayUsMin: 10,
  delayUsMax: 90,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 1_000,
};
const CLOCK: ClockOptions = { offsetUs: 10_000, ratePpm: 150 };
const BEAT_US = 1_000;

/** Keeps all that it was told; each time its deadline has come it writes to B and sets the next one. */
interface Diary {
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly deadline: number;
}

const beating: Machine<Diary, unknown, unknown, unknown> = {
  init: ({ now }) => ({ state: { inputs: [], deadline: now + BEAT_US }, effects: [] }),
  step: (state, input) => {
    const isDue = input.kind === 'wake' && input.now >= state.deadline;
    return {
      state: { inputs: [...state.inputs, input], deadline: isDue ? input.now + BEAT_US : state.deadline },
      effects: isDue ? [{ kind: 'send', to: B, message: input.now }] : [],
    };
  },
  wakeAt: ({ deadline }) => micros(deadline),
};

function worldOf(clockSource?: ClockSource): { readonly world: World; readonly faults: WorldEvent[] } {
  const faults: WorldEvent[] = [];
  const options = { serverLinks: LINK, clientLinks: LINK, codecs: false, freezes: true, inboxMax: 10 };
  const world = new World({ seed: 1, options, observer: { onWorldEvent: (_atUs, event) => void faults.push(event) } });
  for (const id of [A, B]) {
    const spec = { id, name: `s${id}`, kind: 'server', machine: beating, members: [A, B], disk: null, clock: CLOCK } as const;
    world.addProcess(clockSource === undefined ? spec : { ...spec, clockSource });
  }
  return { world, faults };
}

const inputsOf = (world: World, id = A): readonly Input<unknown, unknown>[] => (world.process(id).state as Diary).inputs;
const nowsOf = (world: World): readonly number[] => inputsOf(world).map(({ now }) => now);

/** Something done to the wall clock of A: a step, or a freeze of such a length. */
const wallDeed = fc.record({
  afterUs: fc.nat({ max: 2_000 }),
  byUs: fc.integer({ min: -50_000, max: 50_000 }),
  freezesUs: fc.option(fc.nat({ max: 3_000 })),
});

function doToWall(
  world: World,
  deeds: readonly { readonly afterUs: number; readonly byUs: number; readonly freezesUs: number | null }[],
): void {
  let atUs = 0;
  for (const { afterUs, byUs, freezesUs } of deeds) {
    atUs += afterUs;
    world.schedule(atUs, () => {
      if (freezesUs === null) return world.clocks.stepWall(A, byUs);
      world.clocks.freeze(A, 'wall');
      world.schedule(world.nowUs + freezesUs, () => world.clocks.thaw(A, 'wall', byUs < 0 ? 'goOn' : 'catchUp'));
    });
  }
}

describe('what is done to a wall clock', () => {
  test('a machine on monotonic time never notices: the same inputs at the same moments, and not one event more', () => {
    const calm = worldOf().world;
    calm.runUntil(40_000);
    fc.assert(
      fc.property(fc.array(wallDeed, { maxLength: 12 }), (deeds) => {
        const { world } = worldOf();
        doToWall(world, deeds);
        world.runUntil(40_000);
        expect(inputsOf(world)).toEqual(inputsOf(calm));
        expect(inputsOf(world, B)).toEqual(inputsOf(calm, B));
        expect(world.events - calm.events).toBe(deeds.length + deeds.filter(({ freezesUs }) => freezesUs !== null).length);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test('a machine on wall time notices all of it: it is woken when its own clock says so, and its time goes back', () => {
    const { world, faults } = worldOf('wall');
    world.clocks.setRate(A, 0);
    world.clocks.setRate(B, 0);
    world.runUntil(500);
    world.clocks.stepWall(A, 400);
    world.runUntil(600);
    expect(nowsOf(world)).toEqual([11_000]);
    world.clocks.stepWall(A, -5_000);
    world.runUntil(6_599);
    expect(
      nowsOf(world)
        .slice(1)
        .filter((now) => now !== 11_000 && inputsOf(world).some((input) => input.kind === 'wake' && input.now === now)),
    ).toEqual([]);
    world.runUntil(6_600);
    expect(
      inputsOf(world)
        .filter(({ kind }) => kind === 'wake')
        .map(({ now }) => now),
    ).toEqual([11_000, 12_000]);
    expect(faults.slice(2)).toMatchObject([
      { kind: 'wallClockSetForward', node: A, byUs: 400 },
      { kind: 'wallClockSetBack', node: A, byUs: 5_000 },
    ]);
    expect(world.process(A).monotonic.at(6_600)).toBe(16_600);
  });

  test('going back behind the first moment stops there, and says by how much it went', () => {
    const { world, faults } = worldOf();
    world.clocks.stepWall(A, -1_000_000);
    expect([world.process(A).wall.at(0), world.process(A).monotonic.at(0)]).toEqual([0, 10_000]);
    expect(faults).toMatchObject([{ kind: 'wallClockSetBack', node: A, byUs: 10_000 }]);
  });
});

describe('a freeze', () => {
  const frozenFrom1500 = (how: 'goOn' | 'catchUp') => {
    const { world } = worldOf();
    for (const id of [A, B]) world.clocks.setRate(id, 0);
    world.runUntil(1_500);
    world.clocks.freeze(A, 'both');
    world.runUntil(6_500);
    expect(inputsOf(world).filter(({ kind }) => kind === 'wake')).toHaveLength(1);
    world.clocks.thaw(A, 'both', how);
    world.runUntil(7_200);
    return inputsOf(world)
      .filter(({ kind }) => kind === 'wake')
      .map(({ now }) => now);
  };

  test('holds every timer back, and each comes due when the clock gets there', () => {
    // Frozen at 11 500 with a deadline at 12 000: 500 us after the thaw, or at once and far too late.
    expect(frozenFrom1500('goOn')).toEqual([11_000, 12_000]);
    expect(frozenFrom1500('catchUp')).toEqual([11_000, 16_500]);
  });

  test('lets messages come, all at the one moment that the clock shows', () => {
    const { world } = worldOf();
    world.runUntil(500);
    world.clocks.freeze(B, 'both');
    world.runUntil(8_000);
    const nows = inputsOf(world, B).map(({ kind, now }) => [kind, now]);
    expect(nows).toHaveLength(8 - 1);
    expect(new Set(nows.map(String))).toEqual(new Set(['message,10500']));
  });

  test('that overlaps another ends with it, and both clocks end as they should', () => {
    const { world, faults } = worldOf();
    world.clocks.freeze(A, 'wall');
    world.clocks.freeze(A, 'both');
    world.clocks.thaw(A, 'wall', 'catchUp');
    const { wall, monotonic } = world.process(A);
    expect([wall.isFrozen, monotonic.isFrozen]).toEqual([true, true]);
    world.clocks.thaw(A, 'both', 'goOn');
    expect([wall.isFrozen, monotonic.isFrozen]).toEqual([false, false]);
    expect(faults).toMatchObject([
      { kind: 'clockFroze', node: A, which: 'wall' },
      { kind: 'clockFroze', node: A, which: 'both' },
      { kind: 'clockThawed', node: A, which: 'both', how: 'goOn' },
    ]);
  });

  test('of all clocks ends at once, and says nothing of those that ran', () => {
    const { world, faults } = worldOf();
    world.clocks.freeze(A, 'both');
    world.clocks.freeze(A, 'both');
    world.clocks.freeze(B, 'wall');
    faults.length = 0;
    world.clocks.thawAll();
    world.clocks.thawAll();
    expect(faults).toMatchObject([
      { kind: 'clockThawed', node: A, which: 'both', how: 'goOn' },
      { kind: 'clockThawed', node: B, which: 'wall', how: 'goOn' },
    ]);
    expect(world.processes.flatMap(({ wall, monotonic }) => [wall.isFrozen, monotonic.isFrozen])).toEqual([false, false, false, false]);
  });

  test('in which a machine asks for the present for ever is found all the same', () => {
    const { world } = worldOf();
    world.addProcess({
      id: nodeId(3),
      name: 's3',
      kind: 'server',
      members: [A, B],
      disk: null,
      clock: CLOCK,
      machine: { ...beating, step: (state) => ({ state, effects: [] }) },
    });
    world.runUntil(900);
    world.clocks.jump(nodeId(3), 200);
    world.clocks.freeze(nodeId(3), 'both');
    expect(world.runUntil(5_000)).toMatchObject({ property: 'wake-loop', atMs: 0.9, servers: [3] });
  });
});

describe('a monotonic clock', () => {
  test('goes back only in a world that allows it', () => {
    const { world, faults } = worldOf();
    world.runUntil(2_500);
    expect(() => world.clocks.stepBack(A, 10)).toThrow('only where a run declares that its clocks lie');
    world.clocks.allowLies();
    world.clocks.stepBack(A, 2_000);
    expect([world.process(A).monotonic.at(2_500), world.process(A).wall.at(2_500)]).toEqual([10_500, 10_500]);
    expect(faults).toMatchObject([{ kind: 'clockWentBack', node: A, byUs: 2_000 }]);
    world.runUntil(4_900);
    expect(inputsOf(world).filter(({ kind }) => kind === 'wake')).toHaveLength(2 + 0);
    world.runUntil(5_100);
    expect(inputsOf(world).filter(({ kind }) => kind === 'wake')).toHaveLength(3);
  });
});
