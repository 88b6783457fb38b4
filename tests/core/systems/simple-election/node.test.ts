import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf, EMPTY } from '../../../../src/core/base/bytestring.js';
import { electionCodecs, type ElectionMessage } from '../../../../src/core/systems/simple-election/messages.js';
import { cellOf } from '../../../../src/core/systems/simple-election/data.js';
import { command, electionOf, get, K, ledBy, set, standsUp, text, type Election } from './election.js';

const read = (line: string) => electionCodecs.message.decode(bytesOf(text(line)));
const written = (message: ElectionMessage): string => byteStringOf(electionCodecs.message.encode(message));

/** Types a line at the port between servers, and says what comes back there. */
function type(servers: Election, to: number, line: string): readonly string[] {
  const message = read(line);
  if (!message.ok) throw new Error(message.problem);
  const guest = 1_000_000_001;
  servers.hear(to, guest, message.value);
  servers.disk(to);
  const answers = servers.flying.filter((sent) => sent.to === guest).map((sent) => written(sent.message));
  servers.lose();
  return answers;
}

const roles = (servers: Election): readonly string[] => servers.members.map((id) => (servers.isUp(id) ? servers.state(id).role : 'down'));

describe('an election', () => {
  test('begins after five seconds without a heartbeat, and not before', () => {
    const servers = electionOf(1 + 2);
    servers.sleep(4_998);
    expect(roles(servers)).toEqual(['follower', 'follower', 'follower']);
    servers.sleep(10, () => undefined);
    expect(roles(servers)).toContain('candidate');
  });

  test('is won by a majority of votes', () => {
    const servers = electionOf(5);
    standsUp(servers, 2);
    servers.hear(2, 1, { kind: 'voteResponse', term: 1 as never, granted: true });
    servers.hear(2, 1, { kind: 'voteResponse', term: 1 as never, granted: true });
    servers.hear(2, 1_000_000_001, { kind: 'voteResponse', term: 1 as never, granted: true });
    servers.hear(2, 3, { kind: 'voteResponse', term: 1 as never, granted: false });
    servers.hear(2, 4, { kind: 'voteResponse', term: 0 as never, granted: true });
    expect(roles(servers)[1]).toBe('candidate');
    servers.hear(2, 5, { kind: 'voteResponse', term: 1 as never, granted: true });
    expect(roles(servers)[1]).toBe('leader');
  });

  test('is held after forged messages of a term that would use up all terms', () => {
    const servers = electionOf(3);
    const last = Number.MAX_SAFE_INTEGER as never;
    for (const server of [1, 2, 3]) {
      servers.hear(server, 2, { kind: 'heartbeat', term: last, leader: 2 as never });
      servers.hear(server, 2, { kind: 'voteRequest', term: last, candidate: 2 as never });
      servers.hear(server, 2, { kind: 'voteResponse', term: last, granted: false });
    }
    servers.run();
    expect(servers.members.map((id) => servers.state(id).currentTerm)).toEqual([0, 0, 0]);
    servers.sleep(20_000);
    expect(roles(servers)).toContain('leader');
  });

  test('of one server needs nobody', () => {
    const servers = electionOf(1);
    servers.sleep(5_001);
    expect(roles(servers)).toEqual(['leader']);
  });

  test('with split votes is tried again after a random pause, until one wins', () => {
    const servers = electionOf(4);
    servers.sleep(5_000, () => undefined);
    expect(roles(servers)).toEqual(Array(4).fill('candidate'));
    const due = servers.members.map((id) => servers.state(id).electionDueUs);
    expect(new Set(due).size).toBeGreaterThan(1);
    servers.run();
    expect(roles(servers)).not.toContain('leader');
    servers.sleep(20_000);
    expect(roles(servers).filter((role) => role === 'leader')).toHaveLength(1);
  });

  test('follows the death of a leader within seconds', () => {
    const servers = ledBy(1);
    servers.crash(1);
    servers.sleep(12_000);
    expect(roles(servers).filter((role) => role === 'leader')).toHaveLength(1);
    const leader = roles(servers).indexOf('leader') + 1;
    expect(servers.answers.get(servers.ask(5 - leader, { kind: 'whoIsLeader' }))).toMatchObject({ leaderHint: leader });
  });
});

