import { describe, expect, test } from 'vitest';
import { unreachable } from '../../../src/sim/nemesis/moment-needs.js';
import { optionsOf } from '../../../src/sim/run/run.js';
import { scenario } from '../../../src/sim/run/scenario.js';
import type { HostedSystem } from '../../../src/sim/run/system.js';
import { quorumSystem } from '../../../src/sim/systems/quorum/system.js';
import { raftSystem } from '../../../src/sim/systems/raft/system.js';
import { usualRaft } from '../../../src/sim/systems/raft/presets.js';
import { everyMoment } from '../every-moment.js';
import { quietOptions } from '../quiet.js';

const raft = raftSystem as HostedSystem;
const { leadership: _leadership, recovery: _recovery, ...plain } = raft;
/** The same servers, of which nothing is told. */
const mute: HostedSystem = { ...plain, name: 'mute' };
const words = { name: 'mine', title: 'Mine.', why: 'A story of my own.', expectedWithinRuns: 1 } as const;

describe('a moment that a system can never come to', () => {
  test('is none for a system that tells all, but what an operator decides', () => {
    const never = everyMoment.map(({ name }) => name).filter((name) => unreachable(name, raft, quietOptions()) !== null);
    expect(never).toEqual(['operator-chose-another']);
  });

  test.each([
    ['leader-crashed', /the moment leader-crashed needs a leader \(leadership\.leads\), which the system "mute" lacks/],
    ['latent-rot', /the moment latent-rot needs files that its machine can judge .*, which the system "mute" lacks/],
  ] as const)('%s is refused in one line where it is expected of a system that tells nothing', (moment, line) => {
    const asked = { ...words, system: mute, expected: [moment], options: quietOptions };
    expect(() => optionsOf(asked, 1)).toThrow(line);
    expect(() => optionsOf({ ...asked, system: raft }, 1)).not.toThrow();
  });

  test('does not compile, nor do the options of another system', () => {
    // @ts-expect-error -- reads of raft write nothing back
    scenario({ ...words, system: raftSystem, expected: ['read-wrote-back'], options: usualRaft });
    // @ts-expect-error -- quorum has other numbers
    scenario({ ...words, system: quorumSystem, expected: [], options: usualRaft });
    // @ts-expect-error -- there is no such moment
    scenario({ ...words, system: raftSystem, expected: ['leader-electd'], options: usualRaft });
    expect(scenario({ ...words, system: raftSystem, expected: ['leader-elected', 'partitioned'], options: usualRaft }).name).toBe('mine');
  });
});
