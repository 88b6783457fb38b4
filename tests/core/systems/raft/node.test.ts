import { describe, expect, test } from 'vitest';
import { EMPTY } from '../../../../src/core/base/bytestring.js';
import { logIndex, nodeId, NOBODY } from '../../../../src/core/base/units.js';
import type { NodeMessage } from '../../../../src/core/wire/protocol.js';
import { accepted, append, preVote, requestVote, vote } from '../../raft/server.js';
import { asked, Life, text, withCommands, type LifeOptions } from './life.js';

/** A node that has read its empty disk and serves. */
function serving(options: LifeOptions = {}): Life {
  const life = new Life(options);
  life.completeAll();
  expect(life.state.phase).toBe('serving');
  life.said();
  return life;
}

/** The same as leader of three in term 1, its no-op committed. */
function leading(options: LifeOptions = {}): Life {
  const life = serving(options);
  life.wake();
  for (const peer of [2, 3]) life.hears(peer, preVote(1));
  life.completeAll();
  for (const peer of [2, 3]) life.hears(peer, vote(1));
  life.completeAll();
  for (const peer of [2, 3]) life.hears(peer, accepted(1, 1));
  expect(life.state.raft).toMatchObject({ role: 'leader', commitIndex: 1 });
  life.said();
  return life;
}

const kinds = (messages: readonly NodeMessage[]): string[] => messages.map(({ kind }) => kind);
/** The command the server was given as client, as the entry that it became. */
const commands = (life: Life): number => life.state.raft?.log.lastIndex ?? 0;

describe('nothing that promises durability leaves before the disk has finished', () => {
  test('a vote (A1, §3.8)', () => {
    const life = serving();
    life.hears(2, requestVote(nodeId(2), 1));
    expect(life.sent()).toEqual([]);
    expect(life.operations).toHaveLength(1);
    life.complete();
    expect(life.sent()).toEqual([vote(1)]);
  });

  test('a candidacy, own vote included', () => {
    const life = serving();
    life.wake();
    expect(kinds(life.sent())).toEqual(['requestVote', 'requestVote']);
    life.hears(2, preVote(1));
    life.hears(2, vote(1));
    expect(life.sent()).toEqual([]);
    expect(life.state.raft?.role).toBe('candidate');
    life.complete();
    expect(life.state.raft?.role).toBe('leader');
    // The office is taken at the moment the own vote is durable; that the requests for other votes follow is of no use, and no fault.
    expect(kinds(life.sent())).toEqual(['appendEntries', 'appendEntries', 'requestVote', 'requestVote']);
  });

  test('an acknowledgement of entries', () => {
    const life = serving();
    life.hears(2, withCommands(append(1, 0, 0, [1, 1])));
    expect(life.sent()).toEqual([]);
    life.complete();
    expect(life.sent()).toEqual([{ ...accepted(1, 2), prevLogIndex: 0 }]);
  });

  test('an answer to a client: its entry commits when a majority holds it, and the leader counts only its own disk', () => {
    const life = leading({ size: 5 });
    life.hears(4, accepted(1, 1));
    life.asks(asked(7, { value: text('v') }));
    life.hears(2, accepted(1, 2, 9));
    life.hears(3, accepted(1, 2, 9));
    expect(life.answers()).toEqual([]);
    life.complete();
    expect(life.answers()).toEqual([{ kind: 'done', id: 7, result: { status: 'ok', version: 1, value: EMPTY } }]);
  });

  test('while what rests on nothing new leaves at once: replication runs beside the disk (§10.2.1)', () => {
    const life = leading();
    life.asks(asked(7, {}));
    expect(kinds(life.sent())).toContain('appendEntries');
    expect(life.operations).toHaveLength(1);
  });

  test('and a majority without the leader answers while its own disk is still busy', () => {
    const life = leading();
    life.asks(asked(7, {}));
    life.hears(2, accepted(1, 2, 9));
    expect(life.answers()).toEqual([]);
    life.hears(3, accepted(1, 2, 9));
    expect(life.answers()).toMatchObject([{ kind: 'done', id: 7 }]);
    expect(life.operations).toHaveLength(1);
  });
});

