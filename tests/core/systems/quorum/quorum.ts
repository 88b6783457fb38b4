import { byteStringFromText, EMPTY } from '../../../../src/core/base/bytestring.js';
import { fromMs } from '../../../../src/core/base/units.js';
import type { QuorumMessage } from '../../../../src/core/systems/quorum/messages.js';
import { quorumNode } from '../../../../src/core/systems/quorum/node.js';
import { DEFAULT_QUORUM_OPTIONS, type QuorumOptions } from '../../../../src/core/systems/quorum/options.js';
import type { QuorumState } from '../../../../src/core/systems/quorum/state.js';
import type { CommandOp } from '../../../../src/core/store/command.js';
import { Servers, type Asked, type Flying } from '../servers.js';

export type Quorum = Servers<QuorumState, QuorumMessage>;
export type Sent = Flying<QuorumMessage>;

export const K = byteStringFromText('k');
export const text = byteStringFromText;

export const OPTIONS: QuorumOptions = {
  ...DEFAULT_QUORUM_OPTIONS,
  sweepUs: fromMs(0),
  journal: {
    storage: { segmentBytesMax: 400, recordBytesMax: 64, readBytes: 4_096, snapshotsKept: 2 },
    sync: { kind: 'always' },
    snapshotEveryEntries: 1_000,
    snapshotEveryBytes: 67_108_864,
    waitingBytesMax: 33_554_432,
  },
};

/** Servers that are up and know each other; server 1 is the primary. */
export function quorumOf(count: number, options: Partial<QuorumOptions> = {}): Quorum {
  return Servers.ready(quorumNode({ ...OPTIONS, ...options }), count);
}

export function command(op: CommandOp, value = '', version = 0, key = K): Asked {
  return { kind: 'command', command: { op, clientId: 0, sequenceNum: 0, key, value: value === '' ? EMPTY : text(value), version } };
}

export const set = (value: string): Asked => command('set', value);
export const get: Asked = { kind: 'query', key: K };

/** Loses what is sent between one of these servers and any other. */
export function away(...servers: readonly number[]): (sent: Sent) => boolean {
  return ({ from, to }) => servers.includes(from) !== servers.includes(to) || (servers.includes(from) && servers.includes(to));
}

export const valueOf = (value: string, version: number) => ({ status: 'ok', version, value: text(value) });
export const done = (result: object) => ({ kind: 'done', result });
