import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { servedPrimaryReplica } from '../../../src/real/systems/primary-replica.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import type { Served } from '../../../src/real/systems/served-system.js';
import { ask, serversUnderTest } from '../../real/real-cluster.js';
import { seedstorm } from '../run-cli.js';

// The built program, with lines from a pipe, at servers of this process.

/** What a shell of these servers wrote, without its greeting. */
async function conversation(
  servers: readonly string[],
  lines: readonly string[],
  words: readonly string[] = [],
): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await seedstorm(['shell', '--servers', servers.join(','), ...words], {
    stdin: lines.map((line) => `${line}\n`).join(''),
  });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).not.toContain('\u001b');
  const [first, ...rest] = stdout.split('\n');
  expect(first).toBe(`Shell of ${servers.join(', ')}`);
  expect(rest.slice(0, 8)).toEqual([
    'Commands:',
    '- GET <key>',
    '- SET <key> <value>',
    '- PUT <key> <version> <value>',
    '- DELETE <key>',
    '- STATUS',
    '- WHO_IS_LEADER',
    '- EXIT',
  ]);
  return rest.slice(8);
}

describe('the shell of a cluster', () => {
  test('reads, writes and deletes, and tells what went wrong in one line each', async () => {
    const { start, addresses, servers, client } = await serversUnderTest(1);
    await start(1, { system: servedSingle({ store: 'memory' }) as unknown as Served });
    await client().set('wild', '\u001b[31m\nred');
    const told = await conversation(addresses, [
      'GET a',
      'SET a hello world',
      'get a',
      'PUT a 0 x',
      'PUT a 1 y',
      'PUT z 5 y',
      'GET wild',
      'DELETE a',
      'DELETE a',
      'who_is_leader',
      'JUMP',
      'SET a',
      '',
      'EXIT',
      'SET b 1',
    ]);
    expect(told).toEqual([
      'seedstorm> GET a',
      'a -> Not found',
      'seedstorm> SET a hello world',
      'OK a = hello world (version 1)',
      'seedstorm> get a',
      'a -> hello world (version 1)',
      'seedstorm> PUT a 0 x',
      'Error: not written: the key has version 1, not 0',
      'seedstorm> PUT a 1 y',
      'OK a = y (version 2)',
      'seedstorm> PUT z 5 y',
      'Error: not written: no such key',
      'seedstorm> GET wild',
      'wild -> "\\u001b[31m\\nred" (version 1)',
      'seedstorm> DELETE a',
      'OK a deleted',
      'seedstorm> DELETE a',
      'a -> Not found',
      'seedstorm> who_is_leader',
      `LEADER ${addresses[0]}`,
      'seedstorm> JUMP',
      'Unknown command: JUMP (known are GET, SET, PUT, DELETE, STATUS, WHO_IS_LEADER, EXIT)',
      'seedstorm> SET a',
      'Usage: SET <key> <value>',
      'seedstorm> ',
      'seedstorm> EXIT',
      '',
    ]);
    expect(await ask(servers.get(nodeId(1))?.clientPort ?? 0, 'GET b\n')).toEqual(['NOT_FOUND']);
  });

  test('finds who takes writes, and shows every server', async () => {
    const { start, addresses } = await serversUnderTest(2);
    const system = servedPrimaryReplica({ primary: nodeId(2), store: 'memory' }) as unknown as Served;
    await Promise.all([1, 2].map((id) => start(id, { system })));
    const told = await conversation(addresses, ['SET a 1', 'WHO_IS_LEADER', 'STATUS']);
    expect(told.slice(0, 4)).toEqual(['seedstorm> SET a 1', 'OK a = 1 (version 1)', 'seedstorm> WHO_IS_LEADER', `LEADER ${addresses[1]}`]);
    expect(told[5]).toMatch(new RegExp(`^${addresses[0]}  primary-replica s1 replica +generation 0  primary s2  changes \\d`));
    expect(told[6]).toMatch(new RegExp(`^${addresses[1]}  primary-replica s2 primary +generation 0  primary s2  changes 1`));
  });

  test('goes on when nobody answers', async () => {
    const [port = 0] = await freePorts(1);
    const server = `127.0.0.1:${port}`;
    const told = await conversation([server], ['SET a 1', 'WHO_IS_LEADER', 'STATUS'], ['--timeout', '300ms']);
    expect(told).toEqual([
      'seedstorm> SET a 1',
      expect.stringMatching(/^Error: not done: /),
      'seedstorm> WHO_IS_LEADER',
      'Error: no leader is known',
      'seedstorm> STATUS',
      `${server}  no answer`,
      'seedstorm> ',
      '',
    ]);
  });

  test.each([
    [['shell', '--servers', 'here'], /"here" is not an address: expected host:port/],
    [['shell', '--timeout', 'long'], /--timeout takes a time with its unit/],
    [['shell', '--port', '8080'], /unknown argument: port/],
  ])('%j ends with 2 and one line', async (words, line) => {
    const { exitCode, stderr, stdout } = await seedstorm(words);
    expect({ exitCode, stdout, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(line);
  });
});
