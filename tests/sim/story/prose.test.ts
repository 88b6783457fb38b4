import { expect, test } from 'vitest';
import { proseOf, valuesIn, type Sentence } from '../../../src/sim/story/prose.js';

const said = (atUs: number, text: string): Sentence => ({ atUs, text, key: null, call: null, sent: null, world: null });

test('values are called by letters in the order in which they are told, and moments are not taken for values', () => {
  const values = new Set(['4.1', '5.1', '5.2---']);
  const told = [said(4_100, 'k0 is 5.2---, after 5.1'), said(5_100, 'k0 is 5.1'), said(6_000, 'k0 is 5.3 and 5.2')];
  expect(proseOf(told, Infinity, values, 'not 4.1')).toEqual({
    lines: ['      4.1  k0 is A, after B', '      5.1  k0 is B', '      6.0  k0 is 5.3 and 5.2'],
    last: 'not C',
  });
  expect(valuesIn('k0 is 5.2---, after 5.1, not 5.11', values)).toEqual(['5.2---', '5.1']);
});

test('there are letters for as many values as there are', () => {
  const values = new Set(Array.from({ length: 30 }, (_, i) => `4.${i}`));
  expect(proseOf([said(0, [...values].join(' '))], Infinity, values, '').lines[0]).toMatch(/ A B .* Z A2 B2 C2 D2$/);
});
