import { expect, test } from 'vitest';
import { escaped } from '../../../src/cli/terminal/shown.js';

test.each([
  ['two words\nand a\ttab, ü €', 'two words\nand a\ttab, ü €'],
  ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
  ['\r\u0000\u007f\u009b', '\\x0d\\x00\\x7f\\x9b'],
])('%j is no command to a terminal', (value, text) => {
  expect(escaped(value)).toBe(text);
});
