import { expect, test } from 'vitest';
import { entry, table } from '../../../src/cli/terminal/entry.js';

test('a line that is too long continues below itself, behind its word', () => {
  expect(entry('ran', 'one two three', 80)).toEqual(['ran     one two three']);
  expect(entry('ran', 'one two three', 16)).toEqual(['ran     one two', '        three']);
  expect(entry('ran', 'x'.repeat(500))).toHaveLength(1);
});

test.each([40, 80, 120])('a table fits into %d columns, whole', (columns) => {
  const cells = Array.from({ length: 25 }, (_, i) => `a-moment-${i} ${i}`);
  const lines = table('seen', cells, columns);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.join(' ').match(/a-moment-\d+ \d+/g)).toEqual(cells);
  expect(lines.length).toBeLessThan(26);
});

test('a table of nothing is nothing, and a cell that is too long stands alone', () => {
  expect(table('seen', [], 80)).toEqual([]);
  expect(table('seen', ['a'.repeat(50), 'b'], 40)).toHaveLength(2);
});
