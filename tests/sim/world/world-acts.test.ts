import { describe, expect, test } from 'vitest';
import { connectionId, micros, nodeId } from '../../../src/core/base/units.js';
import type { Machine } from '../../../src/core/machine.js';
import { TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';
import { RATIO_ALWAYS, RATIO_NEVER } from '../../../src/sim/base/random-streams.js';
import { INSTANT_DISK } from '../../../src/sim/disk/disk-options.js';
import { nodesOf, sentenceOf, type WorldEvent, type WorldEventKind } from '../../../src/sim/index.js';
import { NO_FAULTS, type LinkOptions } from '../../../src/sim/network/link-options.js';
import { World } from '../../../src/sim/world/world.js';

const [A, B] = [nodeId(1), nodeId(2)];
const SELF = connectionId(900);
const LINK: LinkOptions = {
  delayUsMin: 10,
  delayUsMax: 10,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: true,
  queueMax: 1_000,
};
const CAUSE = 'someFault';

type Wish = 'send' | 'write' | 'read';

/** Sends, writes or reads when it is asked to, and every 10 ms by itself. */
const machine: Machine<number, unknown, Wish, unknown> = {
  init: () => ({ state: 1, effects: [] }),
  step: (operation, input) => {
    if (input.kind !== 'request') return { state: operation, effects: [] };
    if (input.request === 'send')
      return { state: operation, effects: [{ kind: 'send', to: input.connection === 1 ? A : B, message: 'hello' }] };
    const bytes = new Uint8Array(600).fill(operation);
    return {
      state: operation + 1,
      effects: [
        {
          kind: 'disk',
          operation: operation as never,
          steps:
            input.request === 'read'
              ? [{ kind: 'read', path: 'a', offset: 0, length: 1 }]
              : [{ kind: 'write', path: 'a', offset: 0, bytes }, { kind: 'sync', path: 'a' }, { kind: 'syncDirectory' }],
        },
      ],
    };
  },
  wakeAt: () => null,
};

function worldOf(told: WorldEvent[], link: LinkOptions = LINK): World {
  const options = { serverLinks: link, clientLinks: link, codecs: link.faults !== undefined, freezes: true, inboxMax: 10 };
  const world = new World({ seed: 1, options, observer: { onWorldEvent: (_atUs, event) => void told.push(event) } });
  const text = {
    encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
    decode: () => ({ ok: true, value: 'hello' }),
  } as const;
  for (const id of [A, B]) {
    world.addProcess({
      id,
      name: `s${id}`,
      kind: 'server',
      machine,
      members: [A, B],
      disk: INSTANT_DISK,
      clock: TRUE_CLOCK,
      codecs: { message: text, request: text, response: text } as never,
    });
  }
  world.clocks.allowLies();
  world.request(A, 'write', SELF);
  world.runUntil(1_000);
  return world;
}

interface Done {
  /** Everything that has to happen before, for no cause. */
  readonly before?: (world: World) => void;
  readonly act: (world: World) => void;
  readonly event: object;
  /** `s1` and what else is in the sentence, in which `(someFault)` follows. */
  readonly says: string;
  readonly link?: LinkOptions;
}

const live = (world: World): void => void world.runUntil(world.nowUs + 2_000);
const dies = (world: World): void => world.crash(A, { keepsPageCache: true });
const asks = (wish: Wish) => (world: World) => {
  world.request(A, wish, SELF);
  live(world);
};

/** Each thing that can be done to a world: a kind that is forgotten here does not compile. */
const ACTS: Readonly<Record<WorldEventKind, Done>> = {
  killed: { act: dies, event: { node: A }, says: 's1 is killed' },
  lostPower: {
    act: (world) => world.crash(A, { keepsPageCache: false }),
    event: { node: A, fates: { kept: 0, lost: 0, torn: 0, namesKept: 0, namesLost: 0 } },
    says: 's1 loses power',
  },
  restarted: { before: dies, act: (world) => world.restart(A), event: { node: A }, says: 's1 starts again' },
  stopping: {
    before: (world) => void world.disk(A).stallUntil(1_000_000),
    act: (world) => {
      world.request(A, 'write', SELF);
      live(world);
      world.stop(A);
    },
    event: { node: A },
    says: 's1 is told to stop',
  },
  stopped: { act: (world) => world.stop(A), event: { node: A }, says: 's1 has stopped' },
  paused: { act: (world) => world.pause(A), event: { node: A }, says: 's1 stands still' },
  resumed: { before: (world) => world.pause(A), act: (world) => world.resume(A), event: { node: A }, says: 's1 goes on' },
  slowed: {
    act: (world) => world.slow(A, { usMin: 1_500, usMax: 2_000 }),
    event: { node: A, usMin: 1_500, usMax: 2_000 },
    says: 's1 takes 1.5 ms to 2 ms for each input',
  },
  spedUp: {
    before: (world) => world.slow(A, { usMin: 1, usMax: 2 }),
    act: (world) => world.slow(A, null),
    event: { node: A },
    says: 's1 is quick again',
  },
  optionsChanged: {
    before: dies,
    act: (world) => world.install(A, machine, 'later'),
    event: { node: A, options: 'later' },
    says: 's1 gets its later options',
  },
  trapMet: {
    act: (world) => {
      world.arm(A, { at: 'send', left: 1, share: 0, spring: () => undefined });
      asks('send')(world);
    },
    event: { node: A, at: 'send', done: 0, of: 1 },
    says: 's1 has sent 0 of the 1 messages of a step',
  },
  takeOverAsked: {
    act: (world) => world.askTakeOver(A, B, 'read', SELF),
    event: { node: A, inPlaceOf: B },
    says: 'an operator tells s1 to take the place of s2',
  },
  cut: { act: (world) => world.cut(A, B), event: { from: A, to: B }, says: 's1 no longer reaches s2' },
  healed: { act: (world) => world.heal(A, B), event: { from: A, to: B }, says: 's1 reaches s2 again' },
  partitioned: { act: (world) => world.partition([[A], [B]]), event: { groups: [[A], [B]] }, says: 's1 | s2 are parted' },
  allHealed: { act: (world) => world.healAll(), event: {}, says: 'every link is whole' },
  held: { act: (world) => world.hold(A, B), event: { from: A, to: B }, says: 'what s1 sends to s2 is kept back' },
  released: { act: (world) => world.release(A, B), event: { from: A, to: B }, says: 'what s1 sends to s2 is let go' },
  linkSlowed: { act: (world) => world.slowLink(A, B, LINK), event: { from: A, to: B }, says: 'the link from s1 to s2 is slow' },
  linkRestored: { act: (world) => world.restoreLink(A, B, LINK), event: { from: A, to: B }, says: 'the link from s1 to s2 is quick again' },
  allCalmed: { act: (world) => world.calmLinks(() => LINK), event: {}, says: 'every link is calm' },
  halfOpened: { act: (world) => world.halfOpen(A, B), event: { from: A, to: B }, says: 's2 forgets its connection from s1' },
  reconnected: {
    before: (world) => world.halfOpen(A, B),
    act: (world) => world.openFully(A, B),
    event: { from: A, to: B },
    says: 's1 connects to s2 anew',
  },
  connectionsReset: {
    act: (world) => world.resetConnections(A, [A, B], 700),
    event: { node: A, refusesUs: 700 },
    says: 'all connections of s1 break',
  },
  // Luck breaks it, so nobody says why.
  connectionBroke: {
    link: { ...LINK, faults: { ...NO_FAULTS, isStream: true, corruptRatio: RATIO_ALWAYS } },
    act: asks('send'),
    event: { from: A, to: B, by: null, problem: expect.any(String) as string },
    says: 'the connection from s1 to s2 breaks: ',
  },
  messageRuled: {
    act: (world) => {
      world.ruleMessages(() => ({ kind: 'drop' }));
      asks('send')(world);
    },
    event: { from: A, to: B, ruling: 'drop' },
    says: 'a message from s1 to s2 is dropped',
  },
  clockRateChanged: {
    act: (world) => world.clocks.setRate(A, -200),
    event: { node: A, ratePpm: -200 },
    says: 'both clocks of s1 run 200 ppm too slow',
  },
  clockJumped: {
    act: (world) => world.clocks.jump(A, 300),
    event: { node: A, byUs: 300 },
    says: 'both clocks of s1 jump forward by 0.3 ms',
  },
  clockWentBack: {
    act: (world) => world.clocks.stepBack(A, 300),
    event: { node: A, byUs: 300 },
    says: 'both clocks of s1 go back by 0.3 ms',
  },
  wallClockSetForward: {
    act: (world) => world.clocks.stepWall(A, 7_200_000_000),
    event: { node: A, byUs: 7_200_000_000 },
    says: 'the wall clock of s1 is set forward by 7200000 ms',
  },
  wallClockSetBack: {
    act: (world) => world.clocks.stepWall(A, -500),
    event: { node: A, byUs: 500 },
    says: 'the wall clock of s1 is set back by 0.5 ms',
  },
  clockFroze: {
    act: (world) => world.clocks.freeze(A, 'wall'),
    event: { node: A, which: 'wall' },
    says: 'the wall clock of s1 stands still',
  },
  clockThawed: {
    before: (world) => world.clocks.freeze(A, 'both'),
    act: (world) => world.clocks.thaw(A, 'both', 'catchUp'),
    event: { node: A, which: 'both', how: 'catchUp' },
    says: 'both clocks of s1 catch up',
  },
  diskStalled: { act: (world) => world.stallDisk(A, 900), event: { node: A, forUs: 900 }, says: 'the disk of s1 stalls for 0.9 ms' },
  diskForgetsNames: {
    act: (world) => world.forgetNames(A, 900),
    event: { node: A, forUs: 900 },
    says: 'the disk of s1 keeps no names for 0.9 ms',
  },
  diskFailed: {
    act: (world) => {
      world.failDisk(A, 'sync');
      asks('write')(world);
    },
    event: { node: A, step: 'sync' },
    says: 'the disk of s1 fails to sync',
  },
  diskFilled: { act: (world) => world.fillDisk(A, 10), event: { node: A, leftBytes: 10 }, says: 'the disk of s1 has 10 bytes left' },
  diskFreed: { act: (world) => world.freeDisk(A), event: { node: A }, says: 'the disk of s1 has space again' },
  diskWiped: { before: dies, act: (world) => world.wipeDisk(A), event: { node: A }, says: 'the disk of s1 is gone' },
  diskPutBack: {
    before: dies,
    act: (world) => world.putBackDisk(A, world.disk(A).image(), 400),
    event: { node: A, takenUs: 400 },
    says: 'the disk of s1 holds again what it held at 0.4 ms',
  },
  diskDamaged: {
    act: (world) => {
      world.lieOnNextSync(A, { kind: 'stale', which: 0, where: 0 });
      asks('write')(world);
    },
    event: { node: A, damage: { kind: 'stale', path: 'a', offset: 0, lengthBytes: 512, id: 1, isOn: true } },
    says: 'the disk of s1 is damaged: bytes 0 to 511 of a hold what stood there before the last write',
  },
  diskCalmed: { act: (world) => world.calmDisk(A, INSTANT_DISK), event: { node: A }, says: 'the disk of s1 works as it should' },
  diskRepaired: { act: (world) => world.repairDisk(A), event: { node: A }, says: 'the disk of s1 is repaired' },
};

function lived({ before, act, link }: Done): { readonly told: readonly WorldEvent[]; readonly world: World } {
  const told: WorldEvent[] = [];
  const world = worldOf(told, link);
  before?.(world);
  told.length = 0;
  // As a fault acts: some of it now, some of it when its time has come.
  world.because(CAUSE, () => world.schedule(world.nowUs, () => act(world)));
  live(world);
  return { told, world };
}

describe('an observer is told of everything that is done to a world, by a typed event with its cause', () => {
  test.each(Object.entries(ACTS) as [WorldEventKind, Done][])('%s', (kind, done) => {
    const { told } = lived(done);
    const event = told.find((each) => each.kind === kind);
    expect(event).toEqual({ kind, by: CAUSE, ...done.event });
    const sentence = sentenceOf(event as WorldEvent, (node) => `s${node}`);
    expect(sentence.startsWith(done.says)).toBe(true);
    expect(sentence.endsWith(` (${CAUSE})`)).toBe(event?.by !== null);
    for (const node of nodesOf(event as WorldEvent)) expect(sentence).toContain(`s${node}`);
  });
});

describe('the digest of a world', () => {
  const digestAfter = (act: (world: World) => void, cause: string | null = null): string => {
    const world = worldOf([]);
    world.because(cause, () => act(world));
    return world.digest();
  };

  test('tells what was done, to whom and with which numbers', () => {
    const digests = [
      () => undefined,
      (world: World) => world.cut(A, B),
      (world: World) => world.cut(B, A),
      (world: World) => world.hold(A, B),
      (world: World) => world.clocks.stepWall(A, 1),
      (world: World) => world.clocks.stepWall(A, 1 + 2 ** 32),
      (world: World) => world.clocks.setRate(A, 200),
      (world: World) => world.clocks.setRate(A, -200),
      (world: World) => world.partition([[A], [B]]),
      (world: World) => world.partition([[B], [A]]),
      (world: World) => world.clocks.freeze(A, 'wall'),
      (world: World) => world.clocks.freeze(A, 'both'),
      (world: World) => world.stallDisk(A, 10),
      (world: World) => world.stallDisk(B, 10),
      (world: World) => world.fillDisk(A, 10),
    ].map((act) => digestAfter(act));
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('does not tell why', () => {
    expect(digestAfter((world) => world.cut(A, B), 'partition')).toBe(digestAfter((world) => world.cut(A, B), 'isolateServer'));
  });
});

describe('a cause', () => {
  test('lasts as long as what is done for it, and comes back with what was scheduled for it', () => {
    const told: WorldEvent[] = [];
    const world = worldOf(told);
    world.because('first', () => {
      world.pause(A);
      world.because('second', () => world.schedule(world.nowUs + 100, () => world.resume(A)));
      world.cut(A, B);
    });
    world.heal(A, B);
    live(world);
    expect(told.map(({ kind, by }) => [kind, by])).toEqual([
      ['paused', 'first'],
      ['cut', 'first'],
      ['healed', null],
      ['resumed', 'second'],
    ]);
  });

  test('is over when what was done for it throws', () => {
    const world = worldOf([]);
    expect(() =>
      world.because('a mistake', () => {
        throw new Error('oh');
      }),
    ).toThrow('oh');
    expect(world.cause).toBeNull();
  });

  test('is nobody else’s: what happens while time goes by is not done for whoever lets it', () => {
    const told: WorldEvent[] = [];
    const world = worldOf(told);
    world.schedule(world.nowUs + 10, () => world.pause(A));
    world.because('waiting', () => live(world));
    expect(told.map(({ by }) => by)).toEqual([null]);
  });

  test('of a stop is that of its end, whatever else happens meanwhile', () => {
    const told: WorldEvent[] = [];
    const world = worldOf(told);
    world.disk(A).stallUntil(3_000);
    world.request(A, 'write', SELF);
    world.runUntil(1_500);
    world.because('gracefulStop', () => world.stop(A, () => world.cut(A, B)));
    world.because('clockJump', () => world.clocks.jump(B, 10));
    world.runUntil(10_000);
    expect(told.map(({ kind, by }) => [kind, by])).toEqual([
      ['stopping', 'gracefulStop'],
      ['clockJumped', 'clockJump'],
      ['cut', 'gracefulStop'],
      ['stopped', 'gracefulStop'],
    ]);
    expect(micros(world.nowUs)).toBe(10_000);
  });
});
