import { describe, expect, test } from 'vitest';
import { logIndex, micros, nodeId, term } from '../../../../../src/core/base/units.js';
import type { Input } from '../../../../../src/core/machine.js';
import { oraclesFor } from '../../../../../src/sim/systems/raft/oracles/oracle-set.js';
import {
  APPLIED,
  changesOf,
  COMMIT,
  LOG,
  OFFICE,
  PROGRESS,
  type Oracle,
  type ServerView,
} from '../../../../../src/sim/systems/raft/oracles/oracle.js';
import { Watch } from '../../../../../src/sim/systems/raft/oracles/watch.js';
import { quietOptions } from '../../../quiet.js';
import { setCommand, storeAfter, view } from '../../../oracles/planted.js';

const WAKE: Input<unknown, unknown> = { kind: 'wake', now: micros(1) };
const SERVER = nodeId(1);

/** A state, and others that each differ from it in one thing; what is not named is the very same object. */
const BASE = view({
  role: 'leader',
  term: 3,
  vote: 1,
  log: [1, 2, 3],
  commit: 2,
  applied: 1,
  progress: [{ mode: 'replicate', nextIndex: 4, matchIndex: 2 }],
});
const variant = (raft: Partial<ServerView['raft']>, rest: Partial<ServerView> = {}): ServerView => ({
  ...BASE,
  ...rest,
  raft: { ...BASE.raft, ...raft },
});
const STATES: readonly ServerView[] = [
  BASE,
  variant({ role: 'follower' }),
  variant({ role: 'candidate' }),
  variant({ currentTerm: term(2) }),
  variant({ currentTerm: term(4) }),
  variant({ votedFor: nodeId(2) }),
  variant({ log: view({ log: [1, 2] }).raft.log }),
  variant({ log: view({ log: [1, 1, 3, 3] }).raft.log }),
  variant({ commitIndex: logIndex(1) }),
  variant({ commitIndex: logIndex(3) }),
  variant({}, { lastApplied: 0 }),
  variant({}, { lastApplied: 2 }),
  variant({}, { store: storeAfter(setCommand('a')) }),
  variant({}, { store: storeAfter(setCommand('b')) }),
  variant({ progress: view({ progress: [{ mode: 'replicate', nextIndex: 2, matchIndex: 1 }] }).raft.progress }),
  variant({ progress: view({ progress: [{ mode: 'replicate', nextIndex: 4, matchIndex: 3 }] }).raft.progress }),
];

function ofRaft(): readonly Oracle[] {
  const disks = { durableFiles: () => [], files: () => [], isRotten: () => false, isDamaged: () => false };
  return oraclesFor(quietOptions(), disks).list;
}

describe('what an oracle is told', () => {
  test('of what changed in a step, each thing by its own bit', () => {
    expect(STATES.map((state) => changesOf(BASE, state))).toEqual([
      0,
      OFFICE,
      OFFICE,
      OFFICE,
      OFFICE,
      OFFICE,
      LOG,
      LOG,
      COMMIT,
      COMMIT,
      APPLIED,
      APPLIED,
      APPLIED,
      APPLIED,
      PROGRESS,
      PROGRESS,
    ]);
  });

  test('it is told of the steps that it looks at, and of no other; who says nothing, of all', () => {
    const told: string[] = [];
    const oracle = (name: string, looksAt?: number): Oracle => ({
      ...(looksAt === undefined ? {} : { looksAt }),
      onStep: () => void told.push(name),
    });
    const watch = new Watch([oracle('log or commit', LOG | COMMIT), oracle('all'), oracle('office', OFFICE)], 1);
    for (const after of [variant({ commitIndex: logIndex(3) }), variant({ role: 'follower' }), BASE]) {
      watch.onStep(1, SERVER, WAKE, BASE, after);
      told.push('.');
    }
    expect(told).toEqual(['log or commit', 'all', '.', 'all', 'office', '.', 'all', '.']);
  });

  test('no step means anything to an oracle of which it is not told', () => {
    for (const oracle of ofRaft()) {
      const { looksAt } = oracle;
      if (looksAt === undefined) continue;
      for (const before of STATES) {
        for (const after of STATES) if ((changesOf(before, after) & looksAt) === 0) oracle.onStep?.(1, SERVER, before, after, WAKE);
      }
    }
  });
});
