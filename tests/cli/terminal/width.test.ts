import { expect, test } from 'vitest';
import { columnsOf } from '../../../src/cli/terminal/width.js';

test.each([
  [{ isTTY: true, columns: 80 }, { COLUMNS: '120' }, 80],
  [{ isTTY: true, columns: 0 }, {}, 100],
  [{}, { COLUMNS: '120' }, 120],
  [{}, { COLUMNS: 'wide' }, 100],
  [{}, { COLUMNS: '0' }, 100],
  [{}, {}, 100],
])('%j with %j is %d characters wide', (screen, environment, columns) => {
  expect(columnsOf(screen, environment)).toBe(columns);
});
