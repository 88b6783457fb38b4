import { expect, test } from 'vitest';
import { micros, type Machine, type NodeId } from '../../../src/core/index.js';
import { defineSimulation, nodesOf, oneTry, run, type Script, type WorldEvent } from '../../../src/sim/index.js';
import { durable, jsonCodec } from '../../../src/core/index.js';
import type { Observer } from '../../../src/sim/index.js';
import { runSimulation } from '../../../src/sim/systems/machine/run-simulation.js';

/** Every server tells every other one each 10 ms how often it has done so; nothing else. */
interface State {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly at: number;
  readonly ticks: number;
}
type Message = { readonly kind: 'tick' | 'tock'; readonly n: number };
const ticker: Machine<State, Message, 'ticks', number> = {
  init: ({ self, members, now }) => ({ state: { self, members, at: now + 10_000, ticks: 0 }, effects: [] }),
  step: (state, input) => {
    if (input.kind === 'request') return { state, effects: [{ kind: 'respond', connection: input.connection, response: state.ticks }] };
    if (input.kind !== 'wake') return { state, effects: [] };
    const message: Message = { kind: state.ticks % 2 === 0 ? 'tick' : 'tock', n: state.ticks };
    const effects = state.members.filter((to) => to !== state.self).map((to) => ({ kind: 'send', to, message }) as const);
    return { state: { ...state, at: input.now + 10_000, ticks: state.ticks + 1 }, effects };
  },
  wakeAt: ({ at }) => micros(at),
};

const simulationOf = (script: Script) =>
  defineSimulation('a ticker', {
    machine: ticker,
    servers: 3,
    clients: oneTry({ count: 1, timeoutMs: 100 }),
    next: () => 'ticks' as const,
    chaosMs: 2_000,
    clocks: { monotonic: 'uneven' },
    script,
  });

/** What was sent from one server to another, and what was done, with their moments in milliseconds. */
function watched(script: Script) {
  const sends: { readonly atMs: number; readonly way: string; readonly kind: string; readonly fate: string }[] = [];
  const arrivals: { readonly atMs: number; readonly way: string; readonly n: number }[] = [];
  const deeds: { readonly atMs: number; readonly event: WorldEvent }[] = [];
  const observer: Observer = {
    onSend: (atUs, from, to, message, fate) => {
      if (from <= 3 && to <= 3) sends.push({ atMs: atUs / 1_000, way: `s${from}>s${to}`, kind: (message as Message).kind, fate });
    },
    onStep: (atUs, node, input) => {
      if (node <= 3 && input?.kind === 'message')
        arrivals.push({ atMs: atUs / 1_000, way: `s${input.from}>s${node}`, n: (input.message as Message).n });
    },
    onWorldEvent: (atUs, event) => void deeds.push({ atMs: atUs / 1_000, event }),
  };
  const { report } = runSimulation(simulationOf(script), 1, { observers: [observer] });
  return { sends, arrivals, deeds, report };
}

const between = (from: number, to: number) => (each: { readonly atMs: number }) => each.atMs > from && each.atMs < to;

test('a partition keeps groups apart from its moment until it is healed', () => {
  const { sends, report } = watched((world) => {
    world.at('500ms').partition(['s1'], ['s2', 's3']);
    world.at('1s').heal();
  });
  expect(report.violation).toBeUndefined();
  const during = sends.filter(between(500, 1_000));
  expect(new Set(during.filter(({ way }) => way.includes('s1')).map(({ fate }) => fate))).toEqual(new Set(['cut']));
  expect(new Set(during.filter(({ way }) => !way.includes('s1')).map(({ fate }) => fate))).toEqual(new Set(['delivered']));
  expect(new Set(sends.filter(between(1_001, 2_000)).map(({ fate }) => fate))).toEqual(new Set(['delivered']));
});

test('a cut is of one direction, and what is held comes in one burst', () => {
  const { sends, arrivals } = watched((world) => {
    world.at(500).cut('s1', 's2').hold('s2', 's3');
    world.at(1_000).release('s2', 's3').heal();
  });
  const during = sends.filter(between(500, 1_000));
  expect(during.filter(({ way }) => way === 's1>s2').every(({ fate }) => fate === 'cut')).toBe(true);
  expect(during.filter(({ way }) => way === 's2>s1').every(({ fate }) => fate === 'delivered')).toBe(true);
  const held = arrivals.filter(({ way }) => way === 's2>s3');
  expect(held.filter(between(510, 1_000))).toEqual([]);
  expect(held.filter(between(1_000, 1_008)).length).toBeGreaterThan(40);
});

