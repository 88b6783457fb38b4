import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quoted } from '../../../src/cli/terminal/quoted.js';

test.each(['plain', '/var/lib/seed-storm_1', 'a b', "it's", '$HOME', '`x`', '', '"', 'a\nb', '*', 'ü', '~'])(
  '%j comes out of a shell as it went in',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`], { encoding: 'utf8' })).toBe(word);
  },
);

test('a plain word stays as it is', () => {
  expect(quoted('./server-1')).toBe('./server-1');
});
