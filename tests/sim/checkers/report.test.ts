import { expect, test } from 'vitest';
import { checkLinearizability } from '../../../src/sim/checkers/linearizability.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { reportOf } from '../../../src/sim/checkers/report.js';
import { operation } from './made.js';

test('a stale read is told with the order before it and the write that it saw', () => {
  const history = [
    operation({ op: 'put', value: 'a', version: 0, callUs: 0, returnUs: 1_000, resultVersion: 1 }),
    operation({ op: 'put', value: 'b', version: 1, callUs: 2_000, returnUs: 3_000 }),
    operation({ op: 'set', value: 'c', callUs: 3_500, returnUs: 6_000, clientId: 3 }),
    operation({ op: 'get', resultValue: 'a', resultVersion: 1, callUs: 4_000, returnUs: 5_000, clientId: 2 }),
  ];
  expect(reportOf(checkLinearizability(history, kv))).toBe(`failed  not linearizable: key "k"

Until 5.000 ms all was well. Then this answer came, for which there is no place:
  c2   4.000 ms .. 5.000 ms           get -> "a", version 1

An order of all that went before (2 operations):
  c1   0.000 ms .. 1.000 ms           put "a" if version 0 -> ok, version 1
  c1   2.000 ms .. 3.000 ms           put "b" if version 1 -> ok
  then the key is: "b", version 2

At work at that moment, and not in that order:
  c3   3.500 ms .. 6.000 ms           set "c" -> ok

What it saw was last written here, in that order before 1 other change:
  c1   0.000 ms .. 1.000 ms           put "a" if version 0 -> ok, version 1`);
});

test('a history that holds takes one line', () => {
  expect(reportOf(checkLinearizability([], kv))).toBe('passed  linearizable (0 steps)');
});
