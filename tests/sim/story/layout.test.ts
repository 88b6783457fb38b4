import { describe, expect, test } from 'vitest';
import { filled, Layout } from '../../../src/sim/story/layout.js';

describe('a line of a transcript', () => {
  const event = { time: '1.500', who: 's2', took: 's1: call', did: ['> s1 echo', 'disk append log 32 B + sync log', '> s3 a reply'] };

  test('holds what was done beside what came in, where both fit', () => {
    expect(new Layout(120, ['s1', 's2']).lines({ ...event, did: ['> s1 echo'] })).toEqual([
      '       1.500  s2  s1: call                                  > s1 echo',
    ]);
  });

  test('continues below where they do not, as many of them on a line as fit', () => {
    expect(new Layout(60, ['s1', 's2']).lines(event)).toEqual([
      '       1.500  s2  s1: call',
      '                    > s1 echo,',
      '                    disk append log 32 B + sync log,',
      '                    > s3 a reply',
    ]);
  });

  test.each([40, 60, 80, 100, 120, 200])('is at most %d characters long, and nothing is lost', (columns) => {
    const long = {
      time: '123456789.123',
      who: 'c12',
      took: `s1: ${'w'.repeat(90)}`,
      did: ['x'.repeat(150), 'y z '.repeat(40).trim(), '> s1'],
    };
    const lines = new Layout(columns, ['s1', 'c12']).lines(long);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    const bare = (text: string): string => text.replace(/\s/g, '');
    expect(bare(lines.join(''))).toBe(bare(`${long.time}${long.who}${long.took}${long.did.join(',')}`));
  });
});

test.each<readonly [pieces: readonly string[], lines: readonly string[]]>([
  [[], []],
  [[''], []],
  [['a', 'b'], ['a, b']],
  [
    ['abcde', 'fghij'],
    ['abcde,', 'fghij'],
  ],
  [['ab cd efg'], ['ab cd', 'efg']],
  [['abcdefghijkl'], ['abcdefg', 'hijkl']],
])('%j in lines of seven', (pieces, lines) => {
  expect(filled(pieces, ', ', 7)).toEqual(lines);
});
