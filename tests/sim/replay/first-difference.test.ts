import { describe, expect, test } from 'vitest';
import { micros, nodeId } from '../../../src/core/base/units.js';
import { RunningDigest } from '../../../src/sim/base/running-digest.js';
import { liveTwice, type CompareOptions, type Live, type Lived } from '../../../src/sim/replay/first-difference.js';

/** What one event of a made-up life shows, and what of it goes into the digest. */
interface Shown {
  readonly state: unknown;
  readonly mixed: number;
}

const OPTIONS: CompareOptions = { name: (node) => `s${node}`, windowEvents: 100, pairsMax: 4 };

/** Lives of so many events; `show` says for each life (counted from 0) and event what it shows. */
function lives(
  events: number | ((life: number) => number),
  show: (life: number, event: number) => Shown,
  options: (life: number) => unknown = () => null,
): Live<Lived> & { count: number } {
  const live = Object.assign(
    (account: Parameters<Live<Lived>>[0]): Lived => {
      const life = live.count++;
      const digest = new RunningDigest();
      const last = typeof events === 'number' ? events : events(life);
      for (let event = 1; event <= last; event++) {
        account.onEvent(event * 1_000, 'wake', 1, 0, digest.high, digest.low);
        const { state, mixed } = show(life, event);
        account.onStep(micros(event * 1_000), nodeId(1), { kind: 'wake', now: micros(event) }, null, state, []);
        digest.mix(mixed);
      }
      return { digest: digest.toString(), options: options(life) };
    },
    { count: 0 },
  );
  return live;
}

const same = (event: number): Shown => ({ state: { event }, mixed: event });

describe('the first difference of two lives', () => {
  test('is none when they are equal, and two lives are enough to know', () => {
    const live = lives(50, (_life, event) => same(event));
    expect(liveTwice(live, OPTIONS).firstDifference).toBeNull();
    expect(live.count).toBe(2);
  });

  test('is where the states part, not where the digest finds out', () => {
    const live = lives(50, (life, event) => (event < 20 ? same(event) : { state: { event, life }, mixed: event < 30 ? event : life }));
    const { firstDifference, once, again } = liveTwice(live, OPTIONS);
    expect(once.digest).not.toBe(again.digest);
    expect(firstDifference).toMatchObject({ event: 20, where: 'state of s1, life: 0, and then 1' });
    expect(firstDifference!.before.filter((line) => line.startsWith('event'))).toEqual(
      [17, 18, 19].map((event) => `event ${event}, ${event} ms: wake at s1`),
    );
    expect(firstDifference!.lives[0]).toEqual(['event 20, 20 ms: wake at s1', '  s1 takes wake now=20']);
  });

  test('is where the digest parts when nothing else shows it', () => {
    const { firstDifference } = liveTwice(
      lives(50, (life, event) => ({ state: { event }, mixed: event === 33 ? life : event })),
      OPTIONS,
    );
    expect(firstDifference).toMatchObject({ event: 33 });
    expect(firstDifference!.where).toContain('only the digest shows');
  });

  test('is the event that only one of them has', () => {
    const { firstDifference } = liveTwice(
      lives(
        (life) => 50 + life,
        (_life, event) => same(event),
      ),
      OPTIONS,
    );
    expect(firstDifference).toMatchObject({
      event: 51,
      lives: [['event 51: this life was over'], ['event 51, 51 ms: wake at s1', '  s1 takes wake now=51']],
    });
  });

  test('is before all events when the options were drawn differently', () => {
    const { firstDifference } = liveTwice(
      lives(
        50,
        (life, event) => ({ ...same(event), mixed: life }),
        (life) => ({ servers: 3 + life }),
      ),
      OPTIONS,
    );
    expect(firstDifference).toMatchObject({ event: 0, where: 'the options.servers: 3, and then 4' });
  });

  test('outside of the window is found by a further pair with a window around it', () => {
    const live = lives(5_000, (life, event) =>
      event < 4_000 ? same(event) : { state: { event, life }, mixed: event < 4_020 ? event : life },
    );
    expect(liveTwice(live, OPTIONS).firstDifference).toMatchObject({ event: 4_000, where: 'state of s1, life: 2, and then 3' });
    expect(live.count).toBe(4);
  });

  test('that the first pair alone had is told roughly, and the search ends', () => {
    const live = lives(5_000, (life, event) => ({ state: { event }, mixed: event === 4_000 && life === 0 ? -1 : event }));
    expect(liveTwice(live, OPTIONS).firstDifference).toEqual({ event: 4_000, where: 'the digest', lives: [[], []], before: [] });
    expect(live.count).toBe(2 * OPTIONS.pairsMax);
  });
});
