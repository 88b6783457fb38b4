import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/core/base/assert.js';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, operationId, type NodeId } from '../../../src/core/base/units.js';
import type { DiskOutcome, Effect, Input, Machine } from '../../../src/core/machine.js';
import { echoCodecs, echoNode, type EchoResponse } from '../../../src/core/systems/echo/echo.js';
import { TRUE_CLOCK, type ClockOptions } from '../../../src/sim/base/node-clock.js';
import { INSTANT_DISK, type SimDiskOptions } from '../../../src/sim/disk/disk-options.js';
import type { LinkOptions } from '../../../src/sim/network/network.js';
import type { Observer } from '../../../src/sim/world/observer.js';
import { RATIO_ALWAYS, RATIO_NEVER, ratio } from '../../../src/sim/base/random-streams.js';
import { World } from '../../../src/sim/world/world.js';
import type { WorldOptions } from '../../../src/sim/world/world-options.js';

const LINK: LinkOptions = {
  delayUsMin: 1_000,
  delayUsMax: 10_000,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 1_000,
};
const OPTIONS: WorldOptions = { serverLinks: LINK, clientLinks: LINK, codecs: false, freezes: true, inboxMax: 100 };
const A = nodeId(1);
const B = nodeId(2);
const C = nodeId(3);

const worldOf = (link: Partial<LinkOptions> = {}, observer: Observer = {}, seed = 1): World =>
  new World({ seed, options: { ...OPTIONS, serverLinks: { ...LINK, ...link } }, observer });

/** A machine that keeps every input it was given, wants to be woken as told, and does what `act` says. */
interface Diary {
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly wakeAt: number | null;
}
type Act = (input: Input<unknown, unknown>) => { readonly effects?: readonly Effect<unknown, unknown>[]; readonly wakeAt?: number | null };

function diary(act: Act = () => ({}), firstWakeAt: number | null = null): Machine<Diary, unknown, unknown, unknown> {
  return {
    init: () => ({ state: { inputs: [], wakeAt: firstWakeAt }, effects: [] }),
    step: (state, input) => {
      const { effects = [], wakeAt } = act(input);
      return { state: { inputs: [...state.inputs, input], wakeAt: wakeAt === undefined ? state.wakeAt : wakeAt }, effects };
    },
    wakeAt: ({ wakeAt }) => (wakeAt === null ? null : micros(wakeAt)),
  };
}

/** Sends what the application asks of it, as { to, message }. */
const postman: Act = (input) =>
  input.kind === 'request' ? { effects: [{ kind: 'send', ...(input.request as { to: NodeId; message: unknown }) }] } : {};

interface Extra {
  readonly kind?: 'server' | 'client';
  readonly clock?: ClockOptions;
  readonly disk?: SimDiskOptions | null;
}

function add(world: World, id: NodeId, machine: Machine<Diary, unknown, unknown, unknown>, extra: Extra = {}): void {
  const { kind = 'server', clock = TRUE_CLOCK, disk = null } = extra;
  world.addProcess({ id, name: `${kind === 'server' ? 's' : 'c'}${id}`, kind, machine, members: [A, B, C], disk, clock });
}

const inputsOf = (world: World, id: NodeId): readonly Input<unknown, unknown>[] => (world.process(id).state as Diary).inputs;
const messagesOf = (world: World, id: NodeId): unknown[] =>
  inputsOf(world, id).flatMap((input) => (input.kind === 'message' ? [input.message] : []));
const send = (world: World, from: NodeId, to: NodeId, message: unknown): boolean => world.request(from, { to, message }, connectionId(900));

function pair(link: Partial<LinkOptions> = {}, observer: Observer = {}): World {
  const world = worldOf(link, observer);
  add(world, A, diary(postman));
  add(world, B, diary(postman));
  return world;
}