describe('a heartbeat', () => {
  test('comes each second, and keeps followers from standing', () => {
    const servers = ledBy(1);
    const beats: number[] = [];
    servers.sleep(10_000, () => {
      if (servers.flying.some(({ to, message }) => to === 2 && message.kind === 'heartbeat')) beats.push(servers.nowUs);
      servers.run();
    });
    expect(beats.map((at, i) => at - (beats[i - 1] ?? at)).slice(1)).toEqual(Array(9).fill(1_000_000));
    expect(roles(servers)).toEqual(['leader', 'follower', 'follower']);
  });

  test('of an older term is not heard, and one of a newer term ends an office', () => {
    const servers = ledBy(1);
    servers.hear(1, 2, { kind: 'heartbeat', term: 0 as never, leader: 2 as never });
    expect(roles(servers)[0]).toBe('leader');
    const waiting = servers.ask(1, set('a'));
    servers.hear(1, 2, { kind: 'heartbeat', term: 7 as never, leader: 2 as never });
    expect(roles(servers)[0]).toBe('follower');
    expect(servers.answers.get(waiting)).toMatchObject({ kind: 'notLeader', leaderHint: 2, isUncertain: true });
  });
});

test('a session is refused by the leader, for good: there are none', () => {
  const servers = ledBy(1);
  const register = {
    kind: 'command',
    command: { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 },
  } as const;
  expect(servers.answers.get(servers.ask(1, register))).toMatchObject({ kind: 'noSessions' });
  expect(servers.answers.get(servers.ask(2, register))).toMatchObject({ kind: 'notLeader', leaderHint: 1 });
});

describe('a vote, typed by hand', () => {
  test('is given once in a term, and again in a newer one', () => {
    const servers = electionOf(3);
    expect(type(servers, 1, 'VOTE_REQUEST term=6 candidate=node2')).toEqual(['VOTE_RESPONSE term=6 granted=true']);
    expect(type(servers, 1, 'VOTE_REQUEST term=6 candidate=node3')).toEqual(['VOTE_RESPONSE term=6 granted=false']);
    expect(type(servers, 1, 'VOTE_REQUEST term=6 candidate=node2')).toEqual(['VOTE_RESPONSE term=6 granted=true']);
    expect(type(servers, 1, 'VOTE_REQUEST term=5 candidate=node2')).toEqual(['VOTE_RESPONSE term=6 granted=false']);
    expect(type(servers, 1, 'VOTE_REQUEST term=7 candidate=node3')).toEqual(['VOTE_RESPONSE term=7 granted=true']);
  });

  test('is forgotten with the process: that is the lesson', () => {
    const servers = electionOf(3);
    expect(type(servers, 1, 'VOTE_REQUEST term=6 candidate=node2')).toEqual(['VOTE_RESPONSE term=6 granted=true']);
    servers.crash(1);
    servers.boot(1);
    servers.run();
    expect(type(servers, 1, 'VOTE_REQUEST term=6 candidate=node3')).toEqual(['VOTE_RESPONSE term=6 granted=true']);
  });
});

