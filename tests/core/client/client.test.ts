import { describe, expect, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, NOBODY } from '../../../src/core/base/units.js';
import { Hosted } from './hosted.js';

/** Of a network in which a refusal is proof. */
const SINGLE = { mayDouble: false };
const one = byteStringFromText('1');

describe('a session', () => {
  test('is registered before the first command, and not before a read', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    expect(client.last().request.kind).toBe('query');
    client.answerResult('noKey');
    client.call({ id: 2, op: 'put', value: one });
    expect(client.lastCommand()).toMatchObject({ op: 'registerClient', clientId: 0 });
    client.answerResult('ok', 12);
    expect(client.lastCommand()).toEqual({ op: 'put', clientId: 12, sequenceNum: 1, key: 'k', value: one, version: 0 });
    client.answerResult('ok', 1);
    expect(client.outcomes).toEqual([
      { kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } },
      { kind: 'done', id: 2, result: { status: 'ok', version: 1, value: EMPTY } },
    ]);
  });

  test('numbers its commands, each of which keeps its number in every attempt', () => {
    const client = new Hosted();
    client.register(5);
    client.call({ id: 2, op: 'delete' });
    const first = client.last();
    client.sleep();
    const second = client.last();
    expect(client.lastCommand()).toMatchObject({ clientId: 5, sequenceNum: 2 });
    expect(second.to).not.toBe(first.to);
    expect(second.request.id).not.toBe(first.request.id);
    client.answerResult('ok', 1);
    client.call({ id: 3, op: 'set' });
    expect(client.lastCommand().sequenceNum).toBe(3);
  });

  test('that expired is replaced unseen, when the command cannot have taken effect', () => {
    const client = new Hosted(SINGLE);
    client.register(5);
    client.call({ id: 2, op: 'set' });
    client.answerResult('sessionExpired');
    expect(client.lastCommand().op).toBe('registerClient');
    client.answerResult('ok', 30);
    expect(client.lastCommand()).toMatchObject({ op: 'set', clientId: 30, sequenceNum: 1 });
    client.answerResult('ok', 4);
    expect(client.outcomes.at(-1)?.kind).toBe('done');
  });

  test.each([
    ['an earlier attempt got no answer', SINGLE, true],
    ['the network may have doubled the only one', {}, false],
  ])('that expired makes a maybe when %s', (_why, options, isSilentFirst) => {
    const client = new Hosted(options);
    client.register(5);
    client.call({ id: 2, op: 'set' });
    if (isSilentFirst) client.sleep();
    client.answerResult('sessionExpired');
    expect(client.outcomes.at(-1)).toEqual({ kind: 'maybe', id: 2, cause: 'sessionExpired', reason: 'the session expired' });
    client.call({ id: 3, op: 'set' });
    expect(client.lastCommand().op).toBe('registerClient');
  });

  test('is not taken from an answer that names none', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'set' });
    client.answerResult('ok', 0);
    client.answerResult('sessionExpired', 0);
    expect(client.sent.map(({ request }) => request.kind === 'command' && request.command.op)).toEqual(Array(3).fill('registerClient'));
  });
});

