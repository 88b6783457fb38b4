import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ShellLanguage } from '../../../src/core/wire/text/shell.js';
import { runShell } from '../../../src/cli/shell/shell.js';
import { ShellHistory } from '../../../src/cli/shell/history.js';
import { eventually, temporaryDirectory } from '../../real/helpers.js';

interface Echo {
  readonly kind: 'echo';
  readonly key: string;
}

const LANGUAGE: ShellLanguage<Echo> = {
  prompt: 'test> ',
  verbs: { ECHO: { usage: 'ECHO <key>', read: (rest) => (rest === '' ? null : { kind: 'echo', key: rest }) } },
};
const TAB = '\t';
const UP = '\u001b[A';
const CTRL_C = '\u0003';

/** A shell that says what it is told, on streams instead of a terminal; keys are pressed by writing to it. */
function begin(isTerminal: boolean, historyFile: string | null, act?: (key: string, signal: AbortSignal) => Promise<readonly string[]>) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  output.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const echoed: string[] = [];
  const ended = runShell(
    {
      language: LANGUAGE,
      greeting: ['hello'],
      act: ({ key }, signal) => {
        echoed.push(key);
        return act === undefined ? Promise.resolve([`you said ${key}`]) : act(key, signal);
      },
    },
    { input, output, isTerminal, history: new ShellHistory(historyFile) },
  );
  return {
    ended,
    echoed,
    press: (keys: string) => input.write(keys),
    end: () => input.end(),
    text: () => text,
    said: (what: string) => eventually(`"${what}" on the screen`, () => (text.includes(what) ? true : null)),
  };
}

describe('on a terminal', () => {
  test('a line of an earlier session comes back with the arrow key', async () => {
    const file = join(await temporaryDirectory(), 'history');
    const first = begin(true, file);
    first.press('ECHO one\nECHO one\n  echo two \nEXIT\n');
    await first.ended;
    expect(readFileSync(file, 'utf8')).toBe('ECHO one\necho two\nEXIT\n');

    const second = begin(true, file);
    second.press(`${UP}${UP}${UP}\n`);
    await eventually('the line again', () => (second.echoed.length > 0 ? true : null));
    second.end();
    await second.ended;
    expect(second.echoed).toEqual(['one']);
  });

  test('Tab completes commands, and keys that were typed before', async () => {
    const shell = begin(true, null);
    shell.press(`ec${TAB}`);
    shell.press('apple\n');
    await shell.said('you said apple');
    shell.press(`ECHO ap${TAB}`);
    shell.press('\n');
    await eventually('the second', () => (shell.echoed.length === 2 ? true : null));
    shell.end();
    await shell.ended;
    expect(shell.echoed).toEqual(['apple', 'apple']);
  });

  test('Ctrl-C takes back the command under way', async () => {
    const shell = begin(
      true,
      null,
      (_key, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(['taken back']))),
    );
    shell.press('ECHO for ever\n');
    await eventually('the command', () => (shell.echoed.length > 0 ? true : null));
    shell.press(CTRL_C);
    await shell.said('taken back');
    shell.end();
    await shell.ended;
  });

  test('Ctrl-C clears what is typed; at an empty prompt it says how to leave, and the next one leaves', async () => {
    const shell = begin(true, null);
    shell.press('ECHO wrong');
    await shell.said('ECHO wrong');
    shell.press(CTRL_C);
    shell.press('ECHO right\n');
    await shell.said('you said right');
    shell.press(CTRL_C);
    await shell.said('(to leave, press Ctrl-C again or Ctrl-D, or type EXIT)');
    // A command in between is a change of mind.
    shell.press('ECHO more\n');
    await shell.said('you said more');
    shell.press(CTRL_C);
    shell.press(CTRL_C);
    await shell.ended;
    expect(shell.echoed).toEqual(['right', 'more']);
    expect(shell.text().split('to leave').length - 1).toBe(2);
  });
});

describe('from a pipe', () => {
  test('the whole conversation is written, without escape codes, and nothing is remembered', async () => {
    const file = join(await temporaryDirectory(), 'history');
    const shell = begin(false, file);
    shell.press('echo a\n\nECHO\njump\nhelp\nECHO b');
    shell.end();
    await shell.ended;
    expect(shell.text()).toBe(
      [
        'hello',
        'test> echo a',
        'you said a',
        'test> ',
        'test> ECHO',
        'Usage: ECHO <key>',
        'test> jump',
        'Unknown command: jump (known are ECHO, EXIT)',
        'test> help',
        'Commands:',
        '- ECHO <key>',
        '- EXIT',
        'test> ECHO b',
        'you said b',
        'test> ',
        '',
      ].join('\n'),
    );
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  test('nothing behind an EXIT is carried out', async () => {
    const shell = begin(false, null);
    shell.press('ECHO a\nEXIT\nECHO b\n');
    await shell.ended;
    expect(shell.echoed).toEqual(['a']);
  });
});
