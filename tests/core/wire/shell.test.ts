import { describe, expect, test } from 'vitest';
import { commandList, completions, getText, greeting, JOINED_TEXT, parseShellLine, promptOf, putText } from '../../../src/core/wire/shell.js';

describe('the shells say what document 004 says', () => {
  test('at the start', () => {
    expect([...greeting('primary', 8080), promptOf('primary')]).toEqual([
      'Primary server ready (port 8080)', 'Commands:', '- PUT <key> <value>', '- GET <key>', '- EXIT', 'primary> ',
    ]);
    expect([...greeting('replica', 8081), promptOf('replica')]).toEqual([
      'Replica ready (port 8081)', 'Commands:', '- GET <key>', '- JOIN <host:port>', '- EXIT', 'replica> ',
    ]);
  });

  test('in answers', () => {
    expect([putText('a', '1'), getText('a', '1'), getText('a', null), getText('a', ''), JOINED_TEXT]).toEqual([
      'OK a = 1', 'a -> 1', 'a -> Not found', 'a -> ', 'Snapshot received',
    ]);
  });
});

describe('a line', () => {
  test.each([
    ['PUT a 1', { kind: 'put', key: 'a', value: '1' }],
    ['  put  a   hello  world ', { kind: 'put', key: 'a', value: 'hello  world' }],
    ['GET\ta', { kind: 'get', key: 'a' }],
    ['EXIT', { kind: 'exit' }],
    ['help', { kind: 'help' }],
    ['', null],
    ['   ', null],
  ])('%j is understood by the primary', (line, action) => {
    expect(parseShellLine('primary', line)).toEqual({ ok: true, value: action });
  });

  test('JOIN is the replica\'s, and PUT is not', () => {
    expect(parseShellLine('replica', 'JOIN localhost:8080')).toEqual({ ok: true, value: { kind: 'join', address: 'localhost:8080' } });
    expect(parseShellLine('replica', 'PUT a 1')).toEqual({ ok: false, problem: 'Unknown command: PUT (known are GET, JOIN, EXIT)' });
    expect(parseShellLine('primary', 'JOIN x:1')).toEqual({ ok: false, problem: 'Unknown command: JOIN (known are PUT, GET, EXIT)' });
  });

  test.each([
    ['primary', 'PUT', 'Usage: PUT <key> <value>'],
    ['primary', 'PUT a', 'Usage: PUT <key> <value>'],
    ['primary', 'GET', 'Usage: GET <key>'],
    ['primary', 'GET a b', 'Usage: GET <key>'],
    ['replica', 'JOIN', 'Usage: JOIN <host:port>'],
    ['replica', 'JOIN a b', 'Usage: JOIN <host:port>'],
    ['replica', 'EXIT now', 'Usage: EXIT'],
    ['replica', 'constructor', 'Unknown command: constructor (known are GET, JOIN, EXIT)'],
  ] as const)('on the %s, %j is answered with what was expected', (role, line, problem) => {
    expect(parseShellLine(role, line)).toEqual({ ok: false, problem });
  });
});

test('a command is completed from its first letters', () => {
  expect(completions('primary', 'p')).toEqual(['PUT ']);
  expect(completions('replica', '')).toEqual(['GET ', 'JOIN ', 'EXIT']);
  expect(completions('primary', 'GET a')).toEqual([]);
  expect(commandList('primary')).toHaveLength(4);
});
