import type { Socket } from 'node:net';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connections, type Guest } from '../../../src/real/server/connections.js';

/** A socket as far as its timer goes: it goes off when the test says that it was silent for so long. */
class SilentSocket extends EventEmitter {
  timeoutMs = 0;
  setTimeout(ms: number): this {
    this.timeoutMs = ms;
    return this;
  }
}

function port(limits: Partial<ConstructorParameters<typeof Connections>[0]> = {}) {
  let nowMs = 0;
  const ended: string[] = [];
  const connections = new Connections({ connectionsMax: 2, idleMsMax: 10_000, stalledMsMax: 3_000, ...limits }, () => nowMs);
  const enter = (name: string, is: { served?: boolean; unfinished?: boolean } = {}) => {
    const socket = new SilentSocket();
    const guest: Guest = {
      socket: socket as unknown as Socket,
      isServed: () => is.served === true,
      isUnfinished: () => is.unfinished === true,
      end: (reason) => {
        ended.push(`${name}: ${reason}`);
        connections.leave(guest);
      },
    };
    connections.enter(guest);
    connections.watch(guest);
    /** Lets its timer go off. */
    const isSilent = () => {
      nowMs += socket.timeoutMs;
      socket.emit('timeout');
    };
    return { guest, socket, isSilent };
  };
  return { connections, ended, enter, wait: (ms: number) => (nowMs += ms) };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('when all places are taken', () => {
  test('a new connection gets that of the one that has been silent longest', () => {
    const { connections, ended, enter, wait } = port();
    const first = enter('first');
    enter('second');
    wait(2_000);
    connections.heardOf(first.guest);
    enter('third');
    expect(ended).toEqual(['second: too many connections, and this one was silent for longest']);
  });

  test('one whose request is with the node keeps its place, and so does one that was heard of just now', () => {
    const { connections, ended, enter, wait } = port();
    enter('served', { served: true });
    const busy = enter('busy');
    wait(2_000);
    connections.heardOf(busy.guest);
    enter('third');
    expect(ended).toEqual([]);
  });

  test('a new one is served for a moment, and gives way to the next when even the reserve is taken', () => {
    const { ended, enter } = port({ connectionsMax: 1 });
    enter('busy', { served: true });
    for (let i = 1; i <= 16; i++) enter(`extra ${i}`, { served: true });
    expect(ended).toEqual([]);
    enter('operator');
    expect(ended).toEqual(['extra 1: too many connections']);
    vi.advanceTimersByTime(5_000);
    expect(ended).toHaveLength(17);
    expect(ended.at(-1)).toBe('operator: too many connections');
    // The places in reserve are free again, and that of the first one is still taken.
    enter('next');
    expect(ended).toHaveLength(17);
  });

  test('a place that somebody left is a place', () => {
    const { connections, ended, enter, wait } = port();
    const { guest } = enter('first');
    enter('second');
    connections.leave(guest);
    wait(2_000);
    enter('third');
    expect(ended).toEqual([]);
  });
});

describe('one that is silent', () => {
  test('is ended when no request came for too long', () => {
    const { ended, enter } = port();
    const { isSilent, socket } = enter('idle');
    isSilent();
    isSilent();
    isSilent();
    expect([ended, socket.timeoutMs]).toEqual([[], 1_000]);
    isSilent();
    expect(ended).toEqual(['idle: no request came for 10000 ms']);
  });

  test('is not ended for that where no limit is set', () => {
    const { ended, enter } = port({ idleMsMax: 0 });
    const { isSilent } = enter('idle');
    for (let i = 0; i < 100; i++) isSilent();
    expect(ended).toEqual([]);
  });

  test('is ended sooner in the middle of a request or of an answer', () => {
    const { ended, enter } = port();
    enter('half a request', { unfinished: true }).isSilent();
    expect(ended).toEqual(['half a request: nothing came of a request, or was taken of its answer, for 3000 ms']);
  });

  test('stays as long as the node takes for its answer', () => {
    const { ended, enter } = port();
    const { isSilent } = enter('served', { served: true, unfinished: true });
    for (let i = 0; i < 100; i++) isSilent();
    expect(ended).toEqual([]);
  });

  test('is not ended twice', () => {
    const { ended, enter } = port();
    const { isSilent } = enter('half', { unfinished: true });
    isSilent();
    isSilent();
    expect(ended).toHaveLength(1);
  });
});