describe('a write', () => {
  test('is answered once a majority has it', () => {
    const servers = ledBy(1);
    const asked = servers.ask(1, set('a'));
    servers.disk(1);
    servers.disk(1);
    expect(servers.answers.has(asked)).toBe(false);
    servers.run(({ from, to }) => from === 3 || to === 3);
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'done', result: { status: 'ok', version: 1 } });
    expect(servers.answers.get(servers.ask(1, get))).toMatchObject({ result: { value: text('a') } });
  });

  test('is not shown before that, and rolled back when its time is over', () => {
    const servers = ledBy(1);
    servers.ask(1, set('a'));
    servers.run();
    const asked = servers.ask(1, set('b'));
    servers.run(() => true);
    expect(servers.answers.get(servers.ask(1, get))).toMatchObject({ result: { value: text('a') } });
    servers.sleep(5_001, () => servers.run(() => true));
    expect(servers.answers.get(asked)).toEqual({
      kind: 'maybe',
      id: asked,
      reason: 'write quorum not reached: 1 of 2 servers had it within 5000 ms',
    });
    expect(servers.answers.get(servers.ask(1, get))).toMatchObject({ result: { value: text('a'), version: 1 } });
  });

  test('with a write quorum of one is answered by the leader alone', () => {
    const servers = ledBy(1, 3, { writeQuorum: 1 });
    const asked = servers.ask(1, set('a'));
    servers.run(() => true);
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'done' });
  });

  test('is refused while as many wait as may, and taken again when one has its quorum', () => {
    const servers = ledBy(1, 3, { openMax: 2 });
    const waiting = [servers.ask(1, set('a')), servers.ask(1, set('b'))];
    const refused = servers.ask(1, set('c'));
    expect(servers.answers.get(refused)).toEqual({ kind: 'unavailable', id: refused, reason: 'too many writes wait for other servers' });
    servers.run();
    expect(waiting.map((id) => servers.answers.get(id)?.kind)).toEqual(['done', 'done']);
    const taken = servers.ask(1, set('d'));
    servers.run();
    expect(servers.answers.get(taken)).toMatchObject({ kind: 'done', result: { status: 'ok', version: 3 } });
  });

  test('is refused while so many bytes wait as may, and taken again when they have their quorum', () => {
    const servers = ledBy(1, 3, { openBytesMax: 100 });
    servers.ask(1, set('a'.repeat(90)));
    servers.ask(1, set('b'.repeat(90)));
    const refused = servers.ask(1, set('c'));
    expect(servers.answers.get(refused)).toMatchObject({ reason: 'too many bytes of writes wait for other servers' });
    servers.run();
    expect(servers.state(1).writesBytes).toBe(0);
    const taken = servers.ask(1, set('d'));
    servers.run();
    expect(servers.answers.get(taken)).toMatchObject({ kind: 'done' });
  });

  test('elsewhere than at the leader is sent there, and so is a read', () => {
    const servers = ledBy(2);
    expect(servers.answers.get(servers.ask(1, set('a')))).toMatchObject({ kind: 'notLeader', leaderHint: 2 });
    expect(servers.answers.get(servers.ask(3, get))).toMatchObject({ kind: 'notLeader', leaderHint: 2 });
  });

  test('has the versions of the versioned store, and survives a restart', () => {
    const servers = ledBy(1);
    const say = (asked: Parameters<Election['ask']>[1]) => {
      const id = servers.ask(1, asked);
      servers.run();
      const answer = servers.answers.get(id);
      return answer?.kind === 'done' ? [answer.result.status, answer.result.version] : answer?.kind;
    };
    expect(say(command('put', 'a', 1))).toEqual(['noKey', 0]);
    expect(say(command('put', 'a', 0))).toEqual(['ok', 1]);
    expect(say(command('put', 'b', 0))).toEqual(['versionConflict', 1]);
    expect(say(command('delete'))).toEqual(['ok', 1]);
    expect(say(command('delete'))).toEqual(['noKey', 0]);
    expect(say(set('c'))).toEqual(['ok', 1]);
    expect(say(set('d'))).toEqual(['ok', 2]);
    for (const id of [1, 2]) {
      servers.crash(id, () => 0.99);
      servers.boot(id);
    }
    servers.run();
    for (const id of servers.members) expect(cellOf(servers.state(id).journal.state, K)).toEqual({ version: 2, value: text('d') });
  });

  test('that a majority has is lost when a server without it is elected: that is the other lesson', () => {
    const servers = ledBy(1);
    const asked = servers.ask(1, set('a'));
    servers.run(({ from, to }) => from === 3 || to === 3);
    expect(servers.answers.get(asked)).toMatchObject({ kind: 'done' });
    servers.crash(1);
    standsUp(servers, 3);
    servers.run();
    expect(roles(servers)).toEqual(['down', 'follower', 'leader']);
    expect(servers.answers.get(servers.ask(3, get))).toMatchObject({ result: { status: 'noKey' } });
  });

  test('of a leader of an older term is not taken; one that is typed is', () => {
    const servers = ledBy(1);
    expect(type(servers, 2, 'REPLICATE_SYNC 7 term=0 SET k x')).toEqual(['ACK 7']);
    expect(type(servers, 2, 'REPLICATE_SYNC 8 SET k y')).toEqual(['ACK 8']);
    type(servers, 2, 'HEARTBEAT term=5 leader=node3');
    expect(type(servers, 2, 'REPLICATE_SYNC 9 term=4 SET k z')).toEqual(['NACK 9 stale_term']);
    expect(cellOf(servers.state(2).journal.state, K).value).toBe(text('y'));
    expect(servers.answers.get(servers.ask(2, { kind: 'whoIsLeader' }))).toMatchObject({ leaderHint: 3 });
  });
});

test('a server that is starting says so, and tells of itself', () => {
  const servers = ledBy(1);
  servers.crash(2);
  servers.boot(2);
  expect(servers.answers.get(servers.ask(2, get))).toMatchObject({ kind: 'unavailable', reason: 'this server is starting' });
  expect(servers.answers.get(servers.ask(2, { kind: 'status' }))).toMatchObject({ status: { role: 'recalling', term: 0 } });
  servers.run();
  expect(servers.answers.get(servers.ask(1, { kind: 'status' }))).toMatchObject({ status: { role: 'leader', term: 1, leaderId: 1 } });
});
