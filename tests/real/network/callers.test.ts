import { describe, expect, test } from 'vitest';
import { NOBODY, nodeId, type NodeId } from '../../../src/core/base/units.js';
import { Callers, type Caller } from '../../../src/real/network/callers.js';

function port(max = 8) {
  let nowMs = 0;
  const ended: string[] = [];
  const callers = new Callers(max, () => nowMs);
  const call = (name: string, sender: NodeId = NOBODY) => {
    const caller: Caller = { sender, end: (why) => ended.push(`${name}: ${why}`) };
    return { caller, isIn: callers.enter(caller) };
  };
  return { callers, ended, call, wait: (ms: number) => (nowMs += ms) };
}

const B = nodeId(2);

describe('an address', () => {
  test('may connect so often and no oftener, whatever others do', () => {
    const { callers, wait } = port();
    const tried = (address: string, times: number) =>
      Array.from({ length: times }, () => callers.mayConnect(address)).filter(Boolean).length;
    expect(tried('10.0.0.9', 1_000)).toBe(64);
    expect(tried('10.0.0.2', 3)).toBe(3);
    wait(1_000);
    expect(tried('10.0.0.9', 1_000)).toBe(20);
  });

  test('is one of many that are remembered', () => {
    const { callers } = port();
    for (let i = 0; i < 64; i++) callers.mayConnect('first');
    expect(callers.mayConnect('first')).toBe(false);
    for (let i = 0; i < 1_024; i++) callers.mayConnect(`10.0.${i >> 8}.${i & 255}`);
    expect(callers.mayConnect('first')).toBe(true);
  });
});

describe('when all places are taken', () => {
  test('one goes over which no message came, the oldest first', () => {
    const { callers, ended, call } = port(2);
    callers.heardOf(call('of use', B).caller);
    call('silent', B);
    expect(call('next').isIn).toBe(true);
    expect(ended).toEqual(['silent: too many connections, and nothing came over this one']);
  });

  test('a new one is turned away when all the others are of use', () => {
    const { callers, ended, call } = port(2);
    for (const name of ['a', 'b']) callers.heardOf(call(name).caller);
    expect([call('next').isIn, ended]).toEqual([false, []]);
  });
});

describe('a second connection in the name of a server', () => {
  test('leaves the first one alone by a hello, and by a message too while that one is heard of', () => {
    const { callers, ended, call, wait } = port();
    const first = call('first', B).caller;
    callers.heardOf(first);
    wait(1_900);
    const second = call('second', B).caller;
    expect(ended).toEqual([]);
    callers.heardOf(second);
    expect(ended).toEqual([]);
  });

  test('takes the place of one that has been silent for long, once it has sent a message', () => {
    const { callers, ended, call, wait } = port();
    callers.heardOf(call('first', B).caller);
    callers.heardOf(call('of another', nodeId(3)).caller);
    wait(2_000);
    const second = call('second', B).caller;
    expect(ended).toEqual([]);
    callers.heardOf(second);
    expect(ended).toEqual(['first: this server has connected anew']);
  });

  test('is one of few, of which the one heard of longest ago goes', () => {
    const { callers, ended, call } = port(20);
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => call(name, B).caller);
    for (const caller of all.slice(0, 4)) callers.heardOf(caller);
    callers.heardOf(all[0] as Caller);
    callers.heardOf(all[4] as Caller);
    expect(ended).toEqual(['b: this server has connected anew']);
  });

  test('means nothing any more once it has closed', () => {
    const { callers, ended, call, wait } = port();
    const { caller } = call('first', B);
    callers.leave(caller);
    callers.heardOf(caller);
    wait(5_000);
    callers.heardOf(call('second', B).caller);
    expect(ended).toEqual([]);
  });
});
