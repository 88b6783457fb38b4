import { describe, expect, test } from 'vitest';
import { connectionId, nodeId, type NodeId } from '../../../src/core/base/units.js';
import type { Effect, Input, Machine } from '../../../src/core/machine.js';
import { TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';
import { LAN } from '../../../src/sim/options/presets.js';
import { World } from '../../../src/sim/world/world.js';

const A = nodeId(1);

const worldOf = (): World =>
  new World({ seed: 1, options: { serverLinks: LAN, clientLinks: LAN, codecs: false, freezes: true, inboxMax: 100 } });

type AnyMachine = Machine<unknown, unknown, unknown, unknown>;
type Act = (input: Input<unknown, unknown>) => { readonly effects?: readonly Effect<unknown, unknown>[] };

/** A machine without a past that does what `act` says. */
function diary(act: Act = () => ({})): AnyMachine {
  return {
    init: () => ({ state: 1, effects: [] }),
    step: (_state, input) => ({ state: 1, effects: act(input).effects ?? [] }),
    wakeAt: () => null,
  };
}

function add(world: World, id: NodeId, machine: object): void {
  world.addProcess({ id, name: `s${id}`, kind: 'server', machine: machine as AnyMachine, members: [A], disk: null, clock: TRUE_CLOCK });
}

describe('a machine that breaks its contract ends the run with a violation that says what was expected', () => {
  test.each<readonly [what: string, step: unknown, message: RegExp]>([
    ['a promise', Promise.resolve(), /^s1: step, for a request, returned a promise: it returns \{ state, effects \} at once/],
    ['nothing', undefined, /returned undefined: it returns/],
    ['no state', { effects: [] }, /returned no state \(undefined\)/],
    ['effects that are no array', { state: 1, effects: { kind: 'send' } }, /returned an object as its effects.*effects as an array/],
    ['an effect that is nothing', { state: 1, effects: [null] }, /an effect is null: it is an object with a kind, one of send, respond/],
    ['an unknown effect', { state: 1, effects: [{ kind: 'sned' }] }, /unknown kind of effect "sned"; did you mean "send"\?/],
    ['an effect without a kind', { state: 1, effects: [{}] }, /a kind of effect is undefined: it is one of send/],
    ['a disk effect without steps', { state: 1, effects: [{ kind: 'disk', operation: 1 }] }, /a disk effect has an operation.* and steps/],
    ['an unknown disk step', { state: 1, effects: [{ kind: 'disk', operation: 1, steps: [{ kind: 'sink' }] }] }, /did you mean "sync"\?/],
    ['a note without a text', { state: 1, effects: [{ kind: 'note', name: 'x' }] }, /a note has a name and a text/],
    ['a stop without a reason', { state: 1, effects: [{ kind: 'stop' }] }, /a stop has a reason/],
  ])('by returning %s', (_what, step, message) => {
    const world = worldOf();
    add(world, A, { ...diary(), step: () => step as never });
    world.request(A, 'question', connectionId(900));
    expect(world.runUntil(100)).toMatchObject({ property: 'contract', servers: [A], message: expect.stringMatching(message) as string });
    expect(world.thrown).toBeInstanceOf(Error);
  });

  test('by wanting to be woken at no moment, by throwing what is no error, and by an init that returns no step', () => {
    const violationIn = (machine: object): unknown => {
      const world = worldOf();
      add(world, A, { ...diary(() => ({})), ...machine });
      world.request(A, 'question', connectionId(900));
      return world.runUntil(100);
    };
    expect(violationIn({ wakeAt: () => NaN })).toMatchObject({
      property: 'contract',
      message: expect.stringMatching(/^s1: wakeAt\(state\) returned NaN/) as string,
    });
    expect(violationIn({ init: () => null })).toMatchObject({
      property: 'contract',
      message: expect.stringMatching(/^s1: init returned null/) as string,
    });
    const hurl = (): never => {
      // eslint-disable-next-line no-throw-literal -- what a user may do
      throw 'a word';
    };
    expect(violationIn({ step: hurl })).toMatchObject({
      property: 'threw',
      message: expect.stringMatching(/^s1: it threw a word/) as string,
    });
  });

  test('by a message to nobody, by a second answer to a request, by an answer to one of an earlier life', () => {
    const answer = { kind: 'respond', connection: connectionId(900), response: 1 } as const;
    const ways: Readonly<Record<string, readonly Effect<unknown, unknown>[]>> = {
      nobody: [{ kind: 'send', to: nodeId(77), message: 'anybody?' }],
      once: [answer],
      twice: [answer, answer],
      late: [],
    };
    const violationBy = (way: string): unknown => {
      const world = worldOf();
      add(
        world,
        A,
        diary((input) => (input.kind === 'request' ? { effects: ways[String(input.request)] ?? [] } : {})),
      );
      world.request(A, way, connectionId(900));
      return world.runUntil(100);
    };
    expect(violationBy('nobody')).toMatchObject({
      property: 'contract',
      message: expect.stringMatching(/^s1: it sends to 77, which is nobody/) as string,
    });
    expect(violationBy('once')).toBeNull();
    expect(violationBy('twice')).toMatchObject({
      property: 'contract',
      message: expect.stringMatching(/^s1: it answers connection 900/) as string,
    });

    const world = worldOf();
    add(world, A, {
      ...diary(() => ({})),
      init: (boot: { readonly now: number }) => ({ state: 1, effects: boot.now > 0 ? [answer] : [] }) as never,
    });
    world.request(A, 'late', connectionId(900));
    expect(world.runUntil(100)).toBeNull();
    world.crash(A, { keepsPageCache: true });
    world.restart(A);
    expect(world.violation).toMatchObject({ property: 'contract' });
  });
});
