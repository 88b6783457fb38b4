import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configured, needed, variableOf } from '../../../src/cli/terminal/configuration.js';

const NAMES = ['id', 'data', 'log-level'];

function file(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'seedstorm-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'node.json');
  writeFileSync(path, text);
  return path;
}

describe('what a user configured', () => {
  test('flags come before the environment, and that before the file', () => {
    const path = file('{ "id": 3, "data": "file", "log-level": "debug" }');
    const environment = { SEEDSTORM_ID: '2', SEEDSTORM_DATA: 'environment' };
    expect(configured(NAMES, { id: '1' }, environment, path)).toEqual({ id: '1', data: 'environment', 'log-level': 'debug' });
  });

  test('an option has its variable', () => {
    expect(variableOf('log-level')).toBe('SEEDSTORM_LOG_LEVEL');
    expect(configured(NAMES, {}, { SEEDSTORM_LOG_LEVEL: 'warn' }, null)).toMatchObject({ 'log-level': 'warn' });
  });

  test('what nobody gave is missing, and one line says where it may stand', () => {
    expect(() => needed({}, 'data')).toThrow(
      '--data is missing: give the flag, the variable SEEDSTORM_DATA, or "data" in the --config file',
    );
  });

  test.each([
    ['{ "idd": 1 }', /unknown option in .* "idd"; did you mean "id"\? known: id, data, log-level/],
    ['{ "id": ', /is not JSON/],
    ['[1]', /is not one JSON object/],
    ['{ "id": { "a": 1 } }', /"id" in .* is neither text, a number/],
  ])('a file of %s is refused', (text, problem) => {
    expect(() => configured(NAMES, {}, {}, file(text))).toThrow(problem);
  });

  test('a file that is not there is refused', () => {
    expect(() => configured(NAMES, {}, {}, join(tmpdir(), 'seedstorm-no-such-file.json'))).toThrow(/cannot be read/);
    for (const endless of ['/dev/zero', tmpdir()]) expect(() => configured(NAMES, {}, {}, endless)).toThrow(/is no regular file/);
  });
});
