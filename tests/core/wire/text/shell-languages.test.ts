import { describe, expect, test } from 'vitest';
import { parseShellLine } from '../../../../src/core/wire/text/shell.js';
import {
  CLUSTER_SHELL,
  clusterGreeting,
  getText,
  greeting,
  JOINED_TEXT,
  putText,
  SHELLS,
} from '../../../../src/core/wire/text/shell-languages.js';

describe('the shells say what document 004 says', () => {
  test('at the start', () => {
    expect([...greeting('primary', 8080), SHELLS.primary.prompt]).toEqual([
      'Primary server ready (port 8080)',
      'Commands:',
      '- PUT <key> <value>',
      '- GET <key>',
      '- EXIT',
      'primary> ',
    ]);
    expect([...greeting('replica', 8081), SHELLS.replica.prompt]).toEqual([
      'Replica ready (port 8081)',
      'Commands:',
      '- GET <key>',
      '- JOIN <host:port>',
      '- EXIT',
      'replica> ',
    ]);
  });

  test('in answers', () => {
    expect([putText('a', '1'), getText('a', '1'), getText('a', null), getText('a', ''), JOINED_TEXT]).toEqual([
      'OK a = 1',
      'a -> 1',
      'a -> Not found',
      'a -> ',
      'Snapshot received',
    ]);
  });
});

describe('the shell of a cluster', () => {
  test('says whom it speaks to and what it understands', () => {
    expect(clusterGreeting(['a:1', 'b:2'])).toEqual([
      'Shell of a:1, b:2',
      'Commands:',
      '- GET <key>',
      '- SET <key> <value>',
      '- PUT <key> <version> <value>',
      '- DELETE <key>',
      '- STATUS',
      '- WHO_IS_LEADER',
      '- EXIT',
    ]);
  });

  test.each([
    ['set a two  words', { kind: 'set', key: 'a', value: 'two  words' }],
    ['PUT a 0 1', { kind: 'put', key: 'a', version: 0, value: '1' }],
    ['put a 12 1 2', { kind: 'put', key: 'a', version: 12, value: '1 2' }],
    ['delete a', { kind: 'delete', key: 'a' }],
    ['status', { kind: 'status' }],
    ['who_is_leader', { kind: 'leader' }],
  ])('understands %j', (line, action) => {
    expect(parseShellLine(CLUSTER_SHELL, line)).toEqual({ ok: true, value: action });
  });

  test.each([
    ['PUT a 1', 'Usage: PUT <key> <version> <value>'],
    ['PUT a one 1', 'Usage: PUT <key> <version> <value>'],
    ['PUT a 9007199254740992 1', 'Usage: PUT <key> <version> <value>'],
    ['STATUS a', 'Usage: STATUS'],
    ['SET a', 'Usage: SET <key> <value>'],
    ['DELETE', 'Usage: DELETE <key>'],
    ['jump', 'Unknown command: jump (known are GET, SET, PUT, DELETE, STATUS, WHO_IS_LEADER, EXIT)'],
  ])('answers %j with what was expected', (line, problem) => {
    expect(parseShellLine(CLUSTER_SHELL, line)).toEqual({ ok: false, problem });
  });
});
