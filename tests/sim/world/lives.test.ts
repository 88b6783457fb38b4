import { describe, expect, test } from 'vitest';
import { connectionId, micros, nodeId, operationId, type NodeId } from '../../../src/core/base/units.js';
import type { DiskStep, Effect, Input, Machine } from '../../../src/core/machine.js';
import { TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';
import type { SimDiskOptions } from '../../../src/sim/disk/disk-options.js';
import type { LinkOptions } from '../../../src/sim/network/network.js';
import type { Observer } from '../../../src/sim/world/observer.js';
import { RATIO_NEVER } from '../../../src/sim/base/random-streams.js';
import { World } from '../../../src/sim/world/world.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';

const LINK: LinkOptions = {
  delayUsMin: 1_000,
  delayUsMax: 1_000,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: false,
  queueMax: 1_000,
};
const DISK: SimDiskOptions = { operationUsMin: 100, operationUsMax: 100, syncUsMin: 500, syncUsMax: 500 };
const A = nodeId(1);
const B = nodeId(2);
const SELF = connectionId(900);

interface Diary {
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly wakeAt: number | null;
}
type Act = (input: Input<unknown, unknown>) => { readonly effects?: readonly Effect<unknown, unknown>[]; readonly wakeAt?: number | null };

/** A machine that keeps every input, and whose requests say what it is to do: a list of effects. */
function diary(
  act: Act = doAsTold,
  firstWakeAt: number | null = null,
  first: readonly Effect<unknown, unknown>[] = [],
): Machine<Diary, unknown, unknown, unknown> {
  return {
    init: () => ({ state: { inputs: [], wakeAt: firstWakeAt }, effects: first }),
    step: (state, input) => {
      const { effects = [], wakeAt } = act(input);
      return { state: { inputs: [...state.inputs, input], wakeAt: wakeAt === undefined ? state.wakeAt : wakeAt }, effects };
    },
    wakeAt: ({ wakeAt }) => (wakeAt === null ? null : micros(wakeAt)),
  };
}

function doAsTold(input: Input<unknown, unknown>): ReturnType<Act> {
  return input.kind === 'request' && Array.isArray(input.request) ? { effects: input.request as Effect<unknown, unknown>[] } : {};
}

function worldOf(machine: Machine<Diary, unknown, unknown, unknown> = diary(), observer: Observer = {}, inboxMax = 100): World {
  const world = new World({ seed: 1, options: { serverLinks: LINK, clientLinks: LINK, codecs: false, freezes: true, inboxMax }, observer });
  world.addProcess({ id: A, name: 's1', kind: 'server', machine, members: [A, B], disk: DISK, clock: TRUE_CLOCK });
  world.addProcess({ id: B, name: 's2', kind: 'server', machine: diary(), members: [A, B], disk: null, clock: TRUE_CLOCK });
  return world;
}

const send = (message: unknown): Effect<unknown, unknown> => ({ kind: 'send', to: B, message });
const STEPS: readonly DiskStep[] = [
  { kind: 'append', path: 'a', bytes: new Uint8Array(10) },
  { kind: 'sync', path: 'a' },
  { kind: 'syncDirectory' },
];
const write = (operation: number, steps = STEPS): Effect<unknown, unknown> => ({ kind: 'disk', operation: operationId(operation), steps });
const inputsOf = (world: World, id: NodeId): readonly Input<unknown, unknown>[] => (world.process(id).state as Diary).inputs;
const messagesOf = (world: World, id: NodeId): unknown[] =>
  inputsOf(world, id).flatMap((input) => (input.kind === 'message' ? [input.message] : []));

describe('a trap at a send', () => {
  test('lets the sends before it leave, and nothing of what stands behind it', () => {
    const world = worldOf();
    const told: unknown[] = [];
    world.arm(A, {
      at: 'send',
      left: 5,
      share: 0,
      spring: (sent, of) => {
        told.push([sent, of]);
        world.crash(A, { keepsPageCache: true });
      },
    });
    world.request(A, [send(1), send(2)], SELF);
    world.request(A, [send(3), write(1), { kind: 'respond', connection: SELF, response: 'x' }, send(4)], SELF);
    world.runUntil(10_000);
    // An answer counts as a send, a disk operation does not: two of the step have left, of three.
    expect([told, messagesOf(world, B), world.process(A).isUp]).toEqual([[[2, 3]], [1, 2, 3], false]);
    // The disk operation in front of it had been handed over, and went no further.
    expect(world.disk(A).list()).toEqual([]);
  });

  test('that lets the process live changes nothing but that it is told of', () => {
    const lived = (isArmed: boolean): readonly unknown[] => {
      const told: WorldEvent[] = [];
      const world = worldOf(undefined, { onWorldEvent: (_atUs, event) => told.push(event) });
      if (isArmed) world.arm(A, { at: 'send', left: 2, share: 0, spring: () => undefined });
      world.request(A, [send(1), send(2), send(3)], SELF);
      world.runUntil(10_000);
      expect(told).toEqual(isArmed ? [{ kind: 'trapMet', node: A, at: 'send', done: 1, of: 3, by: null }] : []);
      return [world.events, world.process(A).state, world.process(B).state];
    };
    expect(lived(true)).toEqual(lived(false));
  });

  test('is gone with the life that it was set for', () => {
    const world = worldOf();
    world.arm(A, { at: 'send', left: 1, share: 0, spring: () => world.crash(A, { keepsPageCache: true }) });
    world.crash(A, { keepsPageCache: true });
    world.restart(A);
    world.request(A, [send(1)], SELF);
    world.runUntil(10_000);
    expect(messagesOf(world, B)).toEqual([1]);
  });
});

describe('a trap at a disk operation', () => {
  /** Five places in three steps; `share` falls into the middle of one of them. */
  function dieAt(place: number): { world: World; told: unknown[] } {
    const world = worldOf();
    const told: unknown[] = [];
    world.arm(A, {
      at: 'disk',
      left: 1,
      share: (place + 0.5) / 5,
      spring: (done, of) => {
        told.push(world.nowUs, done, of);
        world.crash(A, { keepsPageCache: true });
      },
    });
    world.request(A, [write(1), send('behind')], SELF);
    world.runUntil(20_000);
    return { world, told };
  }

  test.each([
    ['as it is handed over: nothing behind it in the step happens', 0, [0, -1, 3], [], null, null],
    ['before its first step', 1, [100, 0, 3], ['behind'], null, null],
    ['between the write and its sync', 2, [100, 1, 3], ['behind'], 10, null],
    ['between the sync and the sync of the directory', 3, [600, 2, 3], ['behind'], 10, null],
    ['when all is done and nobody has heard of it', 4, [1_100, 3, 3], ['behind'], 10, 10],
  ])('kills %s', (_title, place, told, messages, cached, durable) => {
    const stage = dieAt(place);
    expect(stage.told).toEqual(told);
    expect(messagesOf(stage.world, B)).toEqual(messages);
    expect(stage.world.disk(A).cachedBytes('a')?.length ?? null).toBe(cached);
    // A name that is not durable hides what is.
    expect(stage.world.disk(A).durableBytes('a')?.length ?? null).toBe(durable);
    expect(stage.world.process(A).isUp).toBe(false);
  });

  test('counts operations, and springs at one that fails on its way to the place', () => {
    const world = worldOf();
    const told: unknown[] = [];
    world.arm(A, { at: 'disk', left: 2, share: 0.99, spring: (done, of) => told.push(done, of) });
    world.disk(A).failNext('sync', null);
    world.request(
      A,
      [
        write(1, [{ kind: 'append', path: 'a', bytes: new Uint8Array(1) }]),
        write(2, [
          { kind: 'append', path: 'b', bytes: new Uint8Array(1) },
          { kind: 'sync', path: 'b' },
        ]),
      ],
      SELF,
    );
    world.runUntil(10_000);
    expect(told).toEqual([1, 2]);
    expect(inputsOf(world, A).filter(({ kind }) => kind === 'disk')).toMatchObject([
      { outcome: { ok: true } },
      { outcome: { ok: false, at: 1 } },
    ]);
  });

  test('that lets the process live lets the operation go on where it stood', () => {
    const world = worldOf();
    world.arm(A, { at: 'disk', left: 1, share: 0.5, spring: () => undefined });
    world.request(A, [write(1)], SELF);
    world.runUntil(10_000);
    expect(inputsOf(world, A)).toMatchObject([{ kind: 'request' }, { kind: 'disk', now: 1_100, outcome: { ok: true } }]);
  });

  test('waits for a disk that stalls', () => {
    const world = worldOf();
    const told: number[] = [];
    world.disk(A).stallUntil(5_000);
    world.arm(A, { at: 'disk', left: 1, share: 0.3, spring: () => told.push(world.nowUs) });
    world.request(A, [write(1)], SELF);
    world.runUntil(10_000);
    expect(told).toEqual([5_000]);
  });

  test('set for a process that is down, it strikes in the next life, in its boot if it comes to that', () => {
    const world = worldOf(diary(doAsTold, null, [write(1), send('booted')]));
    world.runUntil(10_000);
    world.crash(A, { keepsPageCache: true });
    world.arm(A, { at: 'disk', left: 1, share: 0, spring: () => world.crash(A, { keepsPageCache: true }) });
    world.restart(A);
    world.runUntil(20_000);
    // The very first boot spoke to nobody: the other one was not there yet.
    expect([world.process(A).isUp, messagesOf(world, B)]).toEqual([false, []]);
    world.restart(A);
    world.runUntil(30_000);
    expect([world.process(A).isUp, messagesOf(world, B)]).toEqual([true, ['booted']]);
  });
});

describe('a slow process', () => {
  const SLOWLY = { usMin: 3_000, usMax: 3_000 };

  test('works through its inputs one by one: reads each when it takes it up, acts when the span is over', () => {
    const world = worldOf();
    world.slow(A, SLOWLY);
    for (let i = 1; i <= 3; i++) world.request(A, [send(i)], SELF);
    world.runUntil(2_000);
    expect(inputsOf(world, A)).toEqual([]);
    world.runUntil(50_000);
    expect(inputsOf(world, A).map(({ now }) => now)).toEqual([0, 3_000, 6_000]);
    // Sent when the span was over, a millisecond under way.
    expect(inputsOf(world, B).map(({ now }) => now)).toEqual([4_000, 7_000, 10_000]);
  });

  test('is woken late, in its turn, and never before its time', () => {
    const world = worldOf(
      diary((input) => (input.kind === 'wake' ? { wakeAt: input.now < 20_000 ? 20_000 : null } : doAsTold(input)), 2_000),
    );
    world.slow(A, SLOWLY);
    world.request(A, [], SELF);
    world.runUntil(100_000);
    expect(inputsOf(world, A).map(({ kind, now }) => [kind, now])).toEqual([
      ['request', 0],
      ['wake', 3_000],
      ['wake', 20_000],
    ]);
  });

  test('its disk keeps its pace, and reports wait in line with the rest; the line is bounded for all but those', () => {
    const world = worldOf(diary(), {}, 3);
    world.request(A, [write(1)], SELF);
    world.runUntil(1);
    world.slow(A, SLOWLY);
    for (let i = 1; i <= 5; i++) world.request(A, i, SELF);
    world.runUntil(2_000);
    expect(world.disk(A).durableBytes('a')).toHaveLength(10);
    expect(world.messagesLost).toBe(2);
    world.runUntil(100_000);
    expect(
      inputsOf(world, A)
        .slice(1)
        .map(({ kind }) => kind),
    ).toEqual(['request', 'request', 'request', 'disk']);
  });

  test('made quick again it gets all that waited at once, in order', () => {
    const world = worldOf();
    world.slow(A, SLOWLY);
    for (let i = 1; i <= 4; i++) world.request(A, [send(i)], SELF);
    world.runUntil(4_000);
    world.slow(A, null);
    world.runUntil(50_000);
    expect(inputsOf(world, A).map(({ now }) => now)).toEqual([0, 4_000, 4_000, 4_000]);
    expect(messagesOf(world, B)).toEqual([1, 2, 3, 4]);
  });

  test('paused and resumed it goes on with the line; dead it forgets it, and comes back quick', () => {
    const world = worldOf();
    world.slow(A, SLOWLY);
    for (let i = 1; i <= 3; i++) world.request(A, [send(i)], SELF);
    world.runUntil(4_000);
    world.pause(A);
    world.runUntil(20_000);
    expect(messagesOf(world, B)).toEqual([1]);
    world.resume(A);
    world.runUntil(24_500);
    expect(messagesOf(world, B)).toEqual([1, 2]);
    world.crash(A, { keepsPageCache: true });
    world.restart(A);
    world.request(A, [send('quick')], SELF);
    world.runUntil(60_000);
    expect(inputsOf(world, B).at(-1)).toMatchObject({ message: 'quick', now: 25_500 });
    expect(messagesOf(world, B)).toEqual([1, 2, 'quick']);
  });

  test('lives the same life for the same seed', () => {
    const digestOf = (): string => {
      const world = worldOf();
      world.slow(A, { usMin: 10, usMax: 5_000 });
      for (let i = 1; i <= 9; i++) world.request(A, [send(i)], SELF);
      world.runUntil(100_000);
      return world.digest();
    };
    expect(digestOf()).toBe(digestOf());
  });
});

describe('a graceful stop', () => {
  test('takes nothing new, lets the disk finish what the machine asks for in turn, and ends', () => {
    const faults: string[] = [];
    const chain: Act = (input) =>
      input.kind === 'disk' && input.operation < 3
        ? {
            effects: [
              write(input.operation + 1, [
                { kind: 'append', path: 'a', bytes: new Uint8Array(10) },
                { kind: 'sync', path: 'a' },
              ]),
            ],
          }
        : doAsTold(input);
    const world = worldOf(diary(chain, 4_000), { onWorldEvent: (_at, { kind }) => faults.push(kind) });
    world.request(A, [write(1)], SELF);
    world.request(B, [{ kind: 'send', to: A, message: 'too late' }], SELF);
    world.runUntil(500);
    let ended = -1;
    world.stop(A, () => {
      ended = world.nowUs;
    });
    world.request(A, [send('never')], SELF);
    world.runUntil(50_000);
    // Write and directory took 1 100 us, then two appends with a sync each 600.
    expect([faults, ended, world.process(A).isUp]).toEqual([['stopping', 'stopped'], 2_300, false]);
    expect(world.disk(A).durableBytes('a')).toHaveLength(30);
    expect(world.disk(A).hasPendingWrites).toBe(false);
    expect(messagesOf(world, B)).toEqual([]);
  });

  test('of one whose disk is idle is over at once, and a second wish is heard too', () => {
    const world = worldOf();
    const told: string[] = [];
    world.request(A, [write(1)], SELF);
    world.runUntil(200);
    world.stop(A, () => told.push('first'));
    world.stop(A, () => told.push('second'));
    expect(told).toEqual([]);
    world.runUntil(50_000);
    world.restart(A);
    world.stop(A, () => told.push('again'));
    expect([told, world.process(A).isUp]).toEqual([['first', 'second', 'again'], false]);
    world.stop(A, () => told.push('of one that is down'));
    expect(told).toHaveLength(3);
  });

  test('told to a paused process waits for it; told to a slow one takes as long as its reports do', () => {
    const world = worldOf();
    world.request(A, [write(1)], SELF);
    world.runUntil(200);
    world.pause(A);
    world.stop(A, () => undefined);
    world.runUntil(50_000);
    expect(world.process(A).isUp).toBe(true);
    world.resume(A);
    world.runUntil(50_001);
    expect(world.process(A).isUp).toBe(false);

    world.restart(A);
    world.slow(A, { usMin: 9_000, usMax: 9_000 });
    world.request(A, [write(2)], SELF);
    world.request(A, [send('dropped with the line')], SELF);
    world.runUntil(60_000);
    world.stop(A, () => undefined);
    // The disk is done at 60 101 us.
    world.runUntil(69_100);
    expect(world.process(A).isUp).toBe(true);
    world.runUntil(69_101);
    expect([world.process(A).isUp, messagesOf(world, B)]).toEqual([false, []]);
  });

  test('ends with what the machine asks of the disk last of all, and tells it nothing of that', () => {
    const heard: string[] = [];
    const lastWords = [
      { kind: 'append', path: 'a', bytes: new Uint8Array(7) },
      { kind: 'sync', path: 'a' },
    ] as const;
    const machine = {
      ...diary((input) => {
        heard.push(input.kind);
        return doAsTold(input);
      }, 4_000),
      closing: () => lastWords,
    };
    const world = worldOf(machine);
    world.request(A, [write(1)], SELF);
    world.runUntil(200);
    let ended = -1;
    const before = heard.length;
    world.stop(A, () => {
      ended = world.nowUs;
    });
    world.runUntil(50_000);
    expect([heard.slice(before).filter((kind) => kind === 'disk'), world.process(A).isUp, ended > 200]).toEqual([['disk'], false, true]);
    expect(world.disk(A).durableBytes('a')?.length).toBe(17);
  });

  test('dies with its last words unsaid where the power goes before', () => {
    const machine = {
      ...diary(doAsTold),
      closing: () =>
        [
          { kind: 'append', path: 'b', bytes: new Uint8Array(7) },
          { kind: 'sync', path: 'b' },
        ] as const,
    };
    const world = worldOf(machine);
    let ends = 0;
    let springs = 0;
    const spring = (): void => {
      springs++;
      world.crash(A, { keepsPageCache: false });
    };
    world.arm(A, { at: 'disk', left: 1, share: 0, spring });
    world.stop(A, () => {
      ends++;
    });
    // Its closing steps are what the trap sprang at: without them it would have ended in good order, and as silently.
    expect([ends, springs, world.process(A).isUp]).toEqual([1, 1, false]);
    world.runUntil(50_000);
    expect([ends, springs, world.disk(A).list()]).toEqual([1, 1, []]);
  });

  test('cut short by a crash counts as over', () => {
    const world = worldOf();
    let ends = 0;
    world.request(A, [write(1)], SELF);
    world.runUntil(200);
    world.stop(A, () => {
      ends++;
    });
    world.crash(A, { keepsPageCache: false });
    expect([ends, world.process(A).isUp]).toEqual([1, false]);
    world.restart(A);
    world.request(A, [send('well')], SELF);
    world.runUntil(50_000);
    expect([ends, messagesOf(world, B)]).toEqual([1, ['well']]);
  });
});

test('relieved, a process is quick, awake and untrapped; one that was stopping has stopped', () => {
  const world = worldOf();
  world.arm(A, { at: 'send', left: 1, share: 0, spring: () => world.crash(A, { keepsPageCache: true }) });
  world.slow(A, { usMin: 9_000, usMax: 9_000 });
  world.pause(A);
  world.request(A, [send(1)], SELF);
  world.runUntil(100);
  world.relieve(A);
  world.runUntil(2_000);
  expect(messagesOf(world, B)).toEqual([1]);
  world.request(A, [write(1)], SELF);
  world.runUntil(2_001);
  world.stop(A, () => undefined);
  world.relieve(A);
  expect(world.process(A).isUp).toBe(false);
});

test('another machine is installed while the process is down, and only then', () => {
  const world = worldOf();
  const other = diary(() => ({ effects: [send('other')] }));
  expect(() => world.install(A, other, 'later')).toThrow(/while it is down/);
  world.crash(A, { keepsPageCache: true });
  world.install(A, other, 'later');
  world.restart(A);
  world.request(A, 'anything', SELF);
  world.runUntil(10_000);
  expect(messagesOf(world, B)).toEqual(['other']);
});
