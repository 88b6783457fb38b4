import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../../../../src/core/base/units.js';
import {
  catchUpUsMax,
  electionUsMax,
  PromptRecovery,
  recoveryUsMax,
} from '../../../../../../src/sim/systems/raft/oracles/cost/prompt-recovery.js';
import { quietOptions } from '../../../../quiet.js';
import { expectViolated, view } from '../../../../oracles/planted.js';

const options = quietOptions();
const HEALED_US = 5_000_000;
const UNLED_US = HEALED_US + electionUsMax(options) + 1;
const LATE_US = HEALED_US + recoveryUsMax(options) + 1;
const [S1, S2, S3] = [nodeId(1), nodeId(2), nodeId(3)];
const follower = (leader: number, term = 4) => view({ term, leader, log: [4], commit: 0 });
const leader = (commit: number) => view({ role: 'leader', term: 4, leader: 1, log: [4], commit });
const idle = view({});

function healed(): PromptRecovery {
  const oracle = new PromptRecovery(options);
  oracle.healed(HEALED_US);
  return oracle;
}

describe('Prompt Recovery', () => {
  test('has a bound for each of its three, in this order', () => {
    // Elections of up to 300 ms, and 2 s for what recovery reads.
    expect(electionUsMax(options)).toBe(4_700_000);
    expect(recoveryUsMax(options)).toBe(5_000_000);
    // 130 entries are 3 messages of 64, and 1 byte of a snapshot is a piece: 4 rounds of 2 x 5 ms and 3 x 4.2 ms.
    expect(catchUpUsMax(options, 130, 1)).toBe(5_000_000 + 4 * 22_600);
  });

  test('sees that nobody is followed', () => {
    const oracle = healed();
    oracle.onStep(UNLED_US - 1, S1, idle, idle);
    expectViolated('Prompt Recovery', /no majority follows one leader, 4700 ms after the healing/, () =>
      oracle.onStep(UNLED_US, S1, idle, idle),
    );
  });

  test('sees that a leader has no followers, or followers of another term', () => {
    const alone = healed();
    alone.onStep(HEALED_US, S2, idle, follower(1, 3));
    expectViolated('Prompt Recovery', /no majority follows one leader/, () => alone.onStep(UNLED_US, S1, idle, leader(1)));
  });

  test('sees that a leader cannot commit', () => {
    const stuck = healed();
    stuck.onStep(HEALED_US, S2, idle, follower(1));
    stuck.onStep(HEALED_US + 1, S1, idle, leader(0));
    stuck.onStep(LATE_US - 1, S3, idle, idle);
    expectViolated('Prompt Recovery', /no majority follows a leader in office, 5000 ms after the healing/, () =>
      stuck.onStep(LATE_US, S1, idle, leader(0)),
    );
  });

  test('sees that what was committed before is not applied by a majority', () => {
    const began = (): PromptRecovery => {
      const oracle = healed();
      const committed = view({ log: [1, 1, 1], commit: 3, applied: 3 });
      oracle.onStep(HEALED_US - 1, S3, committed, committed);
      oracle.onStep(HEALED_US, S2, idle, follower(1));
      oracle.onStep(HEALED_US + 1, S1, idle, view({ role: 'leader', term: 4, leader: 1, log: [1, 1, 1, 4], commit: 4, applied: 4 }));
      return oracle;
    };
    const lateUs = HEALED_US + catchUpUsMax(options, 3, 0) + 1;
    began().onStep(lateUs - 1, S2, idle, view({ applied: 2 }));
    expectViolated('Prompt Recovery', /no majority has applied entry 3, which was committed before, \d+ ms after/, () =>
      began().onStep(lateUs, S2, idle, view({ applied: 2 })),
    );
    began().onStep(lateUs, S2, idle, view({ applied: 3 }));
  });

  test('is content once all is well, and before the healing', () => {
    const oracle = healed();
    oracle.onStep(HEALED_US, S2, idle, follower(1));
    oracle.onStep(HEALED_US + 1, S1, idle, leader(1));
    oracle.onStep(LATE_US + 1_000_000, S3, idle, idle);
    new PromptRecovery(options).onStep(LATE_US + 1_000_000, S1, idle, idle);
  });
});