describe('the second outbox', () => {
  test('lets go in the order in which promises were made', () => {
    const life = serving();
    life.hears(2, withCommands(append(1, 0, 0, [1], 0, 1)));
    life.hears(2, withCommands(append(1, 1, 1, [1], 0, 2)));
    life.hears(2, append(1, 2, 1, [], 0, 3));
    expect(life.sent()).toEqual([]);
    life.complete();
    expect(life.sent()).toMatchObject([{ sequence: 1 }]);
    life.complete();
    expect(life.sent()).toMatchObject([{ sequence: 2 }, { sequence: 3 }]);
  });

  test('commits in groups: what gathers while the disk works goes with one sync', () => {
    const life = leading();
    for (let id = 1; id <= 10; id++) life.asks(asked(id, {}));
    expect(life.operations).toHaveLength(1);
    life.complete();
    expect(life.operations).toHaveLength(1);
    expect(life.operations[0]?.steps.filter(({ kind }) => kind === 'sync')).toHaveLength(1);
    life.complete();
    expect(life.operations).toEqual([]);
    life.said();
    life.hears(2, accepted(1, commands(life), 99));
    expect(life.answers().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('holds nothing back that is durable already', () => {
    const life = serving();
    life.hears(2, withCommands(append(1, 0, 0, [1])));
    life.complete();
    life.said();
    life.hears(2, withCommands(append(1, 0, 0, [1], 1, 2)));
    expect(life.operations).toEqual([]);
    expect(life.sent()).toMatchObject([{ kind: 'appendEntriesReply', matchIndex: 1, sequence: 2 }]);
  });
});

describe('a disk that fails', () => {
  test('stops the node, with a reason that says what to do, and no promise leaves (F6, F7)', () => {
    const life = serving();
    life.hears(2, requestVote(nodeId(2), 1));
    life.fail({ code: 'io', message: 'Input/output error' });
    const said = life.said();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ kind: 'stop' });
    expect(said[0]?.kind === 'stop' && said[0].reason).toMatch(/sync.* failed: Input\/output error \(io\); check the disk/);
    expect(life.state.phase).toBe('stopped');
  });

  test('because it is full says so', () => {
    const life = leading();
    life.asks(asked(1, {}));
    life.said();
    life.fail({ code: 'full', message: 'No space left on device' }, 0);
    expect(life.said()).toMatchObject([{ kind: 'stop', reason: expect.stringContaining('make room on the disk') as string }]);
  });

  test('leaves a node that does nothing any more, whatever it is told', () => {
    const life = serving();
    life.hears(2, requestVote(nodeId(2), 1));
    life.fail({ code: 'io', message: 'broken' });
    life.said();
    const { state } = life;
    life.hears(2, append(9, 0, 0, [9]));
    life.asks({ kind: 'status', id: 1 });
    life.wake();
    expect(life.state).toBe(state);
    expect([...life.said(), ...life.operations]).toEqual([]);
    expect(life.node.wakeAt(state)).toBeNull();
  });
});

describe('a node that recovers', () => {
  test('refuses clients, hears no peer and wants no waking until it is done', () => {
    const life = new Life();
    life.asks(asked(1, {}));
    life.asks({ kind: 'query', id: 2, key: text('k') });
    life.asks({ kind: 'whoIsLeader', id: 3 });
    life.asks({ kind: 'status', id: 4 });
    life.hears(2, requestVote(nodeId(2), 1));
    life.input({ kind: 'connection', connection: 1 as never, isOpen: false });
    expect(life.answers()).toMatchObject([
      { kind: 'unavailable', id: 1 },
      { kind: 'unavailable', id: 2 },
      { kind: 'leader', id: 3, leaderHint: NOBODY },
      { kind: 'status', id: 4, status: { role: 'recovering', term: 0 } },
    ]);
    expect(life.node.wakeAt(life.state)).toBeNull();
  });

  test('comes back with its term, its vote and its log (§3.8)', () => {
    const life = serving();
    life.hears(2, append(4, 0, 0, []));
    life.completeAll();
    life.now = 9_000;
    life.hears(3, requestVote(nodeId(3), 5, 9, 9));
    life.completeAll();
    const wrote = leading();
    wrote.asks(asked(1, { value: text('v') }));
    wrote.completeAll();
    for (const each of [life, wrote]) {
      const again = each.restarted();
      again.completeAll();
      const { currentTerm, votedFor, log } = each.state.raft as NonNullable<typeof each.state.raft>;
      expect(again.state.raft).toMatchObject({ role: 'follower', currentTerm, votedFor, commitIndex: 0 });
      expect(again.state.raft?.log.slice(log.firstIndex, log.lastIndex)).toEqual(log.slice(log.firstIndex, log.lastIndex));
    }
  });

  test('votes for nobody else in a term in which it voted (A1, A3)', () => {
    const life = serving();
    life.hears(2, requestVote(nodeId(2), 1));
    life.completeAll();
    const again = life.restarted();
    again.completeAll();
    again.said();
    again.hears(3, requestVote(nodeId(3), 1));
    expect(again.sent()).toEqual([vote(1, false)]);
  });

  test('votes for nobody else in a term that it knew before it voted', () => {
    const life = serving();
    life.hears(2, vote(4, false));
    life.completeAll();
    life.hears(2, requestVote(nodeId(2), 4));
    life.completeAll();
    expect(life.sent()).toEqual([vote(4)]);
    const again = life.restarted();
    again.completeAll();
    expect(again.state.raft).toMatchObject({ currentTerm: 4, votedFor: 2 });
    again.said();
    again.hears(3, requestVote(nodeId(3), 4));
    expect(again.sent()).toEqual([vote(4, false)]);
  });

  test('has forgotten what was never durable, and had not promised it', () => {
    const life = serving();
    life.hears(2, requestVote(nodeId(2), 1));
    expect(life.sent()).toEqual([]);
    const again = life.restarted();
    again.completeAll();
    expect(again.state.raft).toMatchObject({ currentTerm: 0, votedFor: NOBODY });
  });

  test('takes a snapshot of a store of many keys only when as many entries came', () => {
    const life = serving({ size: 1, options: { snapshotEveryEntries: 3, entriesKept: 0 } });
    life.wake();
    life.completeAll();
    const snapshots = [1, 2, 3, 4, 5, 6, 7, 7, 7].map((key, i) => {
      life.asks(asked(i + 1, { key: text(`k${key}`), value: text('v') }));
      life.completeAll();
      return life.state.raft?.snapshot?.lastIndex ?? 0;
    });
    // Entry 1 is the leader's own. With 7 keys, 7 entries behind the snapshot up to entry 3 are enough.
    expect(snapshots).toEqual([0, 3, 3, 3, 3, 3, 3, 3, 10]);
  });

  test('takes a snapshot when so many bytes came, and keeps no more behind it than it may', () => {
    const life = serving({ size: 1, options: { snapshotEveryBytes: 3_000, entriesKept: 100, entriesKeptBytesMax: 1_500 } });
    life.wake();
    life.completeAll();
    const seen = Array.from({ length: 8 }, (_, i) => {
      life.asks(asked(i + 1, { value: text('v'.repeat(1_000)) }));
      life.completeAll();
      return [life.state.raft?.snapshot?.lastIndex ?? 0, life.state.raft?.log.firstIndex];
    });
    // Entry 1 is the leader's own; three of 1 000 bytes and more are enough, and one is kept.
    expect(seen).toEqual([
      [0, 1],
      [0, 1],
      [4, 4],
      [4, 4],
      [4, 4],
      [7, 7],
      [7, 7],
      [7, 7],
    ]);
  });

  test('comes back with its snapshot, the store in it, and the entries behind', () => {
    const options = { size: 1, options: { snapshotEveryEntries: 3, entriesKept: 1 } };
    const life = serving(options);
    life.wake();
    life.completeAll();
    for (let id = 1; id <= 8; id++) {
      life.asks(asked(id, { value: text(`v${id}`) }));
      life.completeAll();
    }
    expect(life.state.raft?.snapshot?.lastIndex).toBe(9);
    expect(life.state.raft?.log.firstIndex).toBe(9);
    const again = life.restarted(options);
    again.completeAll();
    expect(again.state).toMatchObject({ lastApplied: 9, raft: { commitIndex: 9, log: { lastIndex: 9 } } });
    again.wake();
    again.completeAll();
    again.said();
    again.asks({ kind: 'query', id: 1, key: text('k') });
    expect(again.answers()).toEqual([{ kind: 'done', id: 1, result: { status: 'ok', version: 8, value: text('v8') } }]);
  });
});

describe('a client', () => {
  test('of a follower is sent to the leader', () => {
    const life = serving();
    life.hears(2, append(1, 0, 0));
    life.completeAll();
    life.said();
    life.asks(asked(1, {}));
    life.asks({ kind: 'query', id: 2, key: text('k') });
    life.asks({ kind: 'whoIsLeader', id: 3 });
    expect(life.answers()).toEqual([
      { kind: 'notLeader', id: 1, leaderHint: 2, isUncertain: false },
      { kind: 'notLeader', id: 2, leaderHint: 2, isUncertain: false },
      { kind: 'leader', id: 3, leaderHint: 2 },
    ]);
  });

  test('that waits is refused when the leader steps down, and told that its command may live on (H24, §6.2)', () => {
    const life = leading();
    life.asks(asked(1, {}));
    life.asks({ kind: 'query', id: 2, key: text('k') });
    life.said();
    life.hears(3, append(6, 1, 1, [], 1));
    expect(life.answers()).toEqual([
      { kind: 'notLeader', id: 2, leaderHint: 3, isUncertain: false },
      { kind: 'notLeader', id: 1, leaderHint: 3, isUncertain: true },
    ]);
    expect(life.state).toMatchObject({ waiters: { size: 0 }, readers: { size: 0 } });
  });

  test("never gets the result of somebody else's entry at the same index", () => {
    const life = leading();
    life.asks(asked(1, { op: 'put', version: 9 }));
    life.said();
    life.hears(3, withCommands(append(6, 1, 1, [6], 2), { value: text('theirs') }));
    life.completeAll();
    expect(life.state.lastApplied).toBe(2);
    // What is committed there is another's, so this command certainly took no effect.
    expect(life.answers()).toEqual([{ kind: 'notLeader', id: 1, leaderHint: 3, isUncertain: false }]);
  });

  test('gets a repeated command of its session answered from memory, and it takes effect once (H1, §6.3)', () => {
    const life = leading({ options: { storage: null } });
    const commit = (): void => life.hears(2, accepted(1, commands(life), 99));
    life.asks(asked(1, { op: 'registerClient', key: EMPTY }));
    commit();
    const [registered] = life.answers();
    const clientId = registered?.kind === 'done' ? registered.result.version : 0;
    expect(clientId).toBeGreaterThan(0);
    for (const id of [2, 3]) life.asks(asked(id, { op: 'put', clientId, sequenceNum: 1, value: text('v') }));
    commit();
    const said = life.said();
    const results = said.flatMap((effect) =>
      effect.kind === 'respond' && effect.response.kind === 'done' ? [effect.response.result] : [],
    );
    expect(results).toEqual([
      { status: 'ok', version: 1, value: EMPTY },
      { status: 'ok', version: 1, value: EMPTY },
    ]);
    expect(said).toContainEqual(expect.objectContaining({ kind: 'note', name: 'session-removed-duplicate' }));
    life.asks({ kind: 'query', id: 4, key: text('k') });
    life.hears(2, accepted(1, commands(life), life.state.raft?.progress[1]?.sentSequence ?? 0));
    expect(life.answers()).toMatchObject([{ kind: 'done', id: 4, result: { version: 1 } }]);
  });

  test('reads what was committed when it asked, after a round of echoes (§6.4)', () => {
    const life = leading({ options: { storage: null } });
    life.asks(asked(1, { value: text('new') }));
    life.hears(2, accepted(1, 2, 99));
    life.said();
    life.asks({ kind: 'query', id: 2, key: text('k') });
    life.asks({ kind: 'query', id: 3, key: text('absent') });
    expect(life.answers()).toEqual([]);
    for (let i = 0; i < 2; i++) life.hears(2, accepted(1, 2, life.state.raft?.progress[1]?.sentSequence ?? 0));
    expect(life.answers()).toEqual([
      { kind: 'done', id: 2, result: { status: 'ok', version: 1, value: text('new') } },
      { kind: 'done', id: 3, result: { status: 'noKey', version: 0, value: EMPTY } },
    ]);
  });

  test('that may be stale are answered at once from what was applied, by whoever is asked', () => {
    const life = leading({ options: { storage: null } });
    life.asks(asked(1, { value: text('new') }));
    life.said();
    life.asks({ kind: 'query', id: 2, key: text('k'), level: 'stale' });
    expect(life.answers()).toMatchObject([{ kind: 'done', id: 2, result: { status: 'noKey' } }]);
    life.hears(2, accepted(1, 2, 99));
    life.said();
    life.asks({ kind: 'query', id: 3, key: text('k'), level: 'stale' });
    expect(life.answers()).toMatchObject([{ kind: 'done', id: 3, result: { status: 'ok', version: 1, value: text('new') } }]);
    const follower = serving();
    follower.asks({ kind: 'query', id: 4, key: text('k'), level: 'stale' });
    expect(follower.answers()).toMatchObject([{ kind: 'done', id: 4, result: { status: 'noKey' } }]);
  });

  test('of a leader that has not committed in its term, or has too much to do, may come again', () => {
    const life = leading({ options: { raft: { ...new Life().state.options.raft, uncommittedEntriesMax: 1, pendingReadsMax: 1 } } });
    for (let id = 1; id <= 2; id++) life.asks(asked(id, {}));
    for (let id = 3; id <= 4; id++) life.asks({ kind: 'query', id, key: text('k') });
    expect(life.answers()).toMatchObject([
      { kind: 'unavailable', id: 2 },
      { kind: 'unavailable', id: 4 },
    ]);
    const young = serving();
    young.wake();
    young.hears(2, preVote(1));
    young.completeAll();
    young.hears(2, vote(1));
    young.said();
    young.asks({ kind: 'query', id: 5, key: text('k') });
    expect(young.answers()).toMatchObject([
      { kind: 'unavailable', id: 5, reason: expect.stringContaining('not committed in its term') as string },
    ]);
  });

  test('sees what a server says of itself', () => {
    const life = leading();
    life.asks({ kind: 'status', id: 1 });
    expect(life.answers()).toMatchObject([
      {
        kind: 'status',
        status: {
          self: 1,
          system: 'raft',
          role: 'leader',
          term: 1,
          leaderId: 1,
          commitIndex: 1,
          lastApplied: 1,
          firstLogIndex: 1,
          lastLogIndex: 1,
          snapshotIndex: 0,
          keyCount: 0,
          sessionCount: 0,
          digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        },
      },
    ]);
  });
});

describe('a node that keeps nothing on disk', () => {
  test('asks nothing of the disk and promises at once', () => {
    const life = serving({ options: { storage: null } });
    life.hears(2, requestVote(nodeId(2), 1));
    expect(life.sent()).toEqual([vote(1)]);
    expect(life.operations).toEqual([]);
  });

  test('alone leads and answers in one step', () => {
    const life = serving({ size: 1, options: { storage: null } });
    life.wake();
    expect(life.state.raft).toMatchObject({ role: 'leader', commitIndex: 1 });
    life.said();
    life.asks(asked(1, {}));
    expect(life.answers()).toMatchObject([{ kind: 'done', id: 1 }]);
  });

  test('takes a snapshot after so many applied entries and keeps some of them for the late (§5.1)', () => {
    const life = serving({ size: 1, options: { storage: null, snapshotEveryEntries: 10, entriesKept: 4 } });
    life.wake();
    for (let id = 1; id <= 24; id++) life.asks(asked(id, { value: text(`${id}`) }));
    expect(life.state.raft?.snapshot?.lastIndex).toBe(20);
    expect(life.state.raft?.log).toMatchObject({ firstIndex: 17, lastIndex: 25 });
  });
});

describe('a snapshot from the leader', () => {
  const source = serving({ size: 1, options: { storage: null, snapshotEveryEntries: 10, entriesKept: 0 } });
  source.wake();
  for (let id = 1; id <= 9; id++) source.asks(asked(id, { key: text(`k${id}`), value: text('new') }));
  const snapshot = source.state.raft?.snapshot;
  const message = (data: Uint8Array): NodeMessage => ({
    kind: 'installSnapshot',
    term: 3 as never,
    lastIndex: logIndex(10),
    lastTerm: 1 as never,
    offset: 0,
    data,
    done: true,
    sequence: 1,
  });

  test('replaces the whole store; nothing of the old one remains, and is acknowledged when durable', () => {
    const life = serving();
    life.hears(2, withCommands(append(3, 0, 0, [3], 1), { key: text('old'), value: text('old') }));
    life.completeAll();
    life.said();
    life.hears(2, message(snapshot?.data ?? new Uint8Array()));
    expect(life.sent()).toEqual([]);
    life.completeAll();
    expect(life.sent()).toMatchObject([{ kind: 'installSnapshotReply', isInstalled: true }]);
    life.asks({ kind: 'status', id: 1 });
    source.asks({ kind: 'status', id: 1 });
    const digests = [...life.answers(), ...source.answers()].flatMap((answer) => (answer.kind === 'status' ? [answer.status.digest] : []));
    expect(new Set(digests).size).toBe(1);
    expect(life.state.lastApplied).toBe(10);
    const again = life.restarted();
    again.completeAll();
    expect(again.state).toMatchObject({ phase: 'serving', lastApplied: 10 });
  });

  test('or the log that it replaces is there, wherever its flush was torn', () => {
    const recovered = new Set<string>();
    for (let keptBytes = 0, isWhole = false; !isWhole; keptBytes += 4) {
      const life = serving();
      life.hears(2, withCommands(append(3, 0, 0, [3], 1), { key: text('old'), value: text('old') }));
      life.completeAll();
      life.hears(2, message(snapshot?.data ?? new Uint8Array()));
      for (const step of life.operations.flatMap(({ steps }) => steps)) {
        if (step.kind === 'append') {
          isWhole = keptBytes >= step.bytes.length;
          life.disk.perform({ ...step, bytes: step.bytes.subarray(0, keptBytes) });
          break;
        }
        life.disk.perform(step);
      }
      const again = new Life({ disk: life.disk, self: life.state.self });
      again.completeAll();
      const raft = again.state.raft;
      recovered.add(`snapshot to ${raft?.snapshot?.lastIndex ?? 0}, log to ${raft?.log.lastIndex ?? 0}`);
    }
    expect(recovered).toEqual(new Set(['snapshot to 0, log to 1', 'snapshot to 10, log to 10']));
  });

  test('that cannot be read stops the node before it has promised anything', () => {
    const life = serving();
    life.hears(2, message(new Uint8Array([1, 2, 3])));
    const said = life.said();
    expect(said.at(-1)).toMatchObject({ kind: 'stop', reason: expect.stringContaining('cannot be read') as string });
    expect(said.filter(({ kind }) => kind === 'send')).toEqual([]);
    expect(life.operations).toEqual([]);
  });
});
