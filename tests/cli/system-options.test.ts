import { describe, expect, test } from 'vitest';
import { chosenName, SYSTEM_OPTIONS, SYSTEMS, systemFlags } from '../../src/cli/system-options.js';
import { chosenSystem } from '../../src/cli/systems.js';

describe('the choice of a system', () => {
  test('is raft unless a user says otherwise', () => {
    expect(chosenName({})).toBe('raft');
    expect(chosenSystem({}).name).toBe('raft');
  });

  test.each(Object.keys(SYSTEMS))('%s is there under its name, for one server and for three', (name) => {
    const system = chosenSystem({ system: name });
    expect(system.name).toBe(name);
    for (const servers of [1, 3]) expect(system.machine(1, servers)).toHaveProperty('step');
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
    expect(() => chosenSystem({ heartbeat: '10s' }).machine(1, 3)).toThrow(/do not fit together/);
  });
});