describe('echo, the smallest guest', () => {
  function echoWorld(seed: number, link: LinkOptions, codecs = false): { world: World; answers: EchoResponse[] } {
    const answers: EchoResponse[] = [];
    const world = new World({ seed, options: { ...OPTIONS, serverLinks: link, codecs } });
    for (const id of [A, B, C]) {
      world.addProcess({
        id,
        name: `s${id}`,
        kind: 'server',
        machine: echoNode(),
        members: [A, B, C],
        disk: null,
        clock: TRUE_CLOCK,
        codecs: echoCodecs,
        onRespond: (_, response) => answers.push(response),
      });
    }
    for (let i = 0; i < 50; i++) {
      world.schedule(i * 3_000, () => world.request(nodeId(1 + (i % 3)), { text: byteStringFromText(`hello ${i}`) }, connectionId(900)));
    }
    return { world, answers };
  }

  test('same seed, same digest; another seed, another digest', () => {
    const digestOf = (seed: number): string => {
      const { world } = echoWorld(seed, { ...LINK, lossRatio: ratio(1, 10), duplicateRatio: ratio(1, 10) });
      expect(world.runUntil(1_000_000)).toBeNull();
      return world.digest();
    };
    const digests = Array.from({ length: 20 }, (_, seed) => digestOf(seed));
    expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(digests.map((_, seed) => digestOf(seed))).toEqual(digests);
    expect(new Set(digests).size).toBe(20);
  });

  test('every call is answered: by all peers on a calm network, by fewer when one is dead', () => {
    const calm = echoWorld(1, LINK);
    calm.world.runUntil(1_000_000);
    expect(calm.answers.map(({ echoes }) => echoes)).toEqual(Array.from({ length: 50 }, () => 2));

    const hurt = echoWorld(1, LINK);
    hurt.world.runUntil(60_000);
    hurt.world.crash(C, { keepsPageCache: true });
    hurt.world.runUntil(1_000_000);
    expect(new Set(hurt.answers.map(({ echoes }) => echoes))).toEqual(new Set([2, 1]));
  });

  test('lives the same life when every message goes through its bytes', () => {
    const plain = echoWorld(3, LINK);
    const coded = echoWorld(3, LINK, true);
    plain.world.runUntil(1_000_000);
    coded.world.runUntil(1_000_000);
    expect(coded.answers).toEqual(plain.answers);
    expect(coded.world.digest()).toBe(plain.world.digest());
  });

  test('looking changes nothing: watched and unwatched runs have one digest', () => {
    const watched = echoWorld(3, LINK);
    let steps = 0;
    watched.world.setObserver({
      onStep: () => {
        steps++;
      },
      onSend: () => undefined,
    });
    const unwatched = echoWorld(3, LINK);
    watched.world.runUntil(1_000_000);
    while (unwatched.world.nextEventUs <= 1_000_000) unwatched.world.step();
    expect(steps).toBeGreaterThan(100);
    expect(unwatched.world.digest()).toBe(watched.world.digest());
  });
});

