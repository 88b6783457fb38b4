import { expect, test } from 'vitest';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../../src/sim/checkers/linearizability.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { minimalHistory } from '../../../src/sim/story/minimal-history.js';

const NOTHING: Operation = {
  clientId: 4,
  key: 'k',
  op: 'get',
  value: null,
  version: null,
  expected: null,
  outcome: 'ok',
  resultValue: null,
  resultVersion: null,
  callUs: 0,
  returnUs: 0,
};
const span = (callUs: number): Pick<Operation, 'callUs' | 'returnUs'> => ({ callUs, returnUs: callUs + 5 });
const set = (callUs: number, value: string, resultVersion: number): Operation => ({
  ...NOTHING,
  op: 'set',
  value,
  resultVersion,
  ...span(callUs),
});
const get = (callUs: number, resultValue: string, resultVersion: number): Operation => ({
  ...NOTHING,
  resultValue,
  resultVersion,
  ...span(callUs),
});
const getNothing = (callUs: number): Operation => ({ ...NOTHING, outcome: 'noKey', ...span(callUs) });
const lostSet = (callUs: number, value: string): Operation => ({
  ...NOTHING,
  op: 'set',
  value,
  outcome: 'unknown',
  callUs,
  returnUs: null,
});

const without = (operation: Operation): Operation => ({ ...operation, resultVersion: null });

function kept(operations: readonly Operation[]): readonly string[] {
  const minimal = minimalHistory(operations, kv);
  expect(minimal).not.toBeNull();
  expect(minimal?.operations).toContain(minimal?.culprit);
  return (minimal?.operations ?? []).map(({ op, value, resultValue }) => `${op} ${value ?? resultValue ?? 'nothing'}`);
}

test('of a stale read the write and the read stay', () => {
  const history = [getNothing(0), set(10, 'a', 1), get(20, 'a', 1), getNothing(30), get(40, 'a', 1), set(50, 'b', 2), get(60, 'b', 2)];
  expect(kept(history)).toEqual(['set a', 'get nothing']);
  expect(kept(history.map(without))).toEqual(['set a', 'get nothing']);
});

test('a write stays on which a kept answer rests, though the history would be broken without it too', () => {
  expect(kept([set(0, 'a', 1), set(10, 'b', 2), get(20, 'a', 1)])).toEqual(['set a', 'set b', 'get a']);
  expect(kept([set(0, 'a', 1), set(10, 'b', 2), get(20, 'a', 1)].map(without))).toEqual(['set a', 'set b', 'get a']);
});

test('where only the versions contradict each other, they stay', () => {
  expect(kept([lostSet(0, 'a'), set(10, 'b', 2), get(20, 'a', 1)])).toEqual(['set a', 'set b', 'get a']);
});

test('a read of what nobody wrote is all there is', () => {
  expect(kept([set(0, 'a', 1), get(10, 'never written', 1), set(20, 'b', 2)].map(without))).toEqual(['get never written']);
});

/** Clients that write in turns and read what was written last, and one stale read at the end. */
function long(writes: number): readonly Operation[] {
  const history = Array.from({ length: writes }, (_, i) => [set(i * 40, `v${i}`, i + 1), get(i * 40 + 10, `v${i}`, i + 1)]).flat();
  return [...history, get(writes * 40, `v${writes - 3}`, writes - 2)];
}

test.each([
  ['with versions', (operation: Operation) => operation],
  ['without', without],
])('of a long history as little is left as of a short one, %s', (_, as) => {
  const history = long(2_000).map(as);
  expect(checkLinearizability(history, kv).verdict).toBe('failed');
  const told = kept(history);
  expect(told.length).toBeLessThanOrEqual(4);
  expect(told).toContain('set v1997');
  expect(told.at(-1)).toBe('get v1997');
});

test('a history that is not broken has no such part', () => {
  expect(minimalHistory([set(0, 'a', 1), get(10, 'a', 1)], kv)).toBeNull();
});