describe('the leader', () => {
  test('is remembered', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    client.refuse();
    const leader = client.last().to;
    client.answerResult('noKey');
    client.call({ id: 2, op: 'get' });
    expect(client.last().to).toBe(leader);
  });

  test('is where a hint says, unless the hint is of no use', () => {
    const client = new Hosted({}, 5);
    client.call({ id: 1, op: 'get' });
    const first = client.last().to as number;
    const hinted = ((first + 1) % 5) + 1;
    client.refuse(hinted);
    expect(client.last().to).toBe(hinted);
    const next = (hinted % 5) + 1;
    client.refuse(hinted); // "it is I, but it is not"
    expect(client.last().to).toBe(next);
    client.refuse(77); // a stranger
    expect(client.last().to).toBe((next % 5) + 1);
  });

  test('is not asked again on a hint, right after it was silent', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    const silent = client.last().to as number;
    client.sleep();
    client.refuse(silent);
    expect(new Set(client.sent.map(({ to }) => to)).size).toBe(3);
  });

  test('is sought all around, with a pause after each round that grows up to a bound', () => {
    const client = new Hosted({ pauseMs: 20, timeLimitMs: 60_000 });
    client.call({ id: 1, op: 'get' });
    const pausesUs: number[] = [];
    for (let round = 0; round < 8; round++) {
      const askedFrom = client.sent.length - 1;
      for (let i = 0; i < 3; i++) client.answer({ kind: 'unavailable', reason: 'busy' });
      expect(
        client.sent
          .slice(askedFrom)
          .map(({ to }) => to as number)
          .sort((a, b) => a - b),
      ).toEqual([1, 2, 3]);
      const from = client.nowUs;
      client.sleep();
      pausesUs.push(client.nowUs - from);
    }
    pausesUs.forEach((pauseUs, i) => {
      const spanUs = 20_000 * Math.min(2 ** i, 16);
      expect(pauseUs).toBeGreaterThanOrEqual(spanUs / 2);
      expect(pauseUs).toBeLessThan(spanUs);
    });
  });

  test('is asked again after a pause when it is too busy: those that do not lead, or are down, would only cost time', () => {
    const client = new Hosted({ pauseMs: 20, timeLimitMs: 60_000 });
    client.call({ id: 1, op: 'get' });
    client.answerResult('noKey');
    const leader = client.last().to;
    client.call({ id: 2, op: 'get' });
    for (let i = 0; i < 5; i++) {
      const askedFrom = client.sent.length;
      client.answer({ kind: 'unavailable', reason: 'too many reads' });
      expect(client.sent.length).toBe(askedFrom);
      client.sleep();
      expect(client.last().to).toBe(leader);
    }
    client.answerResult('noKey');
    expect(client.outcomes.map(({ kind }) => kind)).toEqual(['done', 'done']);
  });

  test('that is too busy for too long, or was silent since, is left for the others', () => {
    const client = new Hosted({ pauseMs: 20, timeLimitMs: 60_000 });
    client.call({ id: 1, op: 'get' });
    client.answerResult('noKey');
    const leader = client.last().to;
    client.call({ id: 2, op: 'get' });
    let refusals = 0;
    for (; client.last().to === leader; refusals++) {
      client.answer({ kind: 'unavailable', reason: 'too many reads' });
      if (client.last().to === leader) client.sleep();
    }
    expect(refusals).toBe(9);
    client.refuse(leader);
    expect(client.last().to).toBe(leader);
    client.sleep(); // no answer, and all three have had their turn
    client.sleep();
    const other = client.last().to;
    client.answer({ kind: 'unavailable', reason: 'starting' });
    expect([leader, other]).not.toContain(client.last().to);
  });

  test('is first sought anywhere: by chance, and the same for the same seed', () => {
    const firstOf = (seed: number): number => {
      const client = new Hosted({}, 3, seed);
      client.call({ id: 1, op: 'get' });
      return client.last().to;
    };
    const firsts = Array.from({ length: 60 }, (_, seed) => firstOf(seed));
    expect(new Set(firsts)).toEqual(new Set([1, 2, 3]));
    expect(firsts).toEqual(Array.from({ length: 60 }, (_, seed) => firstOf(seed)));
  });

  test('is one of the servers that the options name', () => {
    const client = new Hosted({ servers: [2, 8].map(nodeId) });
    client.call({ id: 1, op: 'get' });
    expect(client.last().to).toBe(2);
    client.sleep();
    client.sleep();
    expect(client.last().to).toBe(2);
  });
});

