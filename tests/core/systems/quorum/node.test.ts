import { describe, expect, test } from 'vitest';
import { EMPTY } from '../../../../src/core/base/bytestring.js';
import { WRITE_ID_MAX } from '../../../../src/core/systems/quorum/messages.js';
import { quorumNode } from '../../../../src/core/systems/quorum/node.js';
import { Servers } from '../servers.js';
import { away, command, done, get, K, OPTIONS, quorumOf, set, text, valueOf } from './quorum.js';

describe('a write', () => {
  test('is answered once W have it durably, and waits for no slower server', () => {
    const servers = quorumOf(3);
    const asked = servers.ask(1, set('a'));
    servers.run(away(3));
    expect(servers.answers.get(asked)).toMatchObject(done({ status: 'ok', version: 1 }));
    expect(servers.state(1).writes.size).toBe(0);
  });

  test('is told to nobody before the primary has it durably itself', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    expect(servers.flying).toEqual([]);
    servers.disk(1);
    expect(servers.flying.map(({ message }) => message.kind)).toEqual(['replicate', 'replicate']);
  });

  test('is acknowledged only when it is durable', () => {
    const servers = quorumOf(3);
    const asked = servers.ask(1, set('a'));
    servers.disk(1);
    servers.deliver(0);
    servers.deliver(0);
    expect(servers.flying).toEqual([]);
    servers.disk(2);
    expect(servers.flying).toEqual([{ from: 2, to: 1, message: { kind: 'ack', writeId: 1 } }]);
    expect(servers.answers.has(asked)).toBe(false);
    servers.deliver(0);
    expect(servers.answers.has(asked)).toBe(true);
  });

  test('counts each server once, and nobody who is no server', () => {
    const servers = quorumOf(5, { writeQuorum: 3, readQuorum: 3 });
    const asked = servers.ask(1, set('a'));
    servers.disk(1);
    servers.lose();
    for (const from of [2, 2, 1_000_000_001]) servers.hear(1, from, { kind: 'ack', writeId: 1 });
    expect(servers.answers.has(asked)).toBe(false);
    servers.hear(1, 3, { kind: 'ack', writeId: 1 });
    expect(servers.answers.has(asked)).toBe(true);
  });

  test('is sent again to those who are silent', () => {
    const servers = quorumOf(3);
    const asked = servers.ask(1, set('a'));
    servers.run(() => true);
    servers.sleep(300);
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'done' });
  });

  test('without W is answered after five seconds, saying how many had answered', () => {
    const servers = quorumOf(3, { writeQuorum: 3 });
    const asked = servers.ask(1, set('a'));
    servers.run(away(3));
    servers.sleep(4_999, () => servers.run(away(3)));
    expect(servers.answers.has(asked)).toBe(false);
    servers.sleep(2, () => servers.run(away(3)));
    expect(servers.answers.get(asked)).toEqual({
      kind: 'maybe',
      id: asked,
      reason: 'write quorum not reached: 2 of 3 servers had it durably within 5000 ms',
    });
  });

  test('goes on after a forged copy whose write id would use up all ids', () => {
    const servers = quorumOf(3);
    const cell = { writeId: WRITE_ID_MAX, version: 1, value: text('forged') };
    for (const server of [1, 2, 3]) servers.hear(server, 2, { kind: 'replicate', key: text('other'), cell });
    servers.run();
    const asked = servers.ask(1, set('a'));
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done({ status: 'ok', version: 1 }));
    expect(servers.state(1).lastWriteId).toBe(1);
  });

  test('elsewhere than at the primary is sent there', () => {
    const servers = quorumOf(3);
    expect(servers.answers.get(servers.ask(2, set('a')))).toMatchObject({ kind: 'notLeader', leaderHint: 1, isUncertain: false });
    expect(servers.answers.get(servers.ask(3, { kind: 'whoIsLeader' }))).toMatchObject({ kind: 'leader', leaderHint: 1 });
  });

  test('of a session is refused: there are none', () => {
    const servers = quorumOf(3);
    expect(servers.answers.get(servers.ask(1, command('registerClient')))).toMatchObject({ kind: 'noSessions' });
    const inSession = { kind: 'command', command: { op: 'set', clientId: 5, sequenceNum: 1, key: K, value: EMPTY, version: 0 } } as const;
    expect(servers.answers.get(servers.ask(1, inSession))).toMatchObject(done({ status: 'sessionExpired' }));
  });
});

