import { expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../src/core/base/bytestring.js';
import { keyValueWords } from '../../../src/sim/clients/key-value-words.js';

const key = byteStringFromText('k1');
const value = byteStringFromText('v');
const command = { op: 'set', clientId: 1, sequenceNum: 1, key, value, version: 0 } as const;

test.each<readonly [said: unknown, text: string]>([
  [{ kind: 'command', id: 1, command }, 'set k1=v'],
  [{ kind: 'query', id: 1, key }, 'get k1'],
  [{ kind: 'done', id: 1, result: { status: 'ok', version: 3, value } }, 'ok v3=v'],
  [{ kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } }, 'noKey v0'],
  [{ kind: 'notLeader', id: 1, leaderHint: 2, isUncertain: true }, 'notLeader hint s2 uncertain'],
  [{ kind: 'maybe', id: 1, cause: 'timeLimit', reason: 'the time is over' }, 'maybe: the time is over'],
  [{ id: 1, op: 'put', key, value, version: 2 }, 'put k1=v if v2'],
  [{ id: 1, op: 'get', key: byteStringFromText('a key\nthat is long') }, 'get a.key.that.i…'],
  [{ id: 1, op: 'acquire' }, 'acquire'],
  [{ kind: 'held', id: 1, version: 3 }, 'held'],
  [{ kind: 'whoIsLeader', id: 1 }, 'whoIsLeader'],
  [null, 'null'],
])('%j reads %s', (said, text) => {
  expect(keyValueWords(said)).toBe(text);
});
