import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { scenarios } from '../../scenarios/index.js';
import { liveChaos } from '../../src/cli/chaos/driver.js';
import { planOf } from '../../src/cli/chaos/plan.js';
import type * as Ports from '../../src/real/base/ports.js';
import { temporaryDirectory } from '../real/helpers.js';

/** Ports that somebody takes between the draw and their use: one for a server, then one for a proxy. */
const stolen: number[] = [];

vi.mock('../../src/real/base/ports.js', async (original) => {
  const { freePorts } = await original<typeof Ports>();
  return {
    freePorts: async (count: number, host?: string, promised?: readonly number[]) => {
      const ports = await freePorts(count, host, promised);
      const taken = stolen.pop();
      return taken === undefined ? ports : [taken, ...ports.slice(1)];
    },
  };
});

test('a port that is taken after it was drawn is drawn anew', async () => {
  const thief = createServer();
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const { port } = thief.address() as AddressInfo;
  // The first draw is one for servers, then two for the network of the second try.
  stolen.push(port, port);
  const basic = scenarios.find(({ name }) => name === 'basic');
  if (basic === undefined) throw new Error('there is a scenario "basic"');
  try {
    const { verdict } = await liveChaos(planOf(basic, 1, 500, null), join(await temporaryDirectory(), 'storm'));
    expect(verdict).toBe('pass');
    expect(stolen).toEqual([]);
  } finally {
    thief.close();
  }
});
