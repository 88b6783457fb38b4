import { expect, test } from 'vitest';
import { lineLog, LOG_LEVELS } from '../../../src/real/base/log.js';

test('a log writes one line for each text that is grave enough, whatever stands in it', () => {
  const lines: string[] = [];
  const log = lineLog((line) => lines.push(line), 'warn');
  for (const level of LOG_LEVELS) log(level, `${level}\nforged\u001b[2J\r\n`);
  expect(lines.map((line) => line.replace(/^\S+Z /, ''))).toEqual(['error error forged [2J \n', 'warn  warn forged [2J \n']);
});