describe('versions and deletes', () => {
  test('are those of the versioned store', () => {
    const servers = quorumOf(3);
    const say = (asked: Parameters<typeof servers.ask>[1]) => {
      const id = servers.ask(1, asked);
      servers.run();
      const answer = servers.answers.get(id);
      return answer?.kind === 'done' ? [answer.result.status, answer.result.version] : answer?.kind;
    };
    expect(say(command('put', 'a', 1))).toEqual(['noKey', 0]);
    expect(say(command('put', 'a', 0))).toEqual(['ok', 1]);
    expect(say(command('put', 'b', 0))).toEqual(['versionConflict', 1]);
    expect(say(command('put', 'b', 1))).toEqual(['ok', 2]);
    expect(say(command('delete'))).toEqual(['ok', 2]);
    expect(say(command('delete'))).toEqual(['noKey', 0]);
    expect(say(get)).toEqual(['noKey', 0]);
    expect(say(set('c'))).toEqual(['ok', 1]);
  });

  test('of writes of one key that are under way together follow each other', () => {
    const servers = quorumOf(3);
    const [first, second, third] = [
      servers.ask(1, set('a')),
      servers.ask(1, command('put', 'b', 1)),
      servers.ask(1, command('put', 'x', 1)),
    ];
    servers.run();
    expect(servers.answers.get(first)).toMatchObject(done({ status: 'ok', version: 1 }));
    expect(servers.answers.get(second)).toMatchObject(done({ status: 'ok', version: 2 }));
    expect(servers.answers.get(third)).toMatchObject(done({ status: 'versionConflict', version: 2 }));
  });

  test('are shown to nobody by a conflict before the primary has them durably', () => {
    const servers = quorumOf(3);
    const [first, conflict] = [servers.ask(1, set('a')), servers.ask(1, command('put', 'x', 7))];
    servers.sleep(300, () => undefined);
    expect(servers.flying).toEqual([]);
    servers.crash(1, () => 0);
    servers.boot(1);
    servers.run();
    expect([first, conflict].map((asked) => servers.answers.has(asked))).toEqual([false, false]);
    const next = servers.ask(1, set('b'));
    servers.run();
    expect(servers.answers.get(next)).toMatchObject(done({ status: 'ok', version: 1 }));
  });

  test('that a conflict shows are spread as soon as the primary has them durably', () => {
    const servers = quorumOf(3, { writeQuorum: 3 });
    const conflict = [servers.ask(1, set('a')), servers.ask(1, command('put', 'x', 7))][1] as number;
    servers.disk(1);
    expect(servers.flying.filter(({ message }) => message.kind === 'replicate')).toHaveLength(4);
    servers.run(away(3));
    expect(servers.answers.get(conflict)).toMatchObject(done({ status: 'versionConflict', version: 1 }));
  });

  test('a server that missed a delete does not bring the key back', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.run();
    servers.ask(1, command('delete'));
    servers.run(away(3));
    const asked = servers.ask(3, get);
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done({ status: 'noKey' }));
  });
});

describe('a write that missed its quorum', () => {
  /** Server 2 has it, and 3 does not; the primary gave it up. */
  function missed(options: Partial<typeof OPTIONS> = {}) {
    const servers = quorumOf(3, options);
    servers.ask(1, set('old'));
    servers.run();
    const asked = servers.ask(1, set('new'));
    // Its acknowledgement is lost too, or W would be reached.
    const isLost = (sent: { readonly from: number; readonly to: number; readonly message: { readonly kind: string } }) =>
      sent.to === 3 || sent.from === 3 || sent.message.kind === 'ack';
    servers.run(isLost);
    servers.sleep(5_001, () => servers.run(isLost));
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'maybe' });
    return servers;
  }

  test('is not applied on the primary, nor after it starts again', () => {
    const servers = missed();
    const read = servers.ask(1, get);
    servers.run(away(2));
    expect(servers.answers.get(read)).toMatchObject(done(valueOf('old', 1)));
    servers.crash(1);
    servers.boot(1);
    servers.run(away(2));
    const again = servers.ask(1, get);
    servers.run(away(2));
    expect(servers.answers.get(again)).toMatchObject(done(valueOf('old', 1)));
  });

  test('is shown by a read that finds it only when no later read can miss it', () => {
    const servers = missed();
    const first = servers.ask(2, get);
    servers.run(away(1));
    expect(servers.answers.get(first)).toMatchObject(done(valueOf('new', 2)));
    const second = servers.ask(3, get);
    servers.run(away(2));
    expect(servers.answers.get(second)).toMatchObject(done(valueOf('new', 2)));
  });

  test('is not shown while only one server has it', () => {
    const servers = missed();
    const read = servers.ask(2, get);
    servers.run(({ message }) => message.kind === 'replicate');
    expect(servers.answers.has(read)).toBe(false);
    servers.sleep(5_001, () => servers.run(({ message }) => message.kind === 'replicate'));
    expect(servers.answers.get(read)).toMatchObject({
      kind: 'unavailable',
      reason: 'the newest value is on 1 of the 2 servers that must have it before it is shown, and no more answered within 5000 ms',
    });
  });

  test('counts as having come before the next one', () => {
    const servers = missed();
    const conflict = servers.ask(1, command('put', 'x', 1));
    servers.run();
    expect(servers.answers.get(conflict)).toMatchObject(done({ status: 'versionConflict', version: 2 }));
    // That answer showed it: so it is there for everyone.
    const read = servers.ask(3, get);
    servers.run(away(2));
    expect(servers.answers.get(read)).toMatchObject(done(valueOf('new', 2)));
    const next = servers.ask(1, set('newer'));
    servers.run();
    expect(servers.answers.get(next)).toMatchObject(done({ status: 'ok', version: 3 }));
  });

  test('does not come back over the next one', () => {
    const servers = missed();
    const next = servers.ask(1, set('newer'));
    servers.run(away(2));
    expect(servers.answers.get(next)).toMatchObject(done({ version: 3 }));
    const read = servers.ask(2, get);
    servers.run();
    expect(servers.answers.get(read)).toMatchObject(done(valueOf('newer', 3)));
  });
});

