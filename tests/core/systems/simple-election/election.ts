import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import type { CommandOp } from '../../../../src/core/store/command.js';
import type { ElectionMessage } from '../../../../src/core/systems/simple-election/messages.js';
import { electionNode } from '../../../../src/core/systems/simple-election/node.js';
import { DEFAULT_ELECTION_OPTIONS, type ElectionOptions } from '../../../../src/core/systems/simple-election/options.js';
import type { ElectionState } from '../../../../src/core/systems/simple-election/state.js';
import { Servers, type Asked } from '../servers.js';

export type Election = Servers<ElectionState, ElectionMessage>;

export const text = byteStringFromText;
export const K = text('k');

export const OPTIONS: ElectionOptions = {
  ...DEFAULT_ELECTION_OPTIONS,
  journal: {
    storage: { segmentBytesMax: 400, recordBytesMax: 64, readBytes: 4_096, snapshotsKept: 2 },
    sync: { kind: 'always' },
    snapshotEveryEntries: 3,
    snapshotEveryBytes: 67_108_864,
    waitingBytesMax: 33_554_432,
  },
};

export function electionOf(count: number, options: Partial<ElectionOptions> = {}): Election {
  return Servers.ready(electionNode({ ...OPTIONS, ...options }), count);
}

/** Servers of which this one leads, in term 1, and all know it. */
export function ledBy(leader: number, count = 3, options: Partial<ElectionOptions> = {}): Election {
  const servers = electionOf(count, options);
  for (const voter of servers.members)
    if (voter !== leader) servers.hear(voter, leader, { kind: 'heartbeat', term: 0 as never, leader: leader as never });
  standsUp(servers, leader);
  servers.run();
  return servers;
}

/** Lets only this server lose its patience, at once. */
export function standsUp(servers: Election, id: number): void {
  const due = servers.state(id).electionDueUs;
  servers.nowUs = Math.max(servers.nowUs, due);
  servers.wake(id);
}

export function command(op: CommandOp, value = '', version = 0): Asked {
  return { kind: 'command', command: { op, clientId: 0, sequenceNum: 0, key: K, value: value === '' ? EMPTY : text(value), version } };
}

export const set = (value: string): Asked => command('set', value);
export const get: Asked = { kind: 'query', key: K };
