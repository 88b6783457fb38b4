import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HISTORY_LINES_MAX, historyPath, ShellHistory } from '../../../src/cli/shell/history.js';
import { temporaryDirectory } from '../../real/helpers.js';

describe('the history of the shells', () => {
  test('gives the newest lines first, and only its user may read the file', async () => {
    const file = join(await temporaryDirectory(), 'history');
    const history = new ShellHistory(file);
    expect(history.load()).toEqual([]);
    for (const line of ['GET a', 'GET a', '   ', ' SET a 1 ', 'GET a']) history.add(line);
    expect(new ShellHistory(file).load()).toEqual(['GET a', 'SET a 1', 'GET a']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('knows the last line of the session before, and does not repeat it', async () => {
    const file = join(await temporaryDirectory(), 'history');
    new ShellHistory(file).add('EXIT');
    const next = new ShellHistory(file);
    next.load();
    next.add('EXIT');
    expect(readFileSync(file, 'utf8')).toBe('EXIT\n');
  });

  test('is bounded', async () => {
    const file = join(await temporaryDirectory(), 'history');
    const lines = Array.from({ length: 2 * HISTORY_LINES_MAX }, (_, i) => `GET ${i}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    expect(new ShellHistory(file).load()).toEqual(lines.slice(HISTORY_LINES_MAX).reverse());
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(HISTORY_LINES_MAX + 1);
  });

  test.each([
    ['no file', null],
    ['a place where nothing can be written', '/dev/null/history'],
  ])('is a comfort only: %s', (_what, path) => {
    const history = new ShellHistory(path);
    history.add('GET a');
    expect(history.load()).toEqual([]);
  });

  test('is where its user says', () => {
    expect(historyPath({ SEEDSTORM_HISTORY: './mine' })).toBe('./mine');
    expect(historyPath({ SEEDSTORM_HISTORY: '' })).toBeNull();
    expect(historyPath({})).toBe(join(homedir(), '.seedstorm_history'));
  });
});