describe('a restart of the primary', () => {
  test('keeps what was acknowledged, and counts on from the last write it ever gave out', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.run();
    servers.crash(1, () => 0.99);
    servers.boot(1);
    servers.run();
    expect(servers.state(1).lastWriteId).toBe(1);
    const asked = servers.ask(1, set('b'));
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done({ version: 2 }));
  });

  test('before its disk had a write leaves no trace of it anywhere', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.crash(1, () => 0.99);
    servers.boot(1);
    servers.run();
    const asked = servers.ask(1, get);
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done({ status: 'noKey' }));
  });

  test('shows a write that may have been acknowledged', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.disk(1);
    servers.lose();
    servers.crash(1);
    servers.boot(1);
    servers.run();
    const asked = servers.ask(1, get);
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done(valueOf('a', 1)));
  });

  test('answers to reads of its former life count no more', () => {
    const servers = quorumOf(3);
    servers.ask(1, get);
    const question = servers.flying[0]?.message;
    servers.crash(1);
    servers.lose();
    servers.boot(1);
    servers.run();
    const asked = servers.ask(1, get);
    if (question?.kind !== 'read') throw new Error('a read is asked');
    servers.hear(1, 2, { kind: 'holds', readId: question.readId, key: K, cell: { writeId: 0, version: 0, value: null }, isSettled: false });
    expect(servers.answers.has(asked)).toBe(false);
  });
});

describe('a choice of W and R', () => {
  test('that does not fit the servers stops each at once, with a line that says what would', () => {
    const servers = new Servers(quorumNode({ ...OPTIONS, writeQuorum: 4 }), 3);
    expect(servers.stops).toEqual(Array(3).fill('W=4 does not fit 3 servers: choose W from 1 to 3'));
  });

  test('with W + R <= N is warned about, and reads what it likes', () => {
    const servers = quorumOf(3, { writeQuorum: 1, readQuorum: 1 });
    expect(servers.notes.filter((note) => note.startsWith('stale-reads-possible'))).toHaveLength(3);
    const asked = servers.ask(1, set('a'));
    servers.disk(1);
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'done' });
    expect(servers.answers.get(servers.ask(2, get))).toMatchObject(done({ status: 'noKey' }));
    expect(quorumOf(3).notes.filter((note) => note.startsWith('stale-reads-possible'))).toEqual([]);
  });

  test('with W = N and R = 1 serves reads of what was acknowledged with a server down', () => {
    const servers = quorumOf(3, { writeQuorum: 3, readQuorum: 1 });
    servers.ask(1, set('a'));
    servers.run();
    servers.crash(3);
    const asked = servers.ask(1, get);
    expect(servers.answers.get(asked)).toMatchObject(done(valueOf('a', 1)));
  });

  test('N=3 W=2 R=2 serves with one server down, whichever but the primary; N=5 W=3 R=3 with two', () => {
    for (const [count, downs] of [
      [3, [2]],
      [3, [3]],
      [5, [2, 4]],
      [5, [3, 5]],
    ] as const) {
      const quorum = (count + 1) / 2;
      const servers = quorumOf(count, { writeQuorum: quorum, readQuorum: quorum });
      for (const down of downs) servers.crash(down);
      const wrote = servers.ask(1, set('a'));
      servers.run();
      const read = servers.ask([1, 2, 3, 4, 5].find((id) => id > 1 && !(downs as readonly number[]).includes(id)) as number, get);
      servers.run();
      expect(servers.answers.get(wrote)).toMatchObject({ kind: 'done' });
      expect(servers.answers.get(read)).toMatchObject(done(valueOf('a', 1)));
    }
  });

  test('a read without R is answered after the time, saying how many had answered', () => {
    const servers = quorumOf(3);
    const asked = servers.ask(2, get);
    servers.run(() => true);
    servers.sleep(5_001, () => servers.run(() => true));
    expect(servers.answers.get(asked)).toEqual({
      kind: 'unavailable',
      id: asked,
      reason: 'read quorum not reached: 1 of 2 servers answered within 5000 ms',
    });
  });
});

