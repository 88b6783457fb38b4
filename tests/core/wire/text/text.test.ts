import { describe, expect, test } from 'vitest';
import { byteStringFromText, type ByteString } from '../../../../src/core/base/bytestring.js';
import { NOBODY, nodeId } from '../../../../src/core/base/units.js';
import { KEY_BYTES_MAX } from '../../../../src/core/wire/limits.js';
import type { NodeResponse } from '../../../../src/core/wire/protocol.js';
import { answerLine, parseLine, type Verb } from '../../../../src/core/wire/text/text.js';

const bytes = (text: string): ByteString => text as ByteString;
const addressOf = (server: number): string | null => (server === 2 ? '10.0.0.2:6379' : null);
const command = (op: string, key: string, value: string, version: number): object => ({
  op,
  clientId: 0,
  sequenceNum: 0,
  key,
  value,
  version,
});

describe('a line of text', () => {
  test.each([
    ['GET a', { kind: 'query', id: 7, key: 'a' }],
    ['get a', { kind: 'query', id: 7, key: 'a' }],
    ['SET k hello world', { kind: 'command', id: 7, command: command('set', 'k', 'hello world', 0) }],
    ['Set k  two spaces ', { kind: 'command', id: 7, command: command('set', 'k', ' two spaces ', 0) }],
    ['SET k ', { kind: 'command', id: 7, command: command('set', 'k', '', 0) }],
    ['SET k a\r\0\xff', { kind: 'command', id: 7, command: command('set', 'k', 'a\r\0\xff', 0) }],
    ['PUT k 0 new', { kind: 'command', id: 7, command: command('put', 'k', 'new', 0) }],
    ['PUT k 9007199254740991 v w', { kind: 'command', id: 7, command: command('put', 'k', 'v w', Number.MAX_SAFE_INTEGER) }],
    ['DELETE k', { kind: 'command', id: 7, command: command('delete', 'k', '', 0) }],
    ['WHO_IS_LEADER', { kind: 'whoIsLeader', id: 7 }],
    ['who_is_leader', { kind: 'whoIsLeader', id: 7 }],
    ['STATUS', { kind: 'status', id: 7 }],
  ])('%j is understood', (line, request) => {
    const parsed = parseLine(bytes(line), 7);
    expect(parsed.ok && parsed.value.request).toEqual(request);
  });

  test.each([
    ['', 'empty line'],
    [' GET a', 'empty line'],
    ['HELLO', 'unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS'],
    ['GETa', 'unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS'],
    ['GET', 'usage: GET key'],
    ['GET ', 'empty key'],
    ['GET a b', 'usage: GET key'],
    ['DELETE', 'usage: DELETE key'],
    ['DELETE ', 'empty key'],
    ['SET', 'usage: SET key value'],
    ['SET k', 'usage: SET key value'],
    ['SET  v', 'empty key'],
    ['PUT k v', 'usage: PUT key version value'],
    ['PUT k', 'usage: PUT key version value'],
    ['PUT  1 v', 'empty key'],
    ['PUT k -1 v', 'the version is not a whole number from 0 to 2^53-1'],
    ['PUT k 1e3 v', 'the version is not a whole number from 0 to 2^53-1'],
    ['PUT k 9007199254740992 v', 'the version is not a whole number from 0 to 2^53-1'],
    ['WHO_IS_LEADER now', 'usage: WHO_IS_LEADER'],
    ['STATUS ', 'usage: STATUS'],
    [`GET ${'k'.repeat(KEY_BYTES_MAX + 1)}`, `key too long: more than ${KEY_BYTES_MAX} bytes`],
  ])('%.40j is answered with its mistake', (line, problem) => {
    expect(parseLine(bytes(line), 7)).toEqual({ ok: false, problem });
  });
});

describe('an answer in text', () => {
  const done = (status: 'ok' | 'noKey' | 'versionConflict' | 'sessionExpired', version: number, value = ''): NodeResponse => ({
    kind: 'done',
    id: 1,
    result: { status, version, value: bytes(value) },
  });

  test.each<[Verb, NodeResponse, string]>([
    ['GET', done('ok', 3, 'hello world'), 'VALUE hello world\n'],
    ['GET', done('ok', 3, ''), 'VALUE \n'],
    ['GET', done('ok', 3, '\xc3\xa9'), 'VALUE \xc3\xa9\n'],
    ['GET', done('ok', 3, 'a\nOK'), 'ERROR the value has a line feed in it; read it with the binary protocol\n'],
    ['GET', done('noKey', 0), 'NOT_FOUND\n'],
    ['SET', done('ok', 3), 'OK\n'],
    ['PUT', done('ok', 3), 'OK 3\n'],
    ['PUT', done('noKey', 0), 'NOT_FOUND\n'],
    ['PUT', done('versionConflict', 5), 'ERROR version conflict: the key has version 5\n'],
    ['DELETE', done('ok', 3), 'OK\n'],
    ['DELETE', done('noKey', 0), 'NOT_FOUND\n'],
    ['SET', done('sessionExpired', 0), 'ERROR the session is unknown; nothing was done\n'],
    ['WHO_IS_LEADER', { kind: 'leader', id: 1, leaderHint: nodeId(2) }, 'LEADER 10.0.0.2:6379\n'],
    ['WHO_IS_LEADER', { kind: 'leader', id: 1, leaderHint: NOBODY }, 'ERROR no leader\n'],
    ['WHO_IS_LEADER', { kind: 'leader', id: 1, leaderHint: nodeId(3) }, 'ERROR no leader\n'],
    ['SET', { kind: 'notLeader', id: 1, leaderHint: nodeId(2), isUncertain: false }, 'NOT_LEADER leader=10.0.0.2:6379\n'],
    ['SET', { kind: 'notLeader', id: 1, leaderHint: NOBODY, isUncertain: false }, 'ERROR no leader\n'],
    [
      'SET',
      { kind: 'notLeader', id: 1, leaderHint: nodeId(2), isUncertain: true },
      'ERROR the leader was deposed meanwhile; the command may have taken effect, or may yet\n',
    ],
    ['GET', { kind: 'unavailable', id: 1, reason: 'starting\nup' }, 'ERROR unavailable, nothing was done: starting up\n'],
    ['SET', { kind: 'noSessions', id: 1 }, 'ERROR unavailable, nothing was done: this system keeps no sessions\n'],
    ['SET', { kind: 'maybe', id: 1, reason: '1 of 2 servers' }, 'ERROR nobody can know whether it was done: 1 of 2 servers\n'],
    [
      'STATUS',
      {
        kind: 'status',
        id: 1,
        status: {
          self: nodeId(1),
          system: 'raft',
          role: 'leader',
          term: 4,
          leaderId: nodeId(1),
          commitIndex: 9,
          lastApplied: 8,
          lastLogIndex: 10,
          firstLogIndex: 3,
          snapshotIndex: 2,
          keyCount: 5,
          sessionCount: 1,
          digest: '00ff00ff00ff00ff',
        },
      },
      'STATUS id=1 role=leader term=4 leader=1 commit=9 applied=8 first=3 last=10 snapshot=2 keys=5 sessions=1 digest=00ff00ff00ff00ff system=raft\n',
    ],
  ])('%s: %j', (verb, response, line) => {
    expect(answerLine(verb, response, addressOf)).toBe(line);
  });

  test('text that is not ASCII leaves as UTF-8', () => {
    const response: NodeResponse = { kind: 'unavailable', id: 1, reason: 'é' };
    expect(answerLine('GET', response, addressOf)).toBe(byteStringFromText('ERROR unavailable, nothing was done: é\n'));
  });
});
