import { describe, expect, test } from 'vitest';
import { connectionId, fromMs, micros, nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { callingClient, type ClientRequest, type ClientResult } from '../../../../src/sim/systems/machine/client.js';
import { retrying, type Retrying } from '../../../../src/sim/systems/machine/clients.js';

type Answer = 'stored' | 'refused' | 'who knows' | { readonly leader: number };

const [S1, S2, S3, C1] = [1, 2, 3, 4].map((id) => nodeId(id)) as [NodeId, NodeId, NodeId, NodeId];
const APPLICATION = connectionId(0);

/** A client and what it asks of the servers: each answer, `silence` among them, is the next thing that it meets. */
function callOf(habits: Partial<Retrying<Answer, string>>, answers: readonly (Answer | 'silence')[]) {
  const { habits: own } = retrying<Answer, string>({
    count: 1,
    timeoutMs: 100,
    tries: 3,
    again: (answer) => {
      if (typeof answer === 'object') return answer.leader;
      return answer === 'stored' ? null : answer === 'refused' ? 'another' : 'maybe';
    },
    ...habits,
  });
  const client = callingClient(own);
  let { state } = client.init({ self: C1, members: [S1, S2, S3], past: 'none', now: micros(0), seed: 1 });
  let now = micros(0);
  const asked: number[] = [];
  let result: ClientResult<Answer> | null = null;
  const take = (input: Parameters<typeof client.step>[1]): void => {
    const step = client.step(state, input);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === 'send') asked.push(effect.to);
      if (effect.kind === 'respond') result = effect.response;
    }
  };
  const request: ClientRequest<string> = { call: 1, request: 'store', to: S1 };
  take({ kind: 'request', now, connection: APPLICATION, request });
  for (const answer of answers) {
    if (answer === 'silence') take({ kind: 'wake', now: (now = micros(now + fromMs(100))) });
    else take({ kind: 'message', now, from: (asked.at(-1) ?? 0) as NodeId, message: { call: 1, response: answer } });
  }
  return { asked, result: result as ClientResult<Answer> | null };
}

describe('a client that asks server after server', () => {
  test.each<[string, readonly (Answer | 'silence')[], readonly number[], object]>([
    ['takes an answer', ['stored'], [1], { kind: 'done', response: 'stored', from: 1 }],
    ['goes where it is sent', [{ leader: 3 }, 'stored'], [1, 3], { kind: 'done', from: 3 }],
    ['asks the next one when nobody answers', ['silence', 'stored'], [1, 2], { kind: 'done', from: 2 }],
    ['knows that nothing was done when all refuse', ['refused', 'refused', 'refused'], [1, 2, 3], { kind: 'failed', response: 'refused' }],
    ['knows nothing when one was silent and the others refuse', ['silence', 'refused', 'refused'], [1, 2, 3], { kind: 'maybe' }],
    ['knows nothing when none answers', ['silence', 'silence', 'silence'], [1, 2, 3], { kind: 'maybe' }],
    ['knows nothing when a server says so', ['who knows'], [1], { kind: 'maybe' }],
  ])('%s', (_, answers, asked, outcome) => {
    expect(callOf({}, answers)).toMatchObject({ asked, result: outcome });
  });

  test('asks nobody again what must not be done twice, unless it was refused', () => {
    const once = { isRepeatable: () => false };
    expect(callOf(once, ['silence'])).toMatchObject({ asked: [1], result: { kind: 'maybe' } });
    expect(callOf(once, ['refused', 'stored'])).toMatchObject({ asked: [1, 2], result: { kind: 'done' } });
  });

  test('is told when it is sent to a server that is not there', () => {
    expect(() => callOf({}, [{ leader: 9 }])).toThrow('again returned 9');
  });
});
