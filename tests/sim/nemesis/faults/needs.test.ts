import { describe, expect, test } from 'vitest';
import type { Hosted } from '../../../../src/sim/cluster/hosted.js';
import { fault, FAULT_NAMES, FAULTS, type FaultName } from '../../../../src/sim/nemesis/faults/families.js';
import { suitable, unsupported } from '../../../../src/sim/nemesis/faults/needs.js';
import { runOptions } from '../../../../src/sim/run/run.js';
import { raftSystem } from '../../../../src/sim/systems/raft/system.js';
import type { HostedSystem } from '../../../../src/sim/run/system.js';
import { quietOptions } from '../../quiet.js';

const raft = raftSystem as HostedSystem;
const { leadership: _leadership, recovery: _recovery, ...plain } = raft;
/** The same servers, of which nothing is told. */
const mute: HostedSystem = { ...plain, name: 'mute' };
const options = quietOptions();

describe('what a fault needs of a system', () => {
  test('a system that tells all suffers all but what an operator decides', () => {
    expect(FAULT_NAMES.filter((name) => unsupported(FAULTS[name], raft, options) !== null)).toEqual(['takeOver']);
  });

  test('a system that tells nothing suffers what can be done to any process, link and clock', () => {
    const suffered = FAULT_NAMES.filter((name) => unsupported(FAULTS[name], mute as Hosted, options) === null);
    expect(suffered).toContain('partition');
    expect(suffered).toContain('crash');
    expect(suffered.filter((name) => /eader|^disk|^rot|Rot/.test(name))).toEqual([]);
    expect(
      FAULT_NAMES.filter((name) => suitable(FAULTS[name], mute as Hosted) && !suffered.includes(name)).every((name) => !/eader/.test(name)),
    ).toBe(true);
  });

  test.each<[FaultName, RegExp]>([
    ['crashLeader', /the fault crashLeader needs a leader \(leadership\.leads\), which the system "mute" lacks/],
    ['rot', /the fault rot needs files that its machine can judge .*, which the system "mute" lacks/],
    ['takeOver', /needs a leader/],
  ])('a run that asks for %s of it is refused in one line', (name, line) => {
    const asked = { ...options, faults: [fault(name, [100, 200], [10, 20])] };
    expect(() => runOptions({ name: 'mine', system: mute }, asked, 1)).toThrow(line);
    expect(() => runOptions({ name: 'mine', system: mute }, asked, 1)).toThrow(/^[^\n]*$/);
  });
});
