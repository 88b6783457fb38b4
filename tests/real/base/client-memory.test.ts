import { expect, test } from 'vitest';
import { ClientMemory, type Share } from '../../../src/real/base/client-memory.js';

function holders(memory: ClientMemory, names: readonly string[]) {
  const ended: string[] = [];
  const shares = new Map<string, Share>();
  for (const name of names) {
    const share = memory.open((reason) => {
      ended.push(`${name}: ${reason}`);
      share.close();
    });
    shares.set(name, share);
  }
  return { ended, hold: (name: string, bytes: number) => shares.get(name)?.hold(bytes) };
}

test('whoever holds most is given up when all hold too much together, and nobody else', () => {
  const memory = new ClientMemory(100);
  const { ended, hold } = holders(memory, ['a', 'b', 'c']);
  hold('a', 10);
  hold('b', 60);
  hold('c', 30);
  expect([memory.bytes, ended]).toEqual([100, []]);
  hold('a', 11);
  expect(ended).toEqual(['b: clients make this server hold more than 100 bytes, and this connection 60 of them, more than any other']);
  expect(memory.bytes).toBe(41);
  // What one says that is given up counts no more.
  hold('b', 1_000);
  expect(memory.bytes).toBe(41);
});

test('what is let go is there for others', () => {
  const memory = new ClientMemory(100);
  const { ended, hold } = holders(memory, ['a', 'b']);
  for (let i = 0; i < 10; i++) {
    hold('a', 100);
    hold('a', 0);
    hold('b', 100);
    hold('b', 0);
  }
  expect([memory.bytes, ended]).toEqual([0, []]);
});

test('one that asks for more than there is goes itself', () => {
  const memory = new ClientMemory(100);
  const { ended, hold } = holders(memory, ['a', 'b']);
  hold('a', 50);
  hold('b', 101);
  expect(ended.map((line) => line.slice(0, 2))).toEqual(['b:']);
  expect(memory.bytes).toBe(50);
});
