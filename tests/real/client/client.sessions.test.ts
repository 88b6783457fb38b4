import { expect, test } from 'vitest';
import { EMPTY } from '../../../src/core/base/bytestring.js';
import { ERROR_CODES, openClient } from '../../../src/real/client/client.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { serversUnderTest } from '../real-cluster.js';
import { scripted } from '../scripted.js';

test.each([undefined, false])('a client writes to a system that keeps no sessions; setting: %s', async (sessions) => {
  const cluster = await serversUnderTest(3);
  await Promise.all([1, 2, 3].map((id) => cluster.start(id, { system: servedQuorum() as unknown as Served })));
  const client = openClient({ servers: cluster.addresses, ...(sessions === undefined ? {} : { sessions }) });
  try {
    expect(await client.set('k', 'eins')).toBe(1);
    expect(await client.put('k', 'zwei', 1)).toEqual({ kind: 'done', version: 2 });
    expect((await client.get('k'))?.value.toString()).toBe('zwei');
    expect(await client.delete('k')).toBe(true);
  } finally {
    await client.close();
  }
});

test('what one call learns of sessions all later ones know, and an unanswered write is not sent again', async () => {
  const asked: string[] = [];
  const server = await scripted(1, (request, socket) => {
    if (request.kind !== 'command') return null;
    const { id, command } = request;
    asked.push(command.op);
    if (command.op === 'registerClient') return { kind: 'noSessions', id };
    if (command.key !== 'bad') return { kind: 'done', id, result: { status: 'ok', version: 1, value: EMPTY } };
    socket.destroy();
    return null;
  });
  const client = openClient({ servers: [server.address] });
  try {
    await client.set('k', 'eins');
    await Promise.all(['a', 'b', 'c'].map((key) => client.set(key, 'zwei')));
    expect(asked.filter((op) => op === 'registerClient')).toHaveLength(1);
    asked.length = 0;
    await expect(client.set('bad', 'drei')).rejects.toMatchObject({ maybe: true, code: ERROR_CODES.unsettled });
    expect(asked).toEqual(['set']);
  } finally {
    await client.close();
  }
});
