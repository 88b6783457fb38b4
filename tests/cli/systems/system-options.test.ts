import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/base/units.js';
import { chosenName, SYSTEM_OPTIONS, SYSTEMS, systemFlags } from '../../../src/cli/systems/system-options.js';
import { chosenSystem } from '../../../src/cli/systems/systems.js';

const members = (count: number) => Array.from({ length: count }, (_, i) => nodeId(i + 1));

describe('the choice of a system', () => {
  test('is raft unless a user says otherwise', () => {
    expect(chosenName({})).toBe('raft');
    expect(chosenSystem({}).name).toBe('raft');
  });

  test.each(Object.keys(SYSTEMS))('%s is there under its name, for one server and for three if it can have so many', (name) => {
    const system = chosenSystem({ system: name });
    expect(system.name).toBe(name);
    for (const servers of name === 'single' ? [1] : [1, 3]) expect(system.machine(1, members(servers))).toHaveProperty('step');
  });

  test('a single server has no peers', () => {
    expect(() => chosenSystem({ system: 'single' }).machine(1, members(3))).toThrow(
      'a single server has no peers, and 3 servers are listed',
    );
  });

  test('what a system keeps, and when it is synced, is chosen with a warning where it is weaker', () => {
    const warningsOf = (values: Record<string, string>) => chosenSystem({ system: 'single', ...values }).warnings(1);
    expect(warningsOf({})).toEqual([]);
    expect(warningsOf({ store: 'memory' })).toEqual([expect.stringMatching(/all data ends with this process/)]);
    expect(warningsOf({ sync: '100ms' })).toEqual([expect.stringMatching(/answered writes of the last 100 ms/)]);
    expect(warningsOf({ sync: 'never' })).toEqual([expect.stringMatching(/answered writes without bound/)]);
    expect(() => warningsOf({ store: 'disk' })).toThrow('--store takes log or memory, not "disk"');
    expect(() => warningsOf({ sync: 'sometimes' })).toThrow(/--sync takes a time with its unit/);
    expect(() => warningsOf({ store: 'memory', sync: 'always' })).toThrow(/--sync is nothing for --store memory/);
    expect(() => chosenName({ sync: 'always' })).toThrow('--sync is nothing for the system raft; it belongs to single, primary-replica');
  });

  test('an unknown one is refused', () => {
    expect(() => chosenName({ system: 'paxos' })).toThrow(/unknown system "paxos"; known: .*raft/);
  });

  test('every option belongs to some system and says so in --help', () => {
    for (const option of Object.keys(SYSTEM_OPTIONS)) {
      expect(Object.values(SYSTEMS).some(({ options }) => (options as readonly string[]).includes(option))).toBe(true);
    }
    expect(systemFlags().heartbeat.describe).toMatch(/^raft.*: how often/);
  });

  test('a value that is none is refused', () => {
    expect(() => chosenSystem({ heartbeat: 'often' })).toThrow(/--heartbeat takes a time with its unit/);
    expect(() => chosenSystem({ heartbeat: '10s' }).machine(1, members(3))).toThrow(/do not fit together/);
  });
});