describe('the network', () => {
  test('delivers within its bounds of delay, as a message from its sender', () => {
    const world = pair();
    for (let i = 0; i < 200; i++) send(world, A, B, i);
    world.runUntil(20_000);
    const arrivals = inputsOf(world, B);
    expect(arrivals).toHaveLength(200);
    for (const input of arrivals) {
      expect(input).toMatchObject({ kind: 'message', from: A });
      expect(input.now).toBeGreaterThanOrEqual(1_000);
      expect(input.now).toBeLessThanOrEqual(10_000);
    }
    expect([Math.min(...arrivals.map(({ now }) => now)) < 1_500, Math.max(...arrivals.map(({ now }) => now)) > 9_500]).toEqual([
      true,
      true,
    ]);
  });

  test('lets messages overtake each other, or keeps them in order when told to', () => {
    const orderOf = (reorders: boolean): unknown[] => {
      const world = pair({ reorders });
      for (let i = 0; i < 100; i++) send(world, A, B, i);
      world.runUntil(20_000);
      return messagesOf(world, B);
    };
    const inOrder = Array.from({ length: 100 }, (_, i) => i);
    expect(orderOf(false)).toEqual(inOrder);
    expect(orderOf(true)).not.toEqual(inOrder);
    expect(new Set(orderOf(true))).toEqual(new Set(inOrder));
  });

  test('loses and doubles about as many as told; switching loss off leaves the doubled ones as they were', () => {
    const fatesOf = (link: Partial<LinkOptions>): string[] => {
      const fates: string[] = [];
      const world = pair({ queueMax: 2_000, ...link }, { onSend: (...seen) => fates.push(seen[4]) });
      for (let i = 0; i < 1_000; i++) send(world, A, B, i);
      world.runUntil(20_000);
      expect(messagesOf(world, B)).toHaveLength(1_000 + count(fates, 'duplicated') - count(fates, 'lost'));
      return fates;
    };
    const count = (fates: string[], fate: string): number => fates.filter((one) => one === fate).length;
    const both = fatesOf({ lossRatio: ratio(1, 2), duplicateRatio: ratio(1, 10) });
    expect(Math.abs(count(both, 'lost') - 500)).toBeLessThan(60);
    expect(Math.abs(count(both, 'duplicated') - 100)).toBeLessThan(40);
    const withoutLoss = fatesOf({ duplicateRatio: ratio(1, 10) });
    expect(withoutLoss.map((fate) => fate === 'duplicated')).toEqual(both.map((fate) => fate === 'duplicated'));
    expect(count(fatesOf({ lossRatio: RATIO_ALWAYS }), 'lost')).toBe(1_000);
  });

  test('a cut is one-way, takes what is under way even if healed in time, and ends with healing', () => {
    const world = pair({ delayUsMin: 5_000, delayUsMax: 5_000 });
    send(world, A, B, 'under way');
    send(world, B, A, 'the other way');
    world.runUntil(1_000);
    world.cut(A, B);
    send(world, A, B, 'while cut');
    world.runUntil(2_000);
    world.heal(A, B);
    send(world, A, B, 'after');
    world.runUntil(20_000);
    expect(messagesOf(world, B)).toEqual(['after']);
    expect(messagesOf(world, A)).toEqual(['the other way']);
    expect(world.messagesLost).toBe(2);
  });

  test('a partition cuts between groups and not inside them', () => {
    const world = pair();
    add(world, C, diary(postman));
    world.partition([[A, B], [C]]);
    for (const from of [A, B, C]) for (const to of [A, B, C]) if (from !== to) send(world, from, to, `${from}>${to}`);
    world.runUntil(20_000);
    expect([A, B, C].map((id) => messagesOf(world, id))).toEqual([['2>1'], ['1>2'], []]);
    world.healAll();
    send(world, C, A, 'healed');
    world.runUntil(40_000);
    expect(messagesOf(world, A)).toEqual(['2>1', 'healed']);
  });

  test('a full link overflows; a held one gathers and bursts', () => {
    const fates: string[] = [];
    const world = pair({ queueMax: 3, delayUsMin: 1_000, delayUsMax: 1_000 }, { onSend: (...seen) => fates.push(seen[4]) });
    world.hold(A, B);
    for (let i = 0; i < 4; i++) send(world, A, B, i);
    world.runUntil(50_000);
    expect([messagesOf(world, B), fates]).toEqual([[], ['delivered', 'delivered', 'delivered', 'overflow']]);
    world.release(A, B);
    world.runUntil(51_000);
    expect(messagesOf(world, B)).toEqual([0, 1, 2]);
    send(world, A, B, 'room again');
    world.runUntil(60_000);
    expect(messagesOf(world, B)).toHaveLength(4);
  });

  test('a message to a member that has not come into the world yet is lost', () => {
    const world = worldOf();
    add(world, A, diary(postman));
    send(world, A, B, 'anybody?');
    expect(world.runUntil(20_000)).toBeNull();
    expect(world.messagesLost).toBe(1);
  });

  test("a client's send is a request with its number as connection; the answer comes back as its message", () => {
    const world = worldOf();
    const outcomes: unknown[] = [];
    add(
      world,
      A,
      diary((input) =>
        input.kind === 'request'
          ? { effects: [{ kind: 'respond', connection: input.connection, response: `re: ${String(input.request)}` }] }
          : {},
      ),
    );
    world.addProcess({
      id: C,
      name: 'c1',
      kind: 'client',
      members: [A],
      disk: null,
      clock: TRUE_CLOCK,
      machine: diary((input) =>
        input.kind === 'message'
          ? { effects: [{ kind: 'respond', connection: connectionId(5), response: input.message }] }
          : postman(input),
      ),
      onRespond: (connection, response, atUs) => outcomes.push([connection, response, atUs === world.nowUs]),
    });
    send(world, C, A, 'question');
    world.runUntil(30_000);
    expect(inputsOf(world, A)).toMatchObject([{ kind: 'request', connection: C, request: 'question' }]);
    expect(outcomes).toEqual([[5, 're: question', true]]);
  });
});

