import { raftSystem } from '../../../../src/sim/systems/raft/system.js';
import { describe, expect, test } from 'vitest';
import { fromMs } from '../../../../src/core/base/units.js';
import type { NodeOptions } from '../../../../src/core/systems/raft/options.js';
import { loosest, nodeOptionsOf } from '../../../../src/sim/systems/raft/later-options.js';
import { isTimely } from '../../../../src/sim/systems/raft/oracles/cost/timely.js';
import { runOptions } from '../../../../src/sim/run/run.js';
import { quietOptions } from '../../quiet.js';

const { node } = quietOptions();
const later = (raft: Partial<NodeOptions['raft']>, rest: Partial<NodeOptions> = {}): NodeOptions => ({
  ...node,
  raft: { ...node.raft, ...raft },
  ...rest,
});

describe('the options that servers of one run may have', () => {
  test('are the first ones, and the later ones if there are some', () => {
    expect(nodeOptionsOf({ node, laterNode: null })).toEqual([node]);
    expect(nodeOptionsOf({ node, laterNode: later({}) })).toHaveLength(2);
  });

  test('bound what is judged by the larger of each number, whichever side it is on', () => {
    const other = later({ electionTimeoutMax: fromMs(900), uncommittedEntriesMax: 5 }, { snapshotEveryEntries: 3, entriesKept: 999 });
    for (const options of [
      { node, laterNode: other },
      { node: other, laterNode: node },
    ]) {
      expect(loosest(options)).toMatchObject({
        raft: { electionTimeoutMax: fromMs(900), uncommittedEntriesMax: node.raft.uncommittedEntriesMax },
        snapshotEveryEntries: node.snapshotEveryEntries,
        entriesKept: 999,
      });
    }
    expect(loosest({ node, laterNode: null })).toEqual(node);
  });

  test.each([
    ['another cluster', later({}, { clusterId: 8 }), /share its number/],
    ['another bound of sessions', later({}, { store: { sessionsMax: 5 } }), /the options of its store/],
    ['no disk', later({}, { storage: null }), /takes the disk away/],
    [
      'leaders that others give up waiting for',
      later({ heartbeatInterval: fromMs(160), electionTimeoutMin: fromMs(400), electionTimeoutMax: fromMs(800) }),
      /waits for longer/,
    ],
  ])('may not be those of %s', (_title, laterNode, because) => {
    expect(() => runOptions({ name: 'x', system: raftSystem }, { ...quietOptions(), laterNode }, 1)).toThrow(because);
  });

  test('are timely only if all are', () => {
    const slow = later({ heartbeatInterval: fromMs(140) });
    expect(isTimely({ ...quietOptions(), laterNode: null })).toBe(true);
    expect(isTimely({ ...quietOptions(), laterNode: slow })).toBe(false);
    expect(isTimely({ ...quietOptions(), node: slow, laterNode: node })).toBe(false);
  });
});
