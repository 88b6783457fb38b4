import { describe, expect, test } from 'vitest';
import { commandList, completions, parseShellLine } from '../../../../src/core/wire/text/shell.js';
import { CLUSTER_SHELL, SHELLS } from '../../../../src/core/wire/text/shell-languages.js';

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
    expect(parseShellLine(SHELLS.primary, line)).toEqual({ ok: true, value: action });
  });

  test("JOIN is the replica's, and PUT is not", () => {
    expect(parseShellLine(SHELLS.replica, 'JOIN localhost:8080')).toEqual({ ok: true, value: { kind: 'join', address: 'localhost:8080' } });
    expect(parseShellLine(SHELLS.replica, 'PUT a 1')).toEqual({ ok: false, problem: 'Unknown command: PUT (known are GET, JOIN, EXIT)' });
    expect(parseShellLine(SHELLS.primary, 'JOIN x:1')).toEqual({ ok: false, problem: 'Unknown command: JOIN (known are PUT, GET, EXIT)' });
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
    expect(parseShellLine(SHELLS[role], line)).toEqual({ ok: false, problem });
  });
});

describe('what was typed is completed', () => {
  test('a command from its first letters, with a space where words follow', () => {
    expect(completions(SHELLS.primary, 'p')).toEqual(['PUT ']);
    expect(completions(SHELLS.replica, '')).toEqual(['GET ', 'JOIN ', 'EXIT']);
    expect(completions(CLUSTER_SHELL, ' s')).toEqual(['SET ', 'STATUS']);
    expect(completions(CLUSTER_SHELL, 'jump')).toEqual([]);
  });

  test('a key from those that were typed before, where a key belongs', () => {
    const keys = ['apple', 'apricot', 'pear'];
    expect(completions(CLUSTER_SHELL, 'get ap', keys)).toEqual(['get apple', 'get apricot']);
    expect(completions(CLUSTER_SHELL, 'DELETE ', keys)).toEqual(['DELETE apple', 'DELETE apricot', 'DELETE pear']);
    expect(completions(CLUSTER_SHELL, 'SET apple p', keys)).toEqual([]);
    expect(completions(CLUSTER_SHELL, 'STATUS ap', keys)).toEqual([]);
    expect(completions(SHELLS.replica, 'JOIN ap', keys)).toEqual([]);
  });

  test('all commands are listed', () => {
    expect(commandList(SHELLS.primary)).toHaveLength(4);
  });
});
