import { describe, expect, test } from 'vitest';
import { EMPTY } from '../../../../src/core/base/bytestring.js';
import { NOBODY, nodeId } from '../../../../src/core/base/units.js';
import { generationOf, NO_EPOCH, type PeerMessage } from '../../../../src/core/systems/primary-replica/messages.js';
import { primaryReplicaNode } from '../../../../src/core/systems/primary-replica/node.js';
import { memoryOptions } from '../../../../src/core/systems/primary-replica/options.js';
import { bs, Group, PRIMARY, smallOptions } from './group.js';

const A = nodeId(2);
const B = nodeId(3);

function joined(servers = 3): Group {
  const group = new Group(servers, smallOptions()).startAll();
  group.calm(3);
  return group;
}

const kindsTo = (group: Group, to: number): readonly PeerMessage['kind'][] =>
  group.letters.filter((letter) => letter.to === to).map(({ message }) => message.kind);

describe('a write', () => {
  test('is answered and pushed in one step, with nobody waited for', () => {
    const group = joined();
    expect(group.set(PRIMARY, 'a', '1')).toMatchObject({ kind: 'done', result: { status: 'ok', version: 1 } });
    expect(group.letters.map(({ to, message }) => [to, message])).toMatchObject([
      [A, { kind: 'replicate', position: 1, version: 1, change: { op: 'set', key: 'a', value: '1' } }],
      [B, { kind: 'replicate', position: 1 }],
    ]);
    group.deliverAll();
    expect([group.get(A, 'a'), group.get(B, 'a')]).toEqual(['1', '1']);
  });

  test('is refused by a replica, which says who the primary is', () => {
    expect(joined().set(A, 'a', '1')).toMatchObject({ kind: 'notLeader', leaderHint: PRIMARY, isUncertain: false });
  });

  test('that changes nothing is not pushed', () => {
    const group = joined();
    expect(group.delete(PRIMARY, 'a')).toMatchObject({ result: { status: 'noKey' } });
    group.command(PRIMARY, { op: 'put', clientId: 0, sequenceNum: 0, key: bs('a'), value: bs('x'), version: 7 });
    expect(group.letters).toEqual([]);
  });

  test('repeated in a session takes effect once, here and on replicas', () => {
    const group = joined();
    const registered = group.command(PRIMARY, { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 });
    const clientId = registered?.kind === 'done' ? registered.result.version : 0;
    const once = { op: 'set', clientId, sequenceNum: 1, key: bs('a'), value: bs('1'), version: 0 } as const;
    group.command(PRIMARY, once);
    group.set(PRIMARY, 'a', '2');
    expect(group.command(PRIMARY, once)).toMatchObject({ result: { status: 'ok', version: 1 } });
    group.calm(2);
    expect([group.get(PRIMARY, 'a'), group.get(A, 'a'), group.state(A).position]).toEqual(['2', '2', 2]);
  });

  test('is never held up by a replica that does not answer: what is on its way to it is bounded', () => {
    const group = joined(2);
    for (let i = 0; i < 1_000; i++) expect(group.set(PRIMARY, `k${i % 7}`, String(i))).toMatchObject({ kind: 'done' });
    expect(kindsTo(group, A)).toHaveLength(4); // the window
    expect(group.state(PRIMARY).backlog.size).toBe(6);
  });

  test('is not pushed beyond the window because of a late word of the replica', () => {
    const group = joined(2);
    const { epoch } = group.state(A);
    for (let i = 0; i < 3; i++) group.set(PRIMARY, 'a', String(i));
    group.calm(2);
    for (let i = 0; i < 10; i++) group.set(PRIMARY, 'a', `later ${i}`);
    group.hear(PRIMARY, A, { kind: 'follow', epoch, position: 1, isGap: false });
    const { confirmed, sent } = group.state(PRIMARY).followers[0] ?? { confirmed: 0, sent: 0 };
    expect([confirmed, sent]).toEqual([3, 7]);
  });

  test('waits for room in bytes too, and one change always has room', () => {
    const group = new Group(2, smallOptions({ windowMax: 100, windowBytesMax: 200 })).startAll();
    group.calm(3);
    group.set(PRIMARY, 'a', 'x'.repeat(1_000));
    group.set(PRIMARY, 'b', 'y');
    expect(kindsTo(group, A)).toEqual(['replicate']);
    group.calm(3);
    expect(group.get(A, 'b')).toBe('y');
  });
});