describe('an answer', () => {
  test('to an earlier attempt settles the call, once: a server slower than the time limit of an attempt is of use', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    const { to, request } = client.last();
    const late = { kind: 'done', id: request.id, result: { status: 'ok', version: 1, value: one } } as const;
    client.sleep();
    client.hear(to, late);
    expect(client.outcomes).toEqual([{ kind: 'done', id: 1, result: late.result }]);
    client.hear(to, late);
    client.answerResult('noKey');
    expect(client.outcomes).toHaveLength(1);
  });

  test('to an earlier attempt settles nothing when a later one may yet have another effect: without a session', () => {
    const client = new Hosted({ useSessions: false });
    client.call({ id: 1, op: 'put', version: 1 });
    const { to, request } = client.last();
    client.sleep();
    client.hear(to, { kind: 'done', id: request.id, result: { status: 'versionConflict', version: 7, value: one } });
    expect(client.outcomes).toEqual([]);
  });

  test('of an earlier call, or from one that is no server, is passed over', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    const first = client.last();
    const answer = { kind: 'done', id: first.request.id, result: { status: 'ok', version: 1, value: one } } as const;
    client.hear(nodeId(99), answer);
    expect(client.outcomes).toEqual([]);
    client.answerResult('noKey');
    client.call({ id: 2, op: 'get' });
    client.hear(first.to, answer);
    expect(client.outcomes).toHaveLength(1);
  });

  test('to a question that was never asked is passed over', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    client.answer({ kind: 'leader', leaderHint: NOBODY });
    expect(client.sent).toHaveLength(1);
    client.answerResult('noKey');
    expect(client.outcomes).toHaveLength(1);
  });

  test('of a server to a former life does not fit', () => {
    const idOf = (seed: number): number => {
      const client = new Hosted({}, 3, seed);
      client.call({ id: 1, op: 'get' });
      return client.last().request.id;
    };
    expect(new Set(Array.from({ length: 100 }, (_, seed) => idOf(seed))).size).toBe(100);
  });
});

describe('when the time is over', () => {
  const giveUp = (client: Hosted): void => {
    for (let i = 0; i < 100 && client.machine.wakeAt(client.state) !== null; i++) client.sleep();
  };
  const withSession = (options = {}): Hosted => {
    const client = new Hosted({ attemptTimeoutMs: 100, timeLimitMs: 350, ...options });
    client.register();
    client.call({ id: 2, op: 'set' });
    return client;
  };

  test('a command without an answer is a maybe', () => {
    const client = withSession();
    const askedAtUs = client.nowUs;
    giveUp(client);
    expect(client.outcomes.at(-1)).toEqual({ kind: 'maybe', id: 2, cause: 'timeLimit', reason: 'the time is over' });
    expect(client.nowUs - askedAtUs).toBe(350_000);
  });

  test('a command refused by all is failed', () => {
    const client = withSession(SINGLE);
    while (client.machine.wakeAt(client.state) !== null) {
      if (client.state.awaiting === 0) client.sleep();
      else client.refuse();
    }
    expect(client.outcomes.at(-1)).toEqual({ kind: 'failed', id: 2, cause: 'timeLimit', reason: 'the time is over' });
  });

  test.each([
    ['refused by all, where a copy may still arrive', {}, false],
    ['refused by all, once with a doubt', SINGLE, true],
  ])('a command is a maybe: %s', (_why, options, isUncertain) => {
    const client = withSession(options);
    client.refuse(0, isUncertain);
    while (client.machine.wakeAt(client.state) !== null) {
      if (client.state.awaiting === 0) client.sleep();
      else client.refuse();
    }
    expect(client.outcomes.at(-1)?.kind).toBe('maybe');
  });

  test('a command is failed while it waits for its session', () => {
    const client = new Hosted({ timeLimitMs: 350 });
    client.call({ id: 1, op: 'set' });
    giveUp(client);
    expect(client.outcomes).toEqual([{ kind: 'failed', id: 1, cause: 'timeLimit', reason: 'the time is over' }]);
  });

  test('a read is failed', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get', timeLimitUs: 600_000 });
    giveUp(client);
    expect(client.outcomes).toEqual([{ kind: 'failed', id: 1, cause: 'timeLimit', reason: 'the time is over' }]);
    expect(client.nowUs).toBe(601_000);
    expect(client.machine.wakeAt(client.state)).toBeNull();
  });
});