describe('timers', () => {
  test('wake at the wish or later by the own clock, never earlier, whatever the clock', () => {
    for (const ratePpm of [0, 137, -137, 250_000, -250_000]) {
      const world = worldOf();
      add(
        world,
        A,
        diary((input) => ({ wakeAt: input.now + 777 }), 1_000_777),
        { clock: { offsetUs: 1_000_000, ratePpm } },
      );
      let wish = 1_000_777;
      world.setObserver({
        onStep: (_at, _node, input, _before, after) => {
          expect(input?.kind).toBe('wake');
          expect(input?.now).toBeGreaterThanOrEqual(wish);
          expect((input?.now ?? 0) - wish).toBeLessThanOrEqual(1);
          wish = (after as Diary).wakeAt ?? 0;
        },
      });
      world.runUntil(1_000_000);
      expect(inputsOf(world, A).length).toBeGreaterThan(900);
    }
  });

  test('a deadline that moves later with every message costs no event; one that moves earlier is kept', () => {
    const world = worldOf({ delayUsMin: 100, delayUsMax: 100 });
    add(
      world,
      A,
      diary((input) => ({ wakeAt: input.kind === 'wake' ? null : input.now + 50_000 }), 50_000),
    );
    add(world, B, diary(postman));
    for (let i = 0; i < 400; i++)
      world.schedule(i * 100, () => {
        send(world, B, A, i);
      });
    world.runUntil(1_000_000);
    const wakes = inputsOf(world, A).filter(({ kind }) => kind === 'wake');
    expect(wakes.map(({ now }) => now)).toEqual([399 * 100 + 100 + 50_000]);
    // 400 calls, requests and arrivals; besides them only the timer, set twice.
    expect(world.events).toBe(1_202);

    const sooner = worldOf({ delayUsMin: 100, delayUsMax: 100 });
    add(
      sooner,
      A,
      diary((input) => ({ wakeAt: input.kind === 'wake' ? null : input.now + 10 }), 50_000),
    );
    add(sooner, B, diary(postman));
    send(sooner, B, A, 'hurry');
    sooner.runUntil(1_000_000);
    expect(inputsOf(sooner, A).map(({ kind, now }) => [kind, now])).toEqual([
      ['message', 100],
      ['wake', 110],
    ]);
  });

  test('a clock that jumps or changes its rate moves the wake', () => {
    const world = worldOf();
    add(
      world,
      A,
      diary(() => ({ wakeAt: null }), 10_000),
    );
    add(
      world,
      B,
      diary(() => ({ wakeAt: null }), 10_000),
    );
    add(
      world,
      C,
      diary(() => ({ wakeAt: null }), 10_000),
    );
    const wokenAt: [number, number][] = [];
    world.setObserver({ onStep: (atUs, node) => wokenAt.push([node, atUs]) });
    world.runUntil(2_000);
    world.clocks.jump(A, 7_000);
    world.clocks.setRate(B, 1_000_000);
    world.clocks.setRate(C, -500_000);
    world.runUntil(100_000);
    expect(wokenAt).toEqual([
      [A, 3_000],
      [B, 6_000],
      [C, 18_000],
    ]);
  });

  test('a machine that asks for the present for ever is found', () => {
    const world = worldOf();
    add(
      world,
      A,
      diary((input) => ({ wakeAt: input.now }), 5),
    );
    expect(world.runUntil(1_000_000)).toMatchObject({ property: 'wake-loop', atMs: 0.005, servers: [A] });
  });
});

