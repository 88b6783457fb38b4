import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { callName, themeOf } from '../../../src/sim/story/relevance.js';
import { violationOf } from '../../../src/sim/checkers/violation.js';

const set = (callUs: number, value: string, key = 'k0'): Operation => ({
  clientId: 4,
  key,
  op: 'set',
  value,
  version: null,
  expected: null,
  outcome: 'ok',
  resultValue: null,
  resultVersion: 1,
  callUs,
  returnUs: callUs + 5,
});
const getNothing = (callUs: number): Operation => ({ ...set(callUs, ''), op: 'get', value: null, outcome: 'noKey', resultVersion: null });

const [A, B, OTHER] = [set(10, '4.1'), { ...set(20, '4.2'), resultVersion: 2 }, set(30, '4.3', 'k1')];

describe('the story of', () => {
  test('a broken history has as few calls as break it, from the first to the last of them', () => {
    const read = getNothing(50);
    const theme = themeOf(violationOf('Linearizability', 'as it was first put', 900_000, { keys: ['k0'], operations: [read] }), [
      A,
      OTHER,
      read,
      getNothing(70),
    ]);
    expect(theme).toMatchObject({
      calls: new Set([A, read].map(callName)),
      values: new Set(['4.1']),
      tellsEveryMessage: false,
      beginUs: 10,
      endUs: 55,
    });
    expect(theme.message).toMatch(/^key k0: no order explains /);
  });

  test('operations that show it by themselves are told with the writes of what they saw, and no other', () => {
    const read: Operation = { ...set(50, ''), op: 'get', value: null, resultValue: '4.1' };
    const violation = violationOf('Stale Reads', 'it is old', 900_000, { keys: ['k0'], operations: [read] });
    expect(themeOf(violation, [A, B, OTHER])).toMatchObject({
      calls: new Set([A, read].map(callName)),
      values: new Set(['4.1']),
      tellsEveryMessage: false,
      beginUs: 10,
      endUs: 55,
      message: 'it is old',
    });
  });

  test('two answers that contradict each other are told with the write that the later one misses', () => {
    const earlier: Operation = { ...set(50, ''), op: 'get', value: null, resultValue: '4.2', resultVersion: 2 };
    const later = { ...earlier, resultValue: '4.1', resultVersion: 1, callUs: 70, returnUs: 75 };
    const violation = violationOf('Version Monotonicity', 'it went back', 900_000, { keys: ['k0'], operations: [later, earlier] });
    expect(themeOf(violation, [A, B, earlier, later])).toMatchObject({
      calls: new Set([B, earlier, later].map(callName)),
      tellsWriters: false,
      beginUs: 20,
      endUs: 75,
    });
  });

  test('a lost write has the last one that was answered, and the terms that it names', () => {
    const message = 's2 told a client that k0 is 4.2; s1 says no';
    const about = { servers: [2, 1], terms: [2, 4], keys: ['k0'] };
    const theme = themeOf(violationOf('No Acknowledged Write Lost', message, 40, about), [A, B, getNothing(30), OTHER, set(38, '4.9')]);
    expect(theme).toMatchObject({
      calls: new Set([callName(B)]),
      terms: new Set([2, 4]),
      servers: new Set(['s1', 's2']),
      beginUs: 0,
      endUs: 40,
      message,
    });
    expect(themeOf(violationOf('No Acknowledged Write Lost', 's1 lost it', 40), [A, B])).toMatchObject({
      terms: null,
      beginUs: 20,
    });
  });

  test('two holders has no client, and every word between servers', () => {
    expect(themeOf(violationOf('Single Holder', 's1 and s3 both', 1_000, { servers: [1, 3] }), [A])).toMatchObject({
      calls: new Set(),
      tellsEveryMessage: true,
      servers: new Set(['s1', 's3']),
    });
  });

  test('anything else has every write so far and no read', () => {
    expect(themeOf(violationOf('Replica Prefix', 's2 differs', 25), [A, B, getNothing(15), OTHER])).toMatchObject({
      calls: new Set([A, B].map(callName)),
      tellsEveryMessage: true,
      servers: null,
      beginUs: 0,
      endUs: 25,
    });
  });
});