describe('without sessions', () => {
  const options = { useSessions: false, mayDouble: false };

  test('a command goes at once, of no session', () => {
    const client = new Hosted(options);
    client.call({ id: 1, op: 'set', value: one });
    expect(client.lastCommand()).toMatchObject({ op: 'set', clientId: 0, sequenceNum: 0 });
  });

  test.each(['versionConflict', 'noKey'] as const)('a put that meets %s at the first try is done', (status) => {
    const client = new Hosted(options);
    client.call({ id: 1, op: 'put', version: 3 });
    client.refuse();
    client.answerResult(status, 4);
    expect(client.outcomes).toMatchObject([{ kind: 'done', result: { status, version: 4 } }]);
  });

  test.each(['versionConflict', 'noKey'] as const)('a put that meets %s after a try without an answer is a maybe', (status) => {
    const client = new Hosted(options);
    client.call({ id: 1, op: 'put', version: 3 });
    client.sleep();
    client.answerResult(status, 4);
    expect(client.outcomes).toEqual([{ kind: 'maybe', id: 1, cause: 'ambiguous', reason: `${status} in answer to a retry` }]);
  });

  test.each(['set', 'delete'] as const)('a %s is repeated after a refusal, and not after silence', (op) => {
    const client = new Hosted(options);
    client.call({ id: 1, op });
    client.refuse();
    expect(client.sent).toHaveLength(2);
    client.sleep();
    expect(client.sent).toHaveLength(2);
    expect(client.outcomes.map(({ kind }) => kind)).toEqual(['maybe']);
  });

  test('a read is repeated after silence', () => {
    const client = new Hosted(options);
    client.call({ id: 1, op: 'get' });
    client.sleep();
    expect(client.sent).toHaveLength(2);
  });
});

describe('servers that keep no sessions', () => {
  const toldSo = (options = {}): Hosted => {
    const client = new Hosted({ mayDouble: false, ...options });
    client.call({ id: 1, op: 'set', value: one });
    client.answer({ kind: 'noSessions' });
    return client;
  };

  test('are written to without one at once, and never asked for one again', () => {
    const client = toldSo();
    expect(client.lastCommand()).toMatchObject({ op: 'set', clientId: 0, sequenceNum: 0, value: one });
    client.answerResult('ok', 1);
    client.call({ id: 2, op: 'delete' });
    expect(client.lastCommand()).toMatchObject({ op: 'delete', clientId: 0, sequenceNum: 0 });
    expect(client.sent.filter(({ request }) => request.kind === 'command' && request.command.op === 'registerClient')).toHaveLength(1);
  });

  test('get a set once: without an answer it is a maybe, and its answer that comes late settles no other call', () => {
    const client = toldSo();
    const first = client.last();
    client.sleep();
    expect(client.outcomes).toMatchObject([{ kind: 'maybe', id: 1, cause: 'noRepeat' }]);
    client.call({ id: 2, op: 'set' });
    client.hear(first.to, { kind: 'done', id: first.request.id, result: { status: 'ok', version: 1, value: EMPTY } });
    expect(client.outcomes).toHaveLength(1);
  });

  test('leave no doubt by a registration that had no answer: it is not the command', () => {
    const client = new Hosted({ mayDouble: false });
    client.call({ id: 1, op: 'put', version: 3 });
    client.sleep();
    client.answer({ kind: 'noSessions' });
    client.answerResult('versionConflict', 4);
    expect(client.outcomes).toMatchObject([{ kind: 'done', result: { status: 'versionConflict', version: 4 } }]);
  });

  test('that forget a session later have the command in doubt, and the next call without one', () => {
    const client = new Hosted({ mayDouble: false });
    client.register(5);
    client.call({ id: 2, op: 'set' });
    client.sleep();
    client.answerResult('sessionExpired');
    expect(client.outcomes.at(-1)).toMatchObject({ kind: 'maybe', cause: 'sessionExpired' });
    client.call({ id: 3, op: 'set' });
    client.answer({ kind: 'noSessions' });
    expect(client.lastCommand()).toMatchObject({ op: 'set', clientId: 0 });
  });

  test('say it to a question that was none, and the client asks another', () => {
    const client = toldSo();
    const { to } = client.last();
    client.answer({ kind: 'noSessions' });
    expect(client.last().to).not.toBe(to);
    expect(client.lastCommand()).toMatchObject({ op: 'set', clientId: 0 });
  });
});