describe('a process', () => {
  test('forgets everything at a crash and boots with another seed', () => {
    const seeds: number[] = [];
    const world = pair();
    world.addProcess({
      id: C,
      name: 's3',
      kind: 'server',
      members: [A, B, C],
      disk: null,
      clock: TRUE_CLOCK,
      machine: {
        ...diary(),
        init: (boot) => {
          seeds.push(boot.seed);
          return diary().init(boot);
        },
      },
    });
    send(world, A, C, 1);
    world.runUntil(20_000);
    expect(messagesOf(world, C)).toEqual([1]);
    world.crash(C, { keepsPageCache: true });
    expect(world.process(C).isUp).toBe(false);
    send(world, A, C, 'to the dead');
    world.runUntil(40_000);
    world.restart(C);
    send(world, A, C, 2);
    world.runUntil(60_000);
    expect(messagesOf(world, C)).toEqual([2]);
    expect(new Set(seeds).size).toBe(2);
  });

  test('timers, disk operations and requests of an earlier life do not reach the next one', () => {
    const world = worldOf();
    const disk = { operationUsMin: 5_000, operationUsMax: 5_000, syncUsMin: 0, syncUsMax: 0 };
    const act: Act = (input) =>
      input.kind === 'request'
        ? { effects: [{ kind: 'disk', operation: operationId(1), steps: [{ kind: 'append', path: 'a', bytes: new Uint8Array(3) }] }] }
        : {};
    add(world, A, diary(act, null), { disk });
    world.request(A, 'write', connectionId(900));
    world.runUntil(1_000);
    world.request(A, 'too late', connectionId(900));
    world.crash(A, { keepsPageCache: true });
    expect(world.request(A, 'dead', connectionId(900))).toBe(false);
    world.restart(A);
    world.runUntil(100_000);
    expect(inputsOf(world, A)).toEqual([]);
    expect(world.disk(A).list()).toEqual([]);
  });

  test('paused: reads nothing, wakes not; resumed: gets what gathered in order, then its overdue wake', () => {
    const world = pair({ reorders: false });
    const disk = { ...INSTANT_DISK, operationUsMin: 4_000, operationUsMax: 4_000 };
    const act: Act = (input) =>
      input.kind === 'request'
        ? { effects: [{ kind: 'disk', operation: operationId(1), steps: [{ kind: 'append', path: 'a', bytes: new Uint8Array(3) }] }] }
        : input.kind === 'wake'
          ? { wakeAt: null }
          : {};
    add(world, C, diary(act, 30_000), { disk });
    world.request(C, 'write', connectionId(900));
    world.runUntil(1_000);
    world.pause(C);
    for (let i = 0; i < 150; i++) send(world, A, C, i);
    world.runUntil(50_000);
    expect(inputsOf(world, C)).toHaveLength(1);
    expect(world.disk(C).list()).toHaveLength(1);
    world.resume(C);
    world.runUntil(50_000);
    const inputs = inputsOf(world, C).slice(1);
    // The inbox holds 100 inputs (the disk's among them); the rest was lost.
    expect(inputs.map(({ kind }) => kind)).toEqual(['disk', ...Array.from({ length: 99 }, () => 'message'), 'wake']);
    expect(messagesOf(world, C)).toEqual(Array.from({ length: 99 }, (_, i) => i));
    expect(new Set(inputs.map(({ now }) => now))).toEqual(new Set([50_000]));
  });

  test('stops when its machine says so, and nothing behind it in the list happens', () => {
    const reasons: string[] = [];
    const world = worldOf({}, { onStop: (_at, _node, reason) => reasons.push(reason) });
    add(
      world,
      A,
      diary((input) =>
        input.kind === 'request'
          ? {
              effects: [
                { kind: 'stop', reason: 'the disk failed' },
                { kind: 'send', to: B, message: 'never' },
              ],
            }
          : {},
      ),
    );
    add(world, B, diary());
    world.request(A, 'x', connectionId(900));
    world.runUntil(20_000);
    expect([reasons, world.process(A).isUp, world.process(A).isStopped]).toEqual([['the disk failed'], false, true]);
    expect(messagesOf(world, B)).toEqual([]);
    world.restart(A);
    expect(world.process(A).isStopped).toBe(false);
  });

  test('crashed by a watcher in the middle of a step, does nothing more of that step', () => {
    const world = pair();
    world.setObserver({
      onStep: (_at, node, input) => {
        if (node === A && input?.kind === 'request') world.crash(A, { keepsPageCache: true });
      },
    });
    send(world, A, B, 'never');
    expect(world.runUntil(20_000)).toBeNull();
    expect([world.process(A).isUp, messagesOf(world, B)]).toEqual([false, []]);
  });

  test('has a disk: synced bytes are there after the power went, and the observer was told', () => {
    const synced: [string, number][] = [];
    const world = worldOf({}, { onSynced: (_at, _node, path, _durable, sizeBytes) => synced.push([path, sizeBytes]) });
    const act: Act = (input) =>
      input.kind === 'request' ? { effects: [{ kind: 'disk', operation: operationId(1), steps: input.request as never }] } : {};
    add(world, A, diary(act), { disk: { operationUsMin: 0, operationUsMax: 100, syncUsMin: 500, syncUsMax: 900 } });
    world.request(
      A,
      [{ kind: 'append', path: 'a', bytes: new Uint8Array(700) }, { kind: 'sync', path: 'a' }, { kind: 'syncDirectory' }],
      connectionId(900),
    );
    world.runUntil(10_000);
    expect(synced).toEqual([['a', 700]]);
    world.crash(A, { keepsPageCache: false });
    world.restart(A);
    world.request(A, [{ kind: 'list' }, { kind: 'read', path: 'b', offset: 0, length: 1 }], connectionId(900));
    world.runUntil(20_000);
    const outcomes = inputsOf(world, A).flatMap((input): DiskOutcome[] => (input.kind === 'disk' ? [input.outcome] : []));
    expect(outcomes).toMatchObject([{ ok: false, at: 1, error: { code: 'missing' } }]);
    expect(world.disk(A).list()).toEqual([{ path: 'a', sizeBytes: 700 }]);
  });
});

