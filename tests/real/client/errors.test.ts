import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/real/client/errors.js';

test('each code stands in docs/CLIENT.md with what to do about it, and no other does', () => {
  const text = readFileSync(new URL('../../../docs/CLIENT.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(SEEDSTORM_\w+)` \| (.{10,}) \| (.{5,}) \|$/gm)].map(([, code]) => code);
  expect(rows.toSorted()).toEqual(Object.values(ERROR_CODES).toSorted());
});