describe('what a server tells others that it holds', () => {
  test('is not what its disk has not yet', () => {
    const servers = quorumOf(3);
    servers.hear(2, 1, { kind: 'replicate', key: K, cell: { writeId: 1, version: 1, value: text('a') } });
    servers.hear(2, 3, { kind: 'read', readId: 5, key: K });
    expect(servers.flying).toMatchObject([{ to: 3, message: { kind: 'holds', readId: 5, cell: { writeId: 0 } } }]);
  });

  test('is not, on the primary, what still waits for W', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.disk(1);
    servers.lose();
    servers.hear(1, 3, { kind: 'read', readId: 5, key: K });
    expect(servers.flying).toMatchObject([{ to: 3, message: { kind: 'holds', cell: { writeId: 0 } } }]);
    servers.lose();
    servers.hear(1, 2, { kind: 'ack', writeId: 1 });
    servers.hear(1, 3, { kind: 'read', readId: 6, key: K });
    expect(servers.flying).toMatchObject([{ to: 3, message: { kind: 'holds', cell: { writeId: 1 }, isSettled: true } }]);
  });
});

describe('stale copies', () => {
  test('are mended by the read that finds them', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.run(away(3));
    servers.ask(2, get);
    servers.run();
    expect(servers.notes.some((note) => note.startsWith('stale-server-repaired'))).toBe(true);
    expect(servers.state(3).journal.state.keyCount).toBe(1);
  });

  test('are mended though nobody reads, by the sweep', () => {
    const servers = quorumOf(3, { sweepUs: OPTIONS.resendUs, sweepKeysMax: 1 });
    for (const key of ['a', 'b', 'c']) servers.ask(1, command('set', 'x', 0, text(key)));
    servers.run(away(3));
    servers.sleep(1_100);
    expect(servers.state(3).journal.state.keyCount).toBe(3);
  });
});

describe('a server that is starting', () => {
  test('takes nothing, and says so', () => {
    const servers = new Servers(quorumNode(OPTIONS), 3);
    servers.hear(2, 1, { kind: 'replicate', key: K, cell: { writeId: 1, version: 1, value: text('a') } });
    expect(servers.flying).toEqual([{ from: 2, to: 1, message: { kind: 'nack', writeId: 1, reason: 'starting' } }]);
    expect(servers.answers.get(servers.ask(1, get))).toMatchObject({ kind: 'unavailable', reason: 'this server is starting' });
    expect(servers.answers.get(servers.ask(1, { kind: 'status' }))).toMatchObject({ kind: 'status', status: { role: 'recalling' } });
  });

  test('tells of itself when it serves', () => {
    const servers = quorumOf(3);
    servers.ask(1, set('a'));
    servers.run();
    expect(servers.answers.get(servers.ask(1, { kind: 'status' }))).toMatchObject({
      status: { role: 'primary', term: 1, keyCount: 1, commitIndex: 1 },
    });
    expect(servers.answers.get(servers.ask(2, { kind: 'status' }))).toMatchObject({ status: { role: 'replica', leaderId: 1 } });
  });

  test('takes no more requests than it may keep waiting', () => {
    const servers = quorumOf(3, { openMax: 2 });
    servers.ask(1, set('a'));
    servers.ask(1, set('b'));
    expect(servers.answers.get(servers.ask(1, set('c')))).toMatchObject({
      kind: 'unavailable',
      reason: 'too many requests wait for other servers',
    });
  });

  test('takes no more bytes of writes than it may keep waiting, and takes them again when those are done', () => {
    const servers = quorumOf(3, { openBytesMax: 100 });
    servers.ask(1, set('a'.repeat(90)));
    servers.ask(1, set('b'.repeat(90)));
    expect(servers.answers.get(servers.ask(1, set('c')))).toMatchObject({
      kind: 'unavailable',
      reason: 'too many bytes of writes wait for other servers',
    });
    servers.run();
    expect(servers.state(1).writesBytes).toBe(0);
    const asked = servers.ask(1, set('d'));
    servers.run();
    expect(servers.answers.get(asked)).toMatchObject(done({ status: 'ok', version: 3 }));
  });
});
