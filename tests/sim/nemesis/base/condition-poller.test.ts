import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConditionPoller, type Condition } from '../../../../src/sim/nemesis/base/condition-poller.js';
import { World } from '../../../../src/sim/world/world.js';
import { LAN } from '../../../../src/sim/options/presets.js';

/** A world in which nothing happens but what is scheduled. */
function stage() {
  const world = new World({ seed: 1, options: { serverLinks: LAN, clientLinks: LAN, codecs: false, freezes: false, inboxMax: 1 } });
  let isAtWork = true;
  const poller = new ConditionPoller(world, () => isAtWork);
  return { world, poller, stop: () => void (isAtWork = false) };
}

/** Whoever looks for `isThere`, and when and how often it looked. */
function seeker(world: World, isThere: () => boolean, more: Partial<Condition> = {}) {
  const looksUs: number[] = [];
  const act = (): boolean => {
    looksUs.push(world.nowUs);
    return isThere();
  };
  return { looksUs, wanted: { everyUs: 500, looks: 10, act, ...more } };
}

describe('a poller', () => {
  test('finds a moment at its next look, and spends no event on looks that would see what the last one saw', () => {
    const { world, poller } = stage();
    let isThere = false;
    const { looksUs, wanted } = seeker(world, () => isThere);
    poller.poll(wanted);
    world.schedule(3_100, () => (isThere = true));
    world.runUntil(10_000);
    expect(looksUs).toEqual([0, 500, 3_500]);
    expect(world.events).toBe(3);
  });

  test('sees what was due at the very moment of a look', () => {
    const { world, poller } = stage();
    let isThere = false;
    world.schedule(1_500, () => (isThere = true));
    const { looksUs, wanted } = seeker(world, () => isThere);
    poller.poll(wanted);
    world.runUntil(10_000);
    expect(looksUs).toEqual([0, 500, 1_500]);
  });

  test('gives up after its last look, also where nothing ever happens', () => {
    const { world, poller } = stage();
    const gaveUpUs: number[] = [];
    const { looksUs, wanted } = seeker(world, () => false, { givesUp: () => void gaveUpUs.push(world.nowUs) });
    poller.poll(wanted);
    poller.poll({ ...wanted, looks: 0 });
    world.runUntil(10_000);
    expect(looksUs).toEqual([0, 0, 500, 5_000]);
    expect(gaveUpUs).toEqual([0, 5_000]);
  });

  test('looks each time for who counts its looks', () => {
    const { world, poller } = stage();
    const { looksUs, wanted } = seeker(world, () => false, { everyTime: true, looks: 4, everyUs: 2_000 });
    poller.poll(wanted);
    world.runUntil(20_000);
    expect(looksUs).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
  });

  test('shows one seeker what another has done, and each keeps its own beat', () => {
    const { world, poller } = stage();
    let step = 0;
    const first = seeker(world, () => step === 1 && ++step === 2);
    const second = seeker(world, () => step === 2);
    poller.poll(first.wanted);
    world.schedule(200, () => poller.poll(second.wanted));
    world.schedule(2_100, () => (step = 1));
    world.runUntil(10_000);
    expect(first.looksUs).toEqual([0, 500, 2_500]);
    expect(second.looksUs).toEqual([200, 700, 2_200, 2_700]);
  });

  test('what an act schedules counts as something that happens', () => {
    const { world, poller } = stage();
    let isThere = false;
    const waiting = seeker(world, () => isThere);
    const causing = seeker(world, () => {
      if (world.nowUs === 700) world.schedule(1_900, () => (isThere = true));
      return false;
    });
    poller.poll(waiting.wanted);
    world.schedule(200, () => poller.poll(causing.wanted));
    world.runUntil(10_000);
    expect(waiting.looksUs).toEqual([0, 500, 2_000]);
  });

  test('an act may begin another watch, and nobody looks any more once the work is over', () => {
    const { world, poller, stop } = stage();
    const later = seeker(world, () => false, { everyTime: true });
    const now = seeker(world, () => world.nowUs === 500 && (poller.poll(later.wanted), true));
    poller.poll(now.wanted);
    world.schedule(1_600, stop);
    world.runUntil(10_000);
    expect(now.looksUs).toEqual([0, 500]);
    expect(later.looksUs).toEqual([500, 1_000, 1_500]);
  });
});

/** The plain way: a look each time. */
function lookEachTime(world: World, { everyUs, looks, act, givesUp }: Condition): void {
  if (act()) return;
  if (looks === 0) givesUp?.();
  else
    world.schedule(world.nowUs + everyUs, () =>
      lookEachTime(world, { everyUs, looks: looks - 1, act, ...(givesUp === undefined ? {} : { givesUp }) }),
    );
}

const script = fc.record({
  // No two things at one moment: what comes first then is a matter of the queue.
  changesUs: fc.uniqueArray(
    fc.nat({ max: 4_000 }).map((us) => us * 10 + 1),
    { maxLength: 8 },
  ),
  seekers: fc.uniqueArray(
    fc.record({
      fromUs: fc.nat({ max: 99 }).map((us) => us * 10),
      wantsLevel: fc.nat({ max: 8 }),
      raises: fc.boolean(),
      looks: fc.nat({ max: 60 }),
    }),
    {
      maxLength: 5,
      selector: ({ fromUs }) => fromUs % 500,
    },
  ),
});

test('it finds what one who looks each time finds, at the same moments', () => {
  fc.assert(
    fc.property(script, ({ changesUs, seekers }) => {
      const lived = [true, false].map((isPlain) => {
        const { world, poller } = stage();
        const found: string[] = [];
        let level = 0;
        for (const us of changesUs) world.schedule(us, () => level++);
        for (const [i, { fromUs, wantsLevel, raises, looks }] of seekers.entries()) {
          const act = (): boolean => {
            if (level < wantsLevel) return false;
            found.push(`${i} at ${world.nowUs}`);
            if (raises) level++;
            return true;
          };
          const wanted = { everyUs: 500, looks, act, givesUp: () => void found.push(`${i} gave up at ${world.nowUs}`) };
          world.schedule(fromUs, () => (isPlain ? lookEachTime(world, wanted) : poller.poll(wanted)));
        }
        world.runUntil(100_000);
        return found;
      });
      expect(lived[1]).toEqual(lived[0]);
    }),
  );
});
