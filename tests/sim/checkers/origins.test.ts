import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../../src/sim/checkers/linearizability.js';
import type { FileModel } from '../../../src/sim/checkers/specification.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { register } from '../../../src/sim/checkers/models/register.js';
import { text } from '../../../src/sim/checkers/models/text.js';
import { reportOf } from '../../../src/sim/checkers/report.js';
import { operation } from './made.js';

/** Fifty clients who write a few values over and over, all at once, and see nothing: no search comes to the end of their orders. */
function crowd(write: (value: string) => Partial<Operation> & Pick<Operation, 'op'>): Operation[] {
  return Array.from({ length: 2_000 }, (_, n) =>
    operation({
      ...write(`${n % 97}`),
      clientId: n % 50,
      callUs: Math.floor(n / 50) * 10 + (n % 7),
      returnUs: Math.floor(n / 50) * 10 + 9,
    }),
  );
}

const nobodyWrote = 'a value that nobody wrote';

const CASES: readonly { title: string; model: FileModel; history: Operation[] }[] = [
  {
    title: 'a read of a register',
    model: register,
    history: [
      ...crowd((value) => ({ op: 'write', value })),
      ...crowd((value) => ({ op: 'read', resultValue: value })).filter((_, n) => n >= 1_000 && n % 40 === 0),
      operation({ op: 'read', clientId: 99, resultValue: nobodyWrote, callUs: 300, returnUs: 320 }),
    ],
  },
  {
    title: 'a cas that succeeded',
    model: register,
    history: [
      ...crowd((value) => ({ op: 'write', value })),
      operation({ op: 'cas', clientId: 99, expected: nobodyWrote, value: nobodyWrote, callUs: 300, returnUs: 320 }),
    ],
  },
  {
    title: 'a get of a key',
    model: kv,
    history: [
      ...crowd((value) => ({ op: 'set', value })),
      ...crowd(() => ({ op: 'delete' })).slice(0, 200),
      operation({ op: 'get', clientId: 99, resultValue: nobodyWrote, callUs: 300, returnUs: 320 }),
    ],
  },
  {
    title: 'a get of a text whose end nobody appended',
    model: text,
    history: [
      ...crowd((value) => ({ op: 'append', value })),
      operation({ op: 'get', clientId: 99, resultValue: '12x', callUs: 300, returnUs: 320 }),
    ],
  },
];

describe('a value that nobody wrote is found without a search', () => {
  test.each(CASES)('$title', ({ model, history }) => {
    const result = checkLinearizability(history, model);
    expect(result).toMatchObject({ verdict: 'failed', culprit: history.at(-1), isNeverWritten: true });
    expect(result.steps).toBeLessThan(2_500_000);
    expect(reportOf(result)).toContain('This answer tells of a value that nobody can have written by then:\n  c99 ');
  });

  test('and so is one that was written only later', () => {
    const history = [
      operation({ op: 'read', clientId: 2, resultValue: 'x', callUs: 0, returnUs: 10 }),
      operation({ op: 'write', value: 'x', callUs: 11, returnUs: 20 }),
    ];
    expect(checkLinearizability(history, register)).toMatchObject({ verdict: 'failed', culprit: history[0], isNeverWritten: true });
    const inTime = history.with(1, { ...history[1]!, callUs: 10 });
    expect(checkLinearizability(inTime, register).verdict).toBe('passed');
  });

  test('what an outcome that nobody knows may have written counts as written', () => {
    const history = [
      operation({ op: 'write', value: 'x', callUs: 0, returnUs: null }),
      operation({ op: 'cas', value: 'y', expected: 'x', clientId: 2, callUs: 1, returnUs: null }),
      operation({ op: 'read', resultValue: 'y', clientId: 3, callUs: 5, returnUs: 6 }),
    ];
    expect(checkLinearizability(history, register).verdict).toBe('passed');
  });

  test('an earlier mistake of another kind is the one that is told', () => {
    const history = [
      operation({ op: 'write', value: 'a', callUs: 0, returnUs: 1 }),
      operation({ op: 'write', value: 'b', callUs: 2, returnUs: 3 }),
      operation({ op: 'read', resultValue: 'a', callUs: 4, returnUs: 5 }),
      operation({ op: 'read', resultValue: nobodyWrote, callUs: 6, returnUs: 7 }),
    ];
    expect(checkLinearizability(history, register)).toMatchObject({ verdict: 'failed', culprit: history[2], isNeverWritten: false });
  });
});
