import { expect, test } from 'vitest';
import { byteStringFromText } from '../../src/core/base/bytestring.js';
import { micros, nodeId } from '../../src/core/base/units.js';
import { Narrator } from '../../src/sim/narrator.js';

const C1 = nodeId(3);

function told(): Narrator {
  const narrator = new Narrator({ servers: 2, tell: (message) => (message === 'beat' ? null : String(message)) });
  const ask = (atUs: number, key: string): void => {
    const call = { id: atUs, op: 'set', key: byteStringFromText(key), value: byteStringFromText('a-very-long-value') };
    narrator.onStep(micros(atUs), C1, { kind: 'request', now: micros(0), connection: 0 as never, request: call }, {}, {}, []);
  };
  ask(1_000, 'k0');
  narrator.onSend(micros(1_500), nodeId(1), nodeId(2), 'SET k0 x', 'lost');
  narrator.onSend(micros(1_600), nodeId(1), nodeId(2), 'beat', 'lost');
  narrator.onSend(micros(1_700), C1, nodeId(2), 'a request', 'delivered');
  narrator.onSend(micros(1_800), nodeId(1), nodeId(2), 'SET k1 y', 'delivered');
  narrator.onHarm(micros(2_000), 'kill s1');
  narrator.onHarm(micros(2_500), 'kill s1');
  narrator.onNote(micros(3_000), nodeId(2), { kind: 'note', name: 'leader-elected', text: 'term 2' });
  const result = { status: 'ok', version: 1, value: '' };
  narrator.onStep(micros(4_000), C1, null, {}, {}, [{ kind: 'respond', connection: 0 as never, response: { kind: 'done', id: 1_000, result } }]);
  ask(5_000, 'k1');
  return narrator;
}

test('a story tells what clients, servers and the world did, and leaves out what keeps a system going', () => {
  expect(told().lines(null)).toEqual([
    '      1.0 ms  c1 asks to set k0 to a-very-long-…',
    '      1.5 ms  s1 to s2: SET k0 x (lost)',
    '      1.8 ms  s1 to s2: SET k1 y',
    '      2.5 ms  * kill s1 (2 times)',
    '      3.0 ms  s2: leader elected, term 2',
    '      4.0 ms  c1 is told: done, version 1',
    '      5.0 ms  c1 asks to set k1 to a-very-long-…',
  ]);
});

test('a story about one key leaves out what is only about others', () => {
  const lines = told().lines('k1');
  expect(lines.filter((line) => line.includes('k0'))).toEqual([]);
  expect(lines).toHaveLength(4);
});