test('servers crash, are killed and stopped, start, stand still and are slow when the script says so', () => {
  const { sends, report, deeds } = watched((world) => {
    world.at(200).crash('s1');
    world.at(400).restart('s1').kill('s2');
    world.at(600).restart('s2').stop('s3');
    world.at(800).restart('s3').pause('s1');
    world.at(1_000).resume('s1').slow('s2', ['30ms', '40ms']);
    world.at(1_500).slow('s2', null);
  });
  const countOf = (server: string, from: number, to: number): number =>
    sends.filter(between(from, to)).filter(({ way }) => way.startsWith(server)).length;
  expect(countOf('s1', 200, 400)).toBe(0);
  expect(countOf('s1', 400, 600)).toBeGreaterThan(30);
  expect(countOf('s2', 401, 600)).toBe(0);
  expect(countOf('s3', 601, 800)).toBe(0);
  expect(countOf('s1', 801, 1_000)).toBe(0);
  expect(countOf('s2', 1_000, 1_500)).toBeLessThan(countOf('s1', 1_000, 1_500) / 2);
  expect(report.moments).toMatchObject({ 'server-lost-power': 1, 'server-killed': 1, 'server-stopped-gracefully': 1, 'server-paused': 1 });
  const scripted = deeds.filter(({ atMs }) => atMs < 2_000);
  expect(scripted.map(({ atMs, event }) => [atMs, event.kind, nodesOf(event)])).toEqual([
    [200, 'lostPower', [1]],
    [400, 'restarted', [1]],
    [400, 'killed', [2]],
    [600, 'restarted', [2]],
    [600, 'stopping', [3]],
    [600, 'stopped', [3]],
    [800, 'restarted', [3]],
    [800, 'paused', [1]],
    [1_000, 'resumed', [1]],
    [1_000, 'slowed', [2]],
    [1_500, 'spedUp', [2]],
  ]);
  expect(new Set(scripted.map(({ event }) => event.by))).toEqual(new Set(['script']));
});

test('a clock jumps', () => {
  const { report } = watched((world) =>
    world.at(500).clock('s1', { jump: '300ms' }).clock('s2', { ratePpm: 100 }).clock('s3', { wall: '1s' }),
  );
  expect(report.moments).toMatchObject({ 'clock-jumped': 1, 'clock-changed-its-rate': 1, 'wall-clock-set-forward': 1 });
});

test('rules for single messages: every third is dropped, some are late, some come twice', () => {
  const { sends, arrivals } = watched((world) => {
    world.drop({ kind: 'tick', from: 's1', to: 's2', every: 3 });
    world.delay({ from: 's2', to: 's3', by: '100ms', after: '1s', until: '1100ms' });
    world.duplicate({ from: 's3', times: 5 });
  });
  const ticks = sends.filter(({ way, kind }) => way === 's1>s2' && kind === 'tick').filter(between(0, 2_000));
  expect(ticks.map(({ fate }) => fate === 'lost')).toEqual(ticks.map((_, i) => i % 3 === 2));
  expect(sends.filter(({ way, kind, fate }) => way === 's1>s2' && kind === 'tock' && fate !== 'delivered')).toEqual([]);
  expect(sends.filter(({ fate }) => fate === 'duplicated').map(({ way }) => way.slice(0, 2))).toEqual(
    Array.from({ length: 5 }, () => 's3'),
  );
  expect(arrivals.filter(({ way }) => way === 's2>s3').filter(between(1_010, 1_099))).toEqual([]);
});

test('damage to a disk is noticed at the next start', () => {
  const kept = durable(ticker, {
    file: 'ticks',
    codec: jsonCodec([{ ticks: 0 }]),
    save: ({ ticks }) => ({ ticks }),
    load: (state, { ticks }) => ({ ...state, ticks }),
  });
  const damaged = defineSimulation('a damaged ticker', {
    machine: kept,
    servers: 3,
    survivors: 'majority',
    isServing: ({ inner }) => inner !== null,
    clients: oneTry({ count: 1, timeoutMs: 100 }),
    next: () => 'ticks' as const,
    chaosMs: 2_000,
    script: (world) => {
      world.at(500).damage('s1').crash('s1');
      world.at(600).restart('s1');
    },
  });
  const ran = run(damaged, 1);
  expect(ran.violation).toBeNull();
  expect(ran.moments).toMatchObject({ 'durable-bytes-rotted': 1, 'server-refused-its-disk': 1 });
});

test.each<readonly [string, Script]>([
  ['unknown process "s4"', (world) => world.at(1).crash('s4')],
  ['c1 what only a server suffers', (world) => world.at(1).kill('c1')],
  ['when faults are over: they end at 2000 ms', (world) => world.at('2s').crash('s1')],
  ['a span is a number of milliseconds or words', (world) => world.at('soon' as '1s')],
  ['beyond the declared 200', (world) => world.at(1).clock('s1', { ratePpm: 5_000 })],
  ['every is a whole number, 1 or more, not 0', (world) => world.drop({ every: 0 })],
  ['does not say what a start from its files comes to', (world) => world.at(1).damage('s1')],
])('a script with a mistake is refused: %s', (words, script) => {
  expect(() => run(simulationOf(script), 1)).toThrow(words);
});