describe('a replica that joins', () => {
  test('answers no read before its first snapshot, since it would call every key absent', () => {
    const group = new Group(2, smallOptions()).startAll();
    expect(group.ask(A, { kind: 'query', id: 1, key: bs('a') })).toMatchObject({ kind: 'unavailable' });
  });

  test('misses no write made while the snapshot is on its way', () => {
    const group = new Group(2, smallOptions({ backlogMax: 100 })).startAll();
    for (let i = 0; i < 9; i++) group.set(PRIMARY, `key-${i}`, 'before');
    for (let i = 0; group.state(A).position < 30; i++) {
      group.deliver(group.letters.shift() ?? { from: A, to: PRIMARY, message: { kind: 'promote' } });
      if (i < 21) group.set(PRIMARY, `key-${i % 9}`, `during ${i}`);
      if (group.letters.length === 0) group.pass(smallOptions().followInterval);
    }
    expect(group.digest(A)).toBe(group.digest(PRIMARY));
    expect(group.notes).toEqual(['s2 replica-joined']);
  });

  test('gets the snapshot in pieces of one moment, whatever is written and repeated meanwhile', () => {
    const group = new Group(2, smallOptions({ backlogMax: 100 })).startAll();
    for (const key of ['a', 'b', 'c', 'd']) group.set(PRIMARY, key, 'xxxxxx');
    const pieces: PeerMessage[] = [];
    for (let i = 0; i < 20; i++) {
      for (const letter of group.letters.splice(0)) {
        if (letter.message.kind === 'snapshot') {
          pieces.push(letter.message);
          group.set(PRIMARY, 'a', `later ${i}`);
        }
        if (letter.message.kind !== 'replicate') group.deliver(letter);
        if (letter.message.kind === 'join') group.deliver(letter);
      }
    }
    const first = pieces[0];
    expect(first).toMatchObject({ piece: 0, isLast: false, position: 4, entries: [{ key: 'a', value: 'xxxxxx' }] });
    expect(
      pieces.map((piece) => (piece.kind === 'snapshot' ? `${piece.piece}${piece.isLast ? ' last' : ''} at ${piece.position}` : '')),
    ).toEqual(['0 at 4', '0 at 4', '1 at 4', '1 at 4', '2 at 4', '2 at 4', '3 last at 4', '3 last at 4']);
    expect(group.state(A).store.keys.size).toBe(4);
  });

  test('asks again for what was lost, and begins anew when the primary has begun a new life', () => {
    const group = new Group(2, smallOptions()).startAll();
    for (const key of ['a', 'b', 'c']) group.set(PRIMARY, key, 'xxxxxx');
    group.letters.length = 0;
    group.pass(smallOptions().followInterval);
    expect(group.letters).toMatchObject([{ from: A, message: { kind: 'join', piece: 0 } }]);
    group.deliver(group.letters.shift() as never);
    group.deliver(group.letters.shift() as never);
    group.start(PRIMARY);
    group.set(PRIMARY, 'new', 'life');
    group.calm(4);
    expect(group.notes).toContain('s2 join-refused');
    expect([group.get(A, 'new'), group.get(A, 'a')]).toEqual(['life', null]);
  });

  test('is told why when its operator sent it to another replica, and stays with its primary', () => {
    const group = joined();
    group.ask(A, { kind: 'join', id: 9, primary: B });
    group.deliverAll();
    expect(group.answers.at(-1)?.response).toEqual({ kind: 'unavailable', id: 9, reason: 'this server is a replica' });
    group.set(PRIMARY, 'a', '1');
    group.calm(2);
    expect([group.state(A).primary, group.get(A, 'a')]).toEqual([PRIMARY, '1']);
  });

  test('takes no piece of an earlier attempt, which would lead it back', () => {
    const group = joined(2);
    group.hear(PRIMARY, A, { kind: 'join', join: 5, piece: 0 });
    const [old] = group.letters.splice(0);
    group.set(PRIMARY, 'a', '1');
    group.calm(3);
    group.ask(A, { kind: 'join', id: 1, primary: PRIMARY });
    const [question] = group.letters.splice(0);
    if (old === undefined || question === undefined) throw new Error('a snapshot was asked for twice');
    group.deliver(old);
    expect(group.get(A, 'a')).toBe('1');
    group.deliver(question);
    group.calm(1);
    expect(group.answers.at(-1)?.response).toMatchObject({ kind: 'done', id: 1 });
  });

  test('tells its operator when the snapshot has come, or that none came in time', () => {
    const group = new Group(3, smallOptions({ primary: NOBODY })).startAll();
    group.ask(PRIMARY, { kind: 'promote', id: 1 });
    group.set(PRIMARY, 'a', '1');
    expect(group.get(A, 'a')).toBeNull();
    group.ask(A, { kind: 'join', id: 2, primary: PRIMARY }, 5);
    group.calm(1);
    expect(group.answers.at(-1)).toMatchObject({ connection: 5, response: { kind: 'done', id: 2 } });
    group.ask(B, { kind: 'join', id: 3, primary: nodeId(9) }, 6);
    group.pass(memoryOptions(NOBODY).joinPatience);
    expect(group.answers.at(-1)).toMatchObject({ connection: 6, response: { kind: 'unavailable', id: 3 } });
  });

  test('finds no room beside as many replicas as a primary serves, until one is silent for too long', () => {
    const group = new Group(3, smallOptions({ replicasMax: 1 })).startAll();
    group.calm(3);
    expect(group.notes).toContain('s3 join-refused');
    group.letters.length = 0;
    group.nowUs += smallOptions().silence;
    group.hear(PRIMARY, B, { kind: 'join', join: 5, piece: 0 });
    expect(kindsTo(group, B)).toEqual(['snapshot']);
    expect(group.notes).toContain('s1 replica-forgotten');
  });
});

