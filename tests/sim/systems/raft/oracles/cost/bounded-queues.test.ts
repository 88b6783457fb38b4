import { describe, test } from 'vitest';
import type { ByteString } from '../../../../../../src/core/base/bytestring.js';
import { nodeId } from '../../../../../../src/core/base/units.js';
import { DEFAULT_NODE_OPTIONS } from '../../../../../../src/core/systems/raft/options.js';
import { BoundedQueues } from '../../../../../../src/sim/systems/raft/oracles/cost/bounded-queues.js';
import { expectViolated, registerCommand, setCommand, storeAfter, view, type Planted } from '../../../../oracles/planted.js';

const small = { uncommittedEntriesMax: 2, pendingReadsMax: 3, inflightMessagesMax: 1, entriesPerMessageMax: 2 };
const options = {
  ...DEFAULT_NODE_OPTIONS,
  raft: { ...DEFAULT_NODE_OPTIONS.raft, ...small },
  store: { sessionsMax: 2 },
  snapshotEveryEntries: 3,
  entriesKept: 1,
};
const step = (planted: Planted) => () =>
  new BoundedQueues(options, 3).onStep(1, nodeId(1), view({ applied: -1 }), view({ options: small, ...planted }));
const durable = (durableSnapshotIndex: number) => ({ writtenSequence: 9, durableSequence: 9, durableSnapshotIndex });

describe('Bounded Queues', () => {
  test('sees each queue that is longer than its option says, and is content with one that is as long', () => {
    expectViolated('Bounded Queues', /commands that wait: s1 has 3, its options allow 2/, step({ role: 'leader', waiters: 3 }));
    step({ role: 'leader', waiters: 2 })();
    expectViolated('Bounded Queues', /reads that wait: s1 has 4, its options allow 3/, step({ role: 'leader', readers: 4 }));
    step({ role: 'leader', readers: 3 })();
    // 2 own acknowledgements, and for each of 3 servers a window of 1 twice and 512 more.
    expectViolated('Bounded Queues', /promises that wait for the disk: s1 has 1545, its options allow 1544/, step({ promises: 1_545 }));
    step({ promises: 1_544 })();
  });

  test('sees a session that should have been dropped', () => {
    const sessions = [registerCommand(), registerCommand(), registerCommand()];
    expectViolated('Bounded Queues', /sessions: s1 has 3, its options allow 2/, step({ store: storeAfter(...sessions) }));
    step({ store: storeAfter(...sessions.slice(1)) })();
  });

  test('sees a log that no snapshot cuts, unless the last snapshot is still on its way to the disk', () => {
    const long = { log: [1, 1, 1, 1, 1], commit: 5, applied: 5 };
    expectViolated('Bounded Queues', /applied entries in the log: s1 has 5, its options allow 4/, step(long));
    expectViolated('Bounded Queues', /applied entries/, step({ ...long, snapshotIndex: 2, storage: durable(2) }));
    step({ ...long, snapshotIndex: 2, storage: durable(0) })();
    step({ ...long, compactedTo: 1, log: [1, 1, 1, 1], snapshotIndex: 2, storage: durable(2) })();
  });

  test('lets the log be as long as the store has keys', () => {
    const long = { log: [1, 1, 1, 1, 1], commit: 5, applied: 5 };
    const withKeys = (...keys: readonly string[]) => ({
      ...long,
      store: storeAfter(...keys.map((key) => ({ ...setCommand('v'), key: key as ByteString }))),
    });
    step(withKeys('a', 'b', 'c', 'd'))();
    expectViolated('Bounded Queues', /applied entries in the log: s1 has 5, its options allow 4/, step(withKeys('a', 'b', 'c')));
  });

  test('sees a leader that takes in more than it can commit, once it is in office', () => {
    const leader = { role: 'leader', term: 2, log: [1, 2, 2, 2, 2] } as const;
    expectViolated('Bounded Queues', /uncommitted entries of a leader: s1 has 3, its options allow 2/, step({ ...leader, commit: 2 }));
    step({ ...leader, commit: 3 })();
    step({ ...leader, commit: 1 })();
  });

  test('sees commands and reads that wait for a server that no longer leads', () => {
    expectViolated(
      'Bounded Queues',
      /commands that wait for a server that does not lead: s1 has 1, its options allow 0/,
      step({ waiters: 1 }),
    );
    expectViolated(
      'Bounded Queues',
      /reads that wait for a server that does not lead: s1 has 1, its options allow 0/,
      step({ readers: 1 }),
    );
    step({})();
  });

  test('sees more on its way to one follower than its window takes, and is content with a probe far off', () => {
    const to = (mode: 'probe' | 'replicate', nextIndex: number) =>
      ({ role: 'leader', progress: [{ mode, nextIndex, matchIndex: 1 }] }) as const;
    // A window of 1 and 16 heartbeats, with 2 entries in each message.
    expectViolated('Bounded Queues', /entries on their way to one follower: s1 has 35, its options allow 34/, step(to('replicate', 37)));
    step(to('replicate', 36))();
    step(to('probe', 99))();
  });

  test('sees a log that is too long, applied or not', () => {
    const restarted = { term: 1, commit: 0, applied: 0 };
    // 4 applied ones may come back with a restart, for each of 3 servers (swarm seed 931466), and 2 uncommitted ones twice; the log
    // begins in term 0 and ends in term 1.
    expectViolated(
      'Bounded Queues',
      /entries in the log: s1 has 18, its options allow 17/,
      step({ ...restarted, log: Array<number>(18).fill(1) }),
    );
    step({ ...restarted, log: Array<number>(17).fill(1) })();
  });
});
