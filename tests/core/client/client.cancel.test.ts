import { describe, expect, test } from 'vitest';
import { connectionId, micros } from '../../../src/core/base/units.js';
import { Hosted } from './hosted.js';

/** Of a network in which a refusal is proof. */
const SINGLE = { mayDouble: false };

function cancel(client: Hosted, id: number): void {
  client.step({ kind: 'request', now: micros(client.nowUs), connection: connectionId(1), request: { op: 'cancel', id } });
}

const said = (client: Hosted) => client.outcomes.map(({ kind, id, ...rest }) => [kind, id, 'cause' in rest ? rest.cause : '']);

describe('a call that is taken back', () => {
  test('before its turn never begins', () => {
    const client = new Hosted(SINGLE);
    client.register();
    client.call({ id: 2, op: 'set' });
    client.call({ id: 3, op: 'set' });
    cancel(client, 3);
    expect(said(client).slice(1)).toEqual([['failed', 3, 'cancelled']]);
    const asked = client.sent.length;
    client.answerResult('ok', 2);
    expect(client.outcomes.at(-1)).toMatchObject({ kind: 'done', id: 2 });
    expect(client.sent.length).toBe(asked);
  });

  test('while its session is registered has no effect', () => {
    const client = new Hosted(SINGLE);
    client.call({ id: 1, op: 'set' });
    expect(client.lastCommand().op).toBe('registerClient');
    cancel(client, 1);
    expect(said(client)).toEqual([['failed', 1, 'cancelled']]);
  });

  test('when it was sent is a maybe, and the next call begins', () => {
    const client = new Hosted(SINGLE);
    client.register();
    client.call({ id: 2, op: 'set' });
    client.call({ id: 3, op: 'delete' });
    cancel(client, 2);
    expect(said(client).slice(1)).toEqual([['maybe', 2, 'cancelled']]);
    expect(client.lastCommand()).toMatchObject({ op: 'delete', sequenceNum: 3 });
  });

  test('in a pause after it was refused everywhere certainly did nothing', () => {
    const client = new Hosted(SINGLE);
    client.register();
    client.call({ id: 2, op: 'set' });
    for (let i = 0; i < 3; i++) client.refuse();
    cancel(client, 2);
    expect(said(client).slice(1)).toEqual([['failed', 2, 'cancelled']]);
    expect(client.machine.wakeAt(client.state)).toBeNull();
  });

  test('in a pause after a silence is a maybe', () => {
    const client = new Hosted(SINGLE);
    client.register();
    client.call({ id: 2, op: 'set' });
    client.sleep();
    for (let i = 0; i < 2; i++) client.refuse();
    cancel(client, 2);
    expect(said(client).slice(1)).toEqual([['maybe', 2, 'cancelled']]);
  });

  test('and a read that was sent did nothing; a call that is over stays as it ended', () => {
    const client = new Hosted(SINGLE);
    client.call({ id: 1, op: 'get' });
    cancel(client, 1);
    cancel(client, 1);
    cancel(client, 77);
    expect(said(client)).toEqual([['failed', 1, 'cancelled']]);
  });
});

describe('a stale read', () => {
  test('is asked of the server that the application named, and the leader is not forgotten', () => {
    const client = new Hosted(SINGLE);
    client.register();
    const leader = client.last().to;
    const other = client.state.servers.find((server) => server !== leader);
    client.call({ id: 2, op: 'get', level: 'stale', ...(other === undefined ? {} : { ask: other }) });
    expect(client.last()).toMatchObject({ to: other, request: { kind: 'query', level: 'stale' } });
    client.answerResult('noKey');
    client.call({ id: 3, op: 'set' });
    expect(client.last().to).toBe(leader);
  });

  test('goes to another server when the named one is silent, and comes back to the leader all the same', () => {
    const client = new Hosted(SINGLE);
    client.register();
    const leader = client.last().to;
    client.call({ id: 2, op: 'get', level: 'stale', ask: leader });
    client.sleep();
    expect(client.last().to).not.toBe(leader);
    client.answerResult('ok', 1);
    client.call({ id: 3, op: 'get' });
    expect(client.last().to).toBe(leader);
    expect(client.last().request).not.toHaveProperty('level');
  });
});

test('a client asks first whom its host believes to lead', () => {
  for (const seed of [1, 2, 3, 4]) {
    const client = new Hosted({ first: 2 as never }, 3, seed);
    client.call({ id: 1, op: 'get' });
    expect(client.last().to).toBe(2);
  }
});
