import { expect, test } from 'vitest';
import type { Operation } from '../../src/sim/checkers/history.js';
import { essential } from '../../src/sim/essential.js';
import { breachIn } from '../../src/sim/judges.js';

const NOTHING: Operation = { clientId: 4, key: 'k', op: 'get', value: null, version: null, expected: null, outcome: 'ok', resultValue: null, resultVersion: null, callUs: 0, returnUs: 0 };
const span = (callUs: number): Pick<Operation, 'callUs' | 'returnUs'> => ({ callUs, returnUs: callUs + 5 });
const set = (callUs: number, value: string, resultVersion: number): Operation => ({ ...NOTHING, op: 'set', value, resultVersion, ...span(callUs) });
const get = (callUs: number, resultValue: string, resultVersion: number): Operation => ({ ...NOTHING, resultValue, resultVersion, ...span(callUs) });
const getNothing = (callUs: number): Operation => ({ ...NOTHING, outcome: 'noKey', ...span(callUs) });
const lostSet = (callUs: number, value: string): Operation => ({ ...NOTHING, op: 'set', value, outcome: 'unknown', callUs, returnUs: null });

function kept(operations: readonly Operation[], property = 'Linearizability'): readonly string[] {
  const told = essential(operations, property === 'Linearizability', (some) => breachIn(property, some) !== null);
  expect(breachIn(property, told)).not.toBeNull();
  return told.map(({ op, value, resultValue }) => `${op} ${value ?? resultValue ?? 'nothing'}`);
}

test('of a stale read the write and the read stay', () => {
  const history = [getNothing(0), set(10, 'a', 1), get(20, 'a', 1), getNothing(30), get(40, 'a', 1), set(50, 'b', 2), get(60, 'b', 2)];
  expect(kept(history)).toEqual(['set a', 'get nothing']);
});

test('a write stays on which a kept answer rests, though the history would be broken without it too', () => {
  expect(kept([set(0, 'a', 1), set(10, 'b', 2), get(20, 'a', 1)])).toEqual(['set a', 'set b', 'get a']);
  expect(kept([lostSet(0, 'a'), set(10, 'b', 2), get(20, 'a', 1)])).toEqual(['set a', 'set b', 'get a']);
});

test('where two operations are set against each other, whatever was between them goes', () => {
  const history = [set(0, 'a', 1), set(10, 'b', 2), get(20, 'b', 2), set(30, 'c', 1), set(40, 'd', 2)];
  expect(kept(history, 'Version Monotonicity')).toHaveLength(2);
});

test('a history that is not broken is told whole', () => {
  const history = [set(0, 'a', 1), get(10, 'a', 1)];
  expect(essential(history, true, () => false)).toBe(history);
});