describe('a replica that follows', () => {
  test('finds a gap at the next change, and gets what was lost', () => {
    const group = joined(2);
    group.set(PRIMARY, 'a', '1');
    group.letters.length = 0;
    group.set(PRIMARY, 'b', '2');
    group.deliverAll();
    expect(group.notes).toContain('s2 replica-gap-found');
    expect([group.get(A, 'a'), group.get(A, 'b')]).toEqual(['1', '2']);
  });

  test('finds that the last change was lost though nothing comes behind it', () => {
    const group = joined(2);
    group.set(PRIMARY, 'a', '1');
    group.letters.length = 0;
    group.calm(2);
    expect(group.get(A, 'a')).toBe('1');
  });

  test('is told to join anew when what it needs is forgotten', () => {
    const group = joined(2);
    for (let i = 0; i < 20; i++) group.set(PRIMARY, 'a', String(i));
    group.letters.length = 0;
    group.calm(4);
    expect(group.notes).toContain('s2 replica-resynced');
    expect(group.get(A, 'a')).toBe('19');
  });

  test('applies each change once, in order, whatever is doubled and overtaken', () => {
    const group = joined(2);
    for (const value of ['1', '2', '3']) group.set(PRIMARY, 'a', value);
    const sent = group.letters.splice(0);
    for (const letter of [...sent].reverse()) group.deliver(letter);
    expect(group.get(A, 'a')).toBe('1');
    for (const letter of [...sent, ...sent]) group.deliver(letter);
    expect([group.get(A, 'a'), group.state(A).position]).toEqual(['3', 3]);
  });

  test('believes only its primary', () => {
    const group = joined();
    const { epoch } = group.state(A);
    group.hear(A, B, { kind: 'replicate', epoch, position: 1, version: 1, change: { op: 'set', key: bs('a'), value: bs('forged') } });
    group.hear(A, B, {
      kind: 'replicate',
      epoch: NO_EPOCH,
      position: 0,
      version: 0,
      change: { op: 'set', key: bs('a'), value: bs('typed') },
    });
    expect(group.get(A, 'a')).toBeNull();
  });

  test('applies no change of an epoch that is over, though its position would fit', () => {
    const group = joined(2);
    group.set(PRIMARY, 'a', 'old');
    const [late] = group.letters.splice(0);
    group.start(PRIMARY);
    group.calm(4);
    expect([group.state(A).position, late?.message]).toMatchObject([0, { kind: 'replicate', position: 1 }]);
    if (late !== undefined) group.deliver(late);
    expect([group.state(A).position, group.get(A, 'a')]).toEqual([0, null]);
  });

  test('goes over to the new epoch of a primary that has begun a new life', () => {
    const group = joined(2);
    group.set(PRIMARY, 'a', '1');
    group.calm(1);
    const before = group.state(A).epoch;
    group.start(PRIMARY);
    group.set(PRIMARY, 'b', '2');
    group.calm(4);
    expect(group.state(A).epoch).not.toBe(before);
    expect([group.get(A, 'a'), group.get(A, 'b')]).toEqual([null, '2']);
  });
});