describe('several calls', () => {
  test('are taken one after the other', () => {
    const client = new Hosted();
    client.call({ id: 1, op: 'get' });
    client.call({ id: 2, op: 'get' });
    client.call({ id: 3, op: 'set' });
    expect(client.sent).toHaveLength(1);
    for (let i = 0; i < 4; i++) client.answerResult('ok', 9);
    expect(client.outcomes.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('wait in a queue with a bound', () => {
    const client = new Hosted({ queueMax: 2 });
    for (let id = 1; id <= 4; id++) client.call({ id, op: 'set' });
    expect(client.outcomes).toEqual([{ kind: 'failed', id: 4, cause: 'overloaded', reason: 'too many calls are waiting' }]);
  });

  test('fail in the queue when their time is over, without having been sent', () => {
    const client = new Hosted({ attemptTimeoutMs: 500 });
    client.call({ id: 1, op: 'get' });
    client.call({ id: 2, op: 'set', timeLimitUs: 2_000 });
    client.sleep();
    expect(client.nowUs).toBe(3_000);
    expect(client.outcomes).toEqual([{ kind: 'failed', id: 2, cause: 'timeLimit', reason: 'the time is over before its turn' }]);

    client.call({ id: 3, op: 'set', timeLimitUs: 2_000 });
    client.nowUs = 5_000; // the answer comes at the very moment, before the clock was heard
    client.answerResult('noKey');
    expect(client.outcomes.slice(1).map(({ kind, id }) => `${id} ${kind}`)).toEqual(['1 done', '3 failed']);
    expect(client.sent).toHaveLength(1);
  });
});

test('with no server to ask, a call fails at once', () => {
  const client = new Hosted({ servers: [nodeId(40)] });
  client.call({ id: 1, op: 'get' });
  expect(client.outcomes).toEqual([{ kind: 'failed', id: 1, cause: 'noServer', reason: 'no server is known' }]);
});

test('inputs that are not for a client change nothing', () => {
  const client = new Hosted();
  client.call({ id: 1, op: 'get' });
  const before = client.state;
  client.step({ kind: 'connection', now: micros(2_000), connection: connectionId(1), isOpen: false });
  client.step({ kind: 'wake', now: micros(2_000) });
  expect(client.state).toEqual(before);
  expect(client.sent).toHaveLength(1);
});

describe('a server that could not finish', () => {
  const maybe = { kind: 'maybe', reason: '1 of 2 servers' } as const;

  test('has its word passed on when the command must not be repeated', () => {
    const client = new Hosted({ useSessions: false, mayDouble: false });
    client.call({ id: 1, op: 'set' });
    client.answer(maybe);
    expect(client.outcomes).toEqual([{ kind: 'maybe', id: 1, cause: 'unfinished', reason: '1 of 2 servers' }]);
  });

  test('is followed by another attempt at what may be, and the doubt stays', () => {
    const client = new Hosted({ useSessions: false, mayDouble: false });
    client.call({ id: 1, op: 'put', value: one });
    const first = client.last();
    client.answer(maybe);
    expect(client.last().to).not.toBe(first.to);
    client.answerResult('versionConflict', 1);
    expect(client.outcomes.at(-1)).toMatchObject({ kind: 'maybe', id: 1 });
  });

  test('leaves no doubt about a read', () => {
    const client = new Hosted({ useSessions: false, mayDouble: false, timeLimitMs: 400, attemptTimeoutMs: 500 });
    client.call({ id: 1, op: 'get' });
    client.answer(maybe);
    client.answerResult('noKey');
    expect(client.outcomes).toEqual([{ kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } }]);
  });
});

describe('reads that any server may answer', () => {
  test('go to every server in turn of chance, and writes still to the one that takes them', () => {
    const client = new Hosted({ useSessions: false, spreadsReads: true });
    const asked = new Set<number>();
    for (let id = 1; id <= 40; id++) {
      client.call({ id, op: 'get' });
      asked.add(client.last().to);
      client.answerResult('noKey');
    }
    expect([...asked].toSorted()).toEqual([1, 2, 3]);
    client.call({ id: 50, op: 'set' });
    client.refuse(1);
    client.answerResult('ok', 1);
    client.call({ id: 51, op: 'set' });
    expect(client.last().to).toBe(1);
  });
});
