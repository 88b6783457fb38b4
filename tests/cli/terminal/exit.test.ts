import { describe, expect, test } from 'vitest';
import { EXIT, explain, misuse } from '../../../src/cli/terminal/exit.js';

describe('what is said about an error', () => {
  test('a mistake of the user: its first line and exit code 2', () => {
    expect(explain(misuse('no such key\nmore'), false)).toEqual({ text: 'seedstorm: no such key', exitCode: EXIT.misuse });
  });

  test('a bug of ours: one line, how to see more, and a code of its own', () => {
    expect(explain(new TypeError('x is undefined'), false)).toEqual({
      text: 'seedstorm: internal error: x is undefined (SEEDSTORM_DEBUG=1 shows where)',
      exitCode: EXIT.internal,
    });
  });

  test('the stack when it is asked for', () => {
    expect(explain(new TypeError('x is undefined'), true).text).toMatch(/\n +at /);
  });

  test('anything else that was thrown', () => {
    expect(explain('a string', false)).toMatchObject({ exitCode: EXIT.internal });
  });
});