describe('bare lines, as a person types them', () => {
  test('change a replica that belongs to nobody', () => {
    const group = new Group(1, smallOptions({ primary: NOBODY })).startAll();
    const typed = (value: string): PeerMessage => ({
      kind: 'replicate',
      epoch: NO_EPOCH,
      position: 0,
      version: 0,
      change: { op: 'set', key: bs('a'), value: bs(value) },
    });
    group.hear(PRIMARY, nodeId(7), typed('1'));
    group.hear(PRIMARY, nodeId(7), typed('2'));
    expect(group.ask(PRIMARY, { kind: 'query', id: 1, key: bs('a') })).toMatchObject({ result: { value: '2', version: 2 } });
  });

  test('of a join get the snapshot, and what is written after it', () => {
    const group = new Group(1, memoryOptions(PRIMARY)).startAll();
    group.set(PRIMARY, 'a', '1');
    group.hear(PRIMARY, nodeId(7), { kind: 'join', join: 0, piece: 0 });
    group.set(PRIMARY, 'b', '2');
    expect(group.letters).toMatchObject([
      { to: 7, message: { kind: 'snapshot', isLast: true, entries: [{ key: 'a' }] } },
      { to: 7, message: { kind: 'replicate', change: { key: 'b' } } },
    ]);
  });
});

