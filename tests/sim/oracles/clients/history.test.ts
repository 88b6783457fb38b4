import { expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import { nodeId } from '../../../../src/core/base/units.js';
import type { ClientCall } from '../../../../src/core/client/calls.js';
import { History } from '../../../../src/sim/oracles/clients/history.js';

const C1 = nodeId(4);
const text = byteStringFromText;
const put: ClientCall = { id: 1, op: 'put', key: text('k'), value: text('v'), version: 2 };

test('an answer is written down with what was asked and when', () => {
  const history = new History(3);
  history.begin(C1, put, 10);
  history.end(C1, { kind: 'done', id: 1, result: { status: 'ok', version: 3, value: EMPTY } }, 25);
  expect(history.operations()).toEqual([
    {
      clientId: 1,
      key: 'k',
      op: 'put',
      value: 'v',
      version: 2,
      expected: null,
      outcome: 'ok',
      resultValue: null,
      resultVersion: 3,
      callUs: 10,
      returnUs: 25,
    },
  ]);
});

test('what nobody answered may have happened, or may yet', () => {
  const history = new History(3);
  history.begin(C1, put, 10);
  expect(history.operations()[0]).toMatchObject({ outcome: 'unknown', returnUs: null });
  history.end(C1, { kind: 'maybe', id: 1, cause: 'timeLimit', reason: 'the time is over' }, 25);
  expect(history.operations()[0]).toMatchObject({ outcome: 'unknown', returnUs: null });
  expect(history.unknownOutcomes).toBe(1);
});

test('what failed is no operation, but its value is remembered: it must never be seen', () => {
  const history = new History(3);
  history.begin(C1, put, 10);
  expect(history.end(C1, { kind: 'failed', id: 1, cause: 'timeLimit', reason: 'refused' }, 25)).toBeNull();
  expect(history.operations()).toEqual([]);
  expect(history.failedWrites).toEqual([{ client: 1, key: 'k', value: 'v', atUs: 25 }]);
});

test('a read tells the value that it found; a dropped session leaves everything open', () => {
  const history = new History(3);
  history.begin(C1, { id: 1, op: 'get', key: text('k') }, 1);
  history.end(C1, { kind: 'done', id: 1, result: { status: 'ok', version: 5, value: text('seen') } }, 2);
  history.begin(C1, { ...put, id: 2 }, 3);
  history.end(C1, { kind: 'done', id: 2, result: { status: 'sessionExpired', version: 0, value: EMPTY } }, 4);
  expect(
    history.operations().map(({ outcome, resultValue, resultVersion, returnUs }) => ({ outcome, resultValue, resultVersion, returnUs })),
  ).toEqual([
    { outcome: 'ok', resultValue: 'seen', resultVersion: 5, returnUs: 2 },
    { outcome: 'unknown', resultValue: null, resultVersion: null, returnUs: null },
  ]);
});

test('a stale read is written down apart: it promises less than the history is judged by', () => {
  const history = new History(3);
  history.begin(C1, { id: 1, op: 'get', key: text('k'), level: 'stale' }, 1);
  expect(history.operations()).toEqual([]);
  history.end(C1, { kind: 'done', id: 1, result: { status: 'ok', version: 5, value: text('old') } }, 2);
  expect(history.operations()).toEqual([]);
  expect(history.staleReads).toMatchObject([{ op: 'get', outcome: 'ok', resultValue: 'old', resultVersion: 5, callUs: 1, returnUs: 2 }]);
});
