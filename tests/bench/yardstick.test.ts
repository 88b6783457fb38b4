import { expect, test } from 'vitest';
import { bareEventLoop } from '../../bench/yardstick.js';

test('the bare loop lives as many events as asked and times them by the clock it is given', () => {
  let readings = 0;
  const result = bareEventLoop(1_000, () => 250 * readings++);
  expect(result).toEqual({ events: 1_000, wallMs: 250, eventsPerSecond: 4_000 });
});