describe('a promotion', () => {
  test('makes a replica the primary with what it holds; the others follow it, the old primary too when it hears of it', () => {
    const group = joined();
    group.set(PRIMARY, 'a', '1');
    group.calm(1);
    group.set(PRIMARY, 'a', 'answered, and on its way to nobody');
    group.letters.length = 0;

    expect(group.ask(A, { kind: 'promote', id: 1 })).toEqual({ kind: 'leader', id: 1, leaderHint: A });
    expect(generationOf(group.state(A).epoch)).toBe(1);
    expect(group.set(A, 'b', '2')).toMatchObject({ kind: 'done' });
    group.calm(4);
    for (const server of [PRIMARY, A, B]) expect([group.get(server, 'a'), group.get(server, 'b')]).toEqual(['1', '2']);
    expect(group.set(PRIMARY, 'c', '3')).toMatchObject({ kind: 'notLeader', leaderHint: A });
    expect(group.notes).toContain('s1 primary-stepped-down');
  });

  test('of two servers ends with one primary', () => {
    const group = joined();
    group.ask(A, { kind: 'promote', id: 1 });
    group.ask(B, { kind: 'promote', id: 1 });
    group.set(A, 'a', '1');
    group.set(B, 'b', '2');
    for (let i = 0; i < 30; i++) group.calm(1);
    expect([PRIMARY, A, B].filter((server) => group.state(server).role === 'primary')).toHaveLength(1);
    expect(new Set([PRIMARY, A, B].map((server) => group.digest(server))).size).toBe(1);
  });

  test('reaches a server that was away, since the new primary repeats who it is', () => {
    const group = joined();
    group.ask(A, { kind: 'promote', id: 1 });
    group.letters.length = 0;
    group.start(B);
    for (let i = 0; i < 15; i++) group.calm(1);
    expect([group.state(B).primary, group.state(PRIMARY).primary]).toEqual([A, A]);
  });

  test('gives no session out that an earlier primary gave out too', () => {
    const group = joined();
    const register = { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 } as const;
    const idAt = (server: typeof A): number => {
      const answer = group.command(server, register);
      return answer?.kind === 'done' ? answer.result.version : 0;
    };
    const old = idAt(PRIMARY);
    group.ask(A, { kind: 'promote', id: 1 });
    expect(idAt(A)).not.toBe(old);
    expect(group.command(A, { op: 'set', clientId: old, sequenceNum: 1, key: bs('a'), value: bs('1'), version: 0 })).toMatchObject({
      result: { status: 'sessionExpired' },
    });
  });

  test('may be typed, and who typed it is told', () => {
    const group = joined();
    const person = nodeId(77);
    group.hear(A, person, { kind: 'promote' });
    expect(group.letters.filter(({ to }) => to === person)).toMatchObject([{ message: { kind: 'primary', epoch: group.state(A).epoch } }]);
    group.start(B);
    group.hear(B, person, { kind: 'promote' });
    expect(group.letters.at(-1)).toMatchObject({
      to: person,
      message: { kind: 'refuse', reason: 'it has received no snapshot yet, so all would be lost' },
    });
  });

  test('is believed of a server of the list, and of nobody else', () => {
    const group = joined();
    const later = 3 * 2 ** 32 + 7;
    for (const server of [PRIMARY, A]) {
      const before = group.state(server);
      group.hear(server, nodeId(77), { kind: 'primary', epoch: later });
      expect(group.state(server)).toMatchObject({ role: before.role, primary: PRIMARY, epoch: before.epoch, joining: null });
      group.hear(server, B, { kind: 'primary', epoch: later });
      expect(group.state(server)).toMatchObject({ role: 'replica', primary: B });
    }
  });

  test('of a primary changes nothing', () => {
    const group = joined();
    const before = group.state(PRIMARY).epoch;
    group.ask(PRIMARY, { kind: 'promote', id: 1 });
    expect(group.state(PRIMARY).epoch).toBe(before);
  });
});

test('a server tells where it is in words that all systems have', () => {
  const group = joined();
  group.set(PRIMARY, 'a', '1');
  group.calm(1);
  const status = (server: typeof A) => {
    const answer = group.ask(server, { kind: 'status', id: 1 });
    if (answer?.kind !== 'status') throw new Error('no status');
    return answer.status;
  };
  expect(status(A)).toMatchObject({ role: 'replica', leaderId: PRIMARY, lastApplied: 1, keyCount: 1 });
  expect(status(A).digest).toBe(status(PRIMARY).digest);
  expect(group.ask(A, { kind: 'whoIsLeader', id: 4 })).toEqual({ kind: 'leader', id: 4, leaderHint: PRIMARY });
});

test.each([
  ['windowMax', 0],
  ['backlogMax', 0],
  ['pieceBytesMax', 0],
  ['replicasMax', 0],
  ['followInterval', 0],
  ['silence', 1],
])('options with %s = %i are refused', (name, value) => {
  expect(() => primaryReplicaNode({ ...memoryOptions(PRIMARY), [name]: value })).toThrow();
});
