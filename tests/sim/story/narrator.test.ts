import { expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { micros, nodeId, type NodeId } from '../../../src/core/base/units.js';
import { Narrator } from '../../../src/sim/story/narrator.js';
import type { Theme } from '../../../src/sim/story/relevance.js';

const [S1, S2, C1, C2] = [nodeId(1), nodeId(2), nodeId(3), nodeId(4)];

const EVERYTHING: Theme = {
  key: null,
  calls: null,
  values: null,
  tellsWriters: true,
  terms: null,
  tellsEveryMessage: true,
  servers: null,
  beginUs: 0,
  endUs: 1_000_000,
  message: '',
};

function told(): Narrator {
  const narrator = new Narrator({
    servers: 2,
    callLine: String,
    tell: (message) => (message === 'beat' ? null : String(message)),
    news: (before, after) => (before === after ? null : `becomes ${String(after)}`),
  });
  const ask = (atUs: number, client: NodeId, key: string, value: string): void => {
    const call = { id: atUs, op: 'set', key: byteStringFromText(key), value: byteStringFromText(value) };
    narrator.onStep(micros(atUs), client, { kind: 'request', now: micros(0), connection: 0 as never, request: call }, {}, {}, [
      { kind: 'send', to: S1, message: call },
    ]);
  };
  const hear = (atUs: number, from: NodeId, to: NodeId, message: string): void =>
    narrator.onStep(micros(atUs), to, { kind: 'message', now: micros(0), from, message }, 'follower', 'follower', []);
  const answer = (atUs: number, client: NodeId, asked: number): void => {
    const response = { kind: 'done', id: asked, result: { status: 'ok', version: 1, value: '' } };
    narrator.onStep(micros(atUs), client, { kind: 'message', now: micros(0), from: S1, message: response }, {}, {}, [
      { kind: 'respond', connection: 0 as never, response },
    ]);
  };
  ask(1_000, C1, 'k0', '3.1---------------');
  narrator.onSend(micros(1_500), S1, S2, 'k0 = 3.1---------------', 'delivered');
  narrator.onSend(micros(1_500), S1, S1, 'k0 = 3.1---------------', 'lost');
  narrator.onSend(micros(1_600), S1, S2, 'beat', 'lost');
  narrator.onSend(micros(1_700), C1, S2, 'a request', 'delivered');
  hear(1_800, S1, S2, 'k0 = 3.1---------------');
  narrator.onWorldEvent(micros(2_000), { kind: 'killed', node: S1, by: 'kill' });
  narrator.onWorldEvent(micros(2_500), { kind: 'killed', node: S1, by: 'kill' });
  narrator.onWorldEvent(micros(2_500), { kind: 'cut', from: S1, to: S2, by: 'isolateLeader' });
  narrator.onWorldEvent(micros(2_500), { kind: 'cut', from: S2, to: S1, by: 'isolateLeader' });
  narrator.onNote(micros(3_000), S2, { kind: 'note', name: 'leader-elected', text: 'term 2' });
  narrator.onStep(micros(3_500), S2, null, 'follower', 'leader', []);
  ask(3_600, C2, 'k1', '4.1');
  narrator.onSend(micros(3_700), S1, S2, 'k1 = 4.1', 'delivered');
  answer(4_000, C1, 1_000);
  hear(6_100, S1, S2, 'k1 = 4.1');
  return narrator;
}

test('a story tells who asked whom, what became of messages, and what the world did, and leaves out what keeps a system going', () => {
  expect(told().story(null, 'so it is 4.1').lines).toEqual([
    '      1.0  c1 asks s1 to set k0 to A',
    '      1.5  s1 to s2 (there at 1.8), s1 (lost): k0 = A',
    '      2.5  * s1 is killed (2 times) (kill), s1 no longer reaches s2, s2 no longer reaches s1 (isolateLeader)',
    '      3.0  s2: leader elected, term 2',
    '      3.5  s2 becomes leader',
    '      3.6  c2 asks s1 to set k1 to B',
    '      3.7  s1 to s2 (there at 6.1): k1 = B',
    '      4.0  s1 tells c1: done, version 1',
  ]);
  expect(told().story(null, 'so it is 4.1').last).toBe('so it is B');
});

const lines = (theme: Partial<Theme>): readonly string[] =>
  told()
    .story({ ...EVERYTHING, ...theme })
    .lines.map((line) => line.slice(11));

test('a story about some calls leaves out the others, and what servers say of their values', () => {
  expect(lines({ calls: new Set(['2 3600']), values: new Set(['4.1']), beginUs: 3_100 })).toEqual([
    's2 becomes leader',
    'c2 asks s1 to set k1 to A',
    's1 to s2 (there at 6.1): k1 = A',
  ]);
});

test('a message that is not there when the story is over is under way', () => {
  expect(lines({ endUs: 5_000 })).toContain('s1 to s2 (not there yet): k1 = B');
});

test('a story about a key, a term or a server leaves out what names only others', () => {
  expect(lines({ key: 'k1' }).filter((line) => line.includes('k0'))).toEqual(['c1 asks s1 to set k0 to A']);
  expect(lines({ terms: new Set([1]) }).join()).not.toContain('elected');
  expect(lines({ terms: new Set([2]) }).join()).toContain('elected');
  const ofS1 = lines({ servers: new Set(['s1']) }).join();
  expect(ofS1).toContain('s1 is killed');
  expect(ofS1).not.toContain('becomes leader');
});

test('where there is no room for all, what servers say to each other is left out first, and then the beginning', () => {
  const { lines: whole } = told().story(null);
  expect(told().story(null, '', whole.length).lines).toEqual(whole);
  const { lines: silent } = told().story(null, '', whole.length - 1);
  expect(silent).toHaveLength(whole.filter((line) => !/s1 to s\d/.test(line)).length);
  expect(silent.join('\n')).not.toMatch(/s1 to s\d/);
  expect(told().story(null, '', 3).lines).toEqual([`           … ${silent.length - 2} lines before`, ...silent.slice(-2)]);
});

test('a failed write of a value that the story is about is told too', () => {
  const lines = told().story({ ...EVERYTHING, calls: new Set(['1 1']), values: new Set(['4.1']), beginUs: 3_900 }).lines;
  expect(lines.some((line) => line.includes('c2 asks s1 to set k1 to A'))).toBe(true);
  expect(lines.some((line) => line.includes('c1 asks'))).toBe(false);
});
