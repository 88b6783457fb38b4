import { getEventListeners } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { onAbort } from '../../../src/real/client/aborts.js';
import { connect } from '../../../src/real/client/client.js';
import { agreeing, scripted } from '../scripted.js';

test('one signal has one listener for all that waits for it, and none when nothing does', () => {
  const controller = new AbortController();
  const done: number[] = [];
  const over = Array.from({ length: 50 }, (_, i) => onAbort(controller.signal, () => done.push(i)));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const takeBack of over.slice(1)) takeBack();
  controller.abort();
  over[0]?.();
  expect(done).toEqual([0]);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});

test('a signal may be used again after all that waited is over', () => {
  const controller = new AbortController();
  onAbort(controller.signal, () => undefined)();
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  let isDone = false;
  onAbort(controller.signal, () => (isDone = true));
  controller.abort();
  expect(isDone).toBe(true);
});

test('a hundred calls of one signal bring no warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): number => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const server = await scripted(1, agreeing);
  const client = await connect({ servers: [server.address] });
  onTestFinished(() => client.close());
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 100 }, (_, i) => client.get(`k${i}`, { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
