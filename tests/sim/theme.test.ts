import { describe, expect, test } from 'vitest';
import type { Operation } from '../../src/sim/checkers/history.js';
import { callName, themeOf } from '../../src/sim/theme.js';

const set = (callUs: number, value: string, key = 'k0'): Operation => ({
  clientId: 4, key, op: 'set', value, version: null, expected: null, outcome: 'ok', resultValue: null, resultVersion: 1, callUs, returnUs: callUs + 5,
});
const getNothing = (callUs: number): Operation => ({ ...set(callUs, ''), op: 'get', value: null, outcome: 'noKey', resultVersion: null });

const [A, B, OTHER] = [set(10, '4.1'), { ...set(20, '4.2'), resultVersion: 2 }, set(30, '4.3', 'k1')];

describe('the story of', () => {
  test('a broken history has as few calls as break it, from the first to the last of them', () => {
    const read = getNothing(50);
    const theme = themeOf({ property: 'Linearizability', message: 'as it was first put', atMs: 900, key: 'k0' }, [A, OTHER, read, getNothing(70)]);
    expect(theme).toMatchObject({ calls: new Set([A, read].map(callName)), values: new Set(['4.1']), tellsEveryMessage: false, beginUs: 10, endUs: 55 });
    expect(theme.message).toMatch(/^key k0: no order explains /);
  });

  test('a lost write has the last one that was answered, and the terms that it names', () => {
    const message = 's2, leader of term 2, told a client that k0 is 4.2; s1, elected in term 4, says no';
    const theme = themeOf({ property: 'No Acknowledged Write Lost', message, atMs: 0.04, key: 'k0' }, [A, B, getNothing(30), OTHER, set(38, '4.9')]);
    expect(theme).toMatchObject({ calls: new Set([callName(B)]), terms: new Set([2, 4]), servers: new Set(['s1', 's2']), beginUs: 0, endUs: 40, message });
    expect(themeOf({ property: 'No Acknowledged Write Lost', message: 's1 lost it', atMs: 0.04 }, [A, B])).toMatchObject({ terms: null, beginUs: 20 });
  });

  test('two holders has no client, and every word between servers', () => {
    expect(themeOf({ property: 'Single Holder', message: 's1 and s3 both', atMs: 1 }, [A])).toMatchObject({ calls: new Set(), tellsEveryMessage: true, servers: new Set(['s1', 's3']) });
  });

  test('anything else has every write so far and no read', () => {
    expect(themeOf({ property: 'Replica Prefix', message: 's2 differs', atMs: 0.025 }, [A, B, getNothing(15), OTHER])).toMatchObject({
      calls: new Set([A, B].map(callName)), tellsEveryMessage: true, servers: null, beginUs: 0, endUs: 25,
    });
  });
});