describe('a machine that breaks its contract ends the run with a violation', () => {
  const violationOf = (act: Act, options: Partial<WorldOptions> = {}): unknown => {
    const world = new World({ seed: 1, options: { ...OPTIONS, ...options } });
    add(world, A, diary(act));
    world.schedule(10, () => {
      world.request(A, { list: [1] }, connectionId(900));
    });
    world.schedule(20, () => {
      throw new Error('the run went on');
    });
    const violation = world.runUntil(100);
    expect(world.thrown?.stack).toContain('src/sim/world/world.ts');
    return violation;
  };

  test('by an assertion, by any other error, by a disk it does not have', () => {
    expect(
      violationOf(() => {
        assert(false, 'one vote in a term (§3.4)');
      }),
    ).toMatchObject({ property: 'assertion', message: 's1: one vote in a term (§3.4)', atMs: 0.01, servers: [A] });
    expect(
      violationOf(() => {
        throw new TypeError('undefined is not a function');
      }),
    ).toMatchObject({ property: 'threw' });
    expect(violationOf(() => ({ effects: [{ kind: 'disk', operation: operationId(1), steps: [] }] }))).toMatchObject({
      property: 'assertion',
    });
  });

  test('by writing to what it was given, when the world freezes it', () => {
    const vandal: Act = (input) => {
      if (input.kind === 'request') (input.request as { list: number[] }).list.push(2);
      return {};
    };
    expect(violationOf(vandal)).toMatchObject({ property: 'threw', atMs: 0.01 });
    expect(() => violationOf(vandal, { freezes: false })).toThrow('the run went on');
  });

  test('by a message that it cannot read itself once it has been bytes', () => {
    const silent = { encode: () => new Uint8Array(), decode: () => ({ ok: false, problem: 'no bytes' }) as const };
    const world = new World({ seed: 1, options: { ...OPTIONS, codecs: true } });
    world.addProcess({
      id: A,
      name: 's1',
      kind: 'server',
      machine: diary(postman),
      members: [A, B],
      disk: null,
      clock: TRUE_CLOCK,
      codecs: { message: silent, request: silent, response: silent },
    });
    add(world, B, diary());
    send(world, A, B, 1);
    expect(world.runUntil(20_000)).toMatchObject({
      property: 'codec',
      servers: [A],
      message: expect.stringContaining('no bytes') as string,
    });
  });

  test('an oracle ends it too, and the first violation stays', () => {
    const world = pair(
      {},
      {
        onStep: (_at, node, input) => {
          if (input?.kind === 'message') world.fail('Election Safety', 'two leaders', node);
        },
      },
    );
    send(world, A, B, 1);
    send(world, A, B, 2);
    expect(world.runUntil(50_000)).toMatchObject({ property: 'Election Safety', servers: [B] });
    expect(messagesOf(world, B)).toHaveLength(1);
    world.fail('other', 'later', null);
    expect(world.violation?.property).toBe('Election Safety');
    expect(world.step()).toBe(false);
  });
});
