import { describe, expect, test } from 'vitest';
import { colourLevel } from '../../../src/cli/terminal/colours.js';
import { seedstorm } from '../run-cli.js';

const TERMINAL = { level: 3, hasBasic: true, has256: true, has16m: true } as const;

test.each<readonly [words: readonly string[], environment: Readonly<Record<string, string>>, onTerminal: number, elsewhere: number]>([
  [[], {}, 3, 0],
  [[], { NO_COLOR: '1' }, 0, 0],
  [[], { NO_COLOR: '' }, 3, 0],
  [[], { NO_COLOR: '1', FORCE_COLOR: '3' }, 3, 0],
  [['run', '--no-color'], {}, 0, 0],
  [['run', '--no-color'], { FORCE_COLOR: '1' }, 0, 0],
  [['--color'], { NO_COLOR: '1' }, 3, 1],
  [['--no-color', '--color'], {}, 3, 1],
  [['set', 'k', '--', '--no-color'], {}, 3, 0],
])('colour with %j and %j', (words, environment, onTerminal, elsewhere) => {
  expect(colourLevel(TERMINAL, words, environment)).toBe(onTerminal);
  expect(colourLevel(false, words, environment)).toBe(elsewhere);
});

describe('every command knows --color and --no-color', { timeout: 60_000 }, () => {
  test.each([['run', 'basic', '--seed', '3'], ['scenarios'], ['explore', 'basic', '--seeds', '1..1', '--jobs', '1']])(
    'seedstorm %s %s',
    async (...words) => {
      const said = async (more: readonly string[], env: Readonly<Record<string, string>>) => {
        const { exitCode, stdout } = await seedstorm([...words, ...more], { env });
        expect(exitCode).toBe(0);
        return stdout.includes('\u001b');
      };
      const hasColour = words[0] !== 'scenarios';
      expect(await said(['--color'], { NO_COLOR: '1' })).toBe(hasColour);
      expect(await said(['--no-color'], { FORCE_COLOR: '3' })).toBe(false);
    },
  );
});
