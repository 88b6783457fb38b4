import { expect, test } from 'vitest';
import { faults } from '../../../src/sim/nemesis/fault-constructors.js';
import { defineFault, type OwnFault } from '../../../src/sim/nemesis/own-fault.js';
import { runOptions } from '../../../src/sim/run/run.js';
import type { RunOptions } from '../../../src/sim/run/scenario.js';
import type { HostedSystem } from '../../../src/sim/run/system.js';
import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';
import { quietOptions } from '../quiet.js';

/** Two servers are slow at once, and one of them dies on the way. */
const brownout = defineFault({
  name: 'brownout',
  sentence: 'Two servers are slow at once, and one of them dies on the way.',
  every: [300, 600],
  lasts: [100, 400],
  strike: (world, draw) => {
    const first = draw.oneOf(world.servers);
    const second = draw.oneOf(world.servers.filter((name) => name !== first));
    world.now().slow(first, ['1ms', '5ms']).slow(second, ['1ms', '5ms']);
    world.after(world.lastsMs / 2).kill(second);
    world.after(world.lastsMs).slow(first, null).restart(second);
  },
});

const ofLeaders = (needs: OwnFault['needs']) =>
  defineFault({
    name: 'deposed',
    sentence: 'The leader stands still.',
    ...(needs === undefined ? {} : { needs }),
    strike: (world) => {
      if (world.leader === null) return;
      world.now().pause(world.leader);
      world.after(world.lastsMs).resume(world.leader);
    },
  });

const raft = raftSystem as HostedSystem;
const { leadership: _leadership, ...plain } = raft;
const mute: HostedSystem = { ...plain, name: 'mute' };

function run(own: ReturnType<typeof brownout>, seed = 1, system: HostedSystem = raft) {
  const events: WorldEvent[] = [];
  const options: RunOptions = { ...quietOptions(), chaosMs: 4_000, faults: [own] };
  const report = runOptions({ name: 'mine', system }, options, seed, {
    observers: [{ onWorldEvent: (_atUs, event) => void events.push(event) }],
  });
  return { report, events };
}

test('a fault of one’s own strikes on its schedule, is the cause of what it does, and the cluster is well after it', () => {
  const { report, events } = run(brownout());
  expect(report.violation).toBeUndefined();
  const mine = events.filter(({ by }) => by === 'brownout');
  expect(mine.filter(({ kind }) => kind === 'slowed').length).toBeGreaterThan(8);
  expect(mine.filter(({ kind }) => kind === 'killed').length).toBeGreaterThan(4);
  expect(mine.filter(({ kind }) => kind === 'restarted').length).toBeGreaterThan(3);
});

test('a seed is the same run each time, and another seed another one', () => {
  expect(run(brownout()).report.digest).toBe(run(brownout()).report.digest);
  expect(run(brownout(), 2).report.digest).not.toBe(run(brownout()).report.digest);
  expect(run(faults.pause()).report.digest).not.toBe(run(brownout()).report.digest);
});

test('its spans are those of the definition, or those that a run asks for, and a report shows plain data', () => {
  expect(brownout()).toMatchObject({ fault: 'brownout', everyMsMin: 300, everyMsMax: 600, lastsMsMin: 100, lastsMsMax: 400 });
  expect(brownout({ every: [5, 6] })).toMatchObject({ everyMsMin: 5, everyMsMax: 6, lastsMsMin: 100 });
  expect(JSON.parse(JSON.stringify({ ...brownout() }))).toEqual({
    fault: 'brownout',
    everyMsMin: 300,
    everyMsMax: 600,
    lastsMsMin: 100,
    lastsMsMax: 400,
  });
});

test('what it needs is asked of the system: one that lacks it is refused in one line', () => {
  expect(run(ofLeaders(['leadership'])()).events.some(({ by, kind }) => by === 'deposed' && kind === 'paused')).toBe(true);
  expect(() => run(ofLeaders(['leadership'])(), 1, mute)).toThrow(
    /^scenario "mine", seed 1: the fault deposed needs a leader \(leadership\.leads\), which the system "mute" lacks$/,
  );
  // One that does not say what it needs finds nobody to strike.
  expect(run(ofLeaders(undefined)(), 1, mute).events.filter(({ by }) => by === 'deposed')).toEqual([]);
});

test('two families of one name are refused, and a name that is taken, and what is no family', () => {
  const both: RunOptions = { ...quietOptions(), faults: [ofLeaders(undefined)(), ofLeaders(undefined)()] };
  expect(() => runOptions({ name: 'mine', system: raft }, both, 1)).toThrow(
    'two families of faults are called "deposed": give each a name of its own',
  );
  const strike = (): void => undefined;
  expect(() => defineFault({ name: 'kill', sentence: 'x', strike })).toThrow('the fault kill: this name is taken: choose another');
  expect(() => defineFault({ name: 'script', sentence: 'x', strike })).toThrow('this name is taken');
  expect(() => defineFault({ name: 'two words', sentence: 'x', strike })).toThrow(/name is a word of letters and digits/);
  expect(() => defineFault({ name: 'mine', sentence: 'x', needs: ['leader' as 'leadership'], strike })).toThrow(
    /unknown capability "leader"/,
  );
});

test('one that names nobody ends the run in one line with its name', () => {
  const lost = defineFault({ name: 'lost', sentence: 'Nobody is there.', strike: (world) => void world.now().kill('s9') });
  expect(() => run(lost({ every: [1, 1] }))).toThrow(/^the fault lost: unknown process "s9"; did you mean "s1"\? known: s1, s2, s3/);
});

test('one that turns clocks keeps to what a run declares of them', () => {
  const jump = defineFault({
    name: 'jolt',
    sentence: 'A clock jumps.',
    clocks: 'uneven',
    strike: (world, draw) => void world.now().clock(draw.oneOf(world.servers), { jump: '50ms' }),
  });
  expect(() => run(jump())).toThrow(/the fault jolt breaks monotonicClocks 'bounded': declare 'uneven'/);
});
