import type { JournalOptions } from '../../core/journal/options.js';
import type { PrimaryReplicaOptions } from '../../core/systems/primary-replica/options.js';
import type { QuorumOptions } from '../../core/systems/quorum/options.js';
import type { ElectionOptions } from '../../core/systems/simple-election/options.js';
import type { SingleOptions } from '../../core/systems/single/options.js';
import type { NodeStatus } from '../../core/wire/protocol.js';
import type { RunOptions } from '../../sim/run/scenario.js';
import type { SystemName } from '../systems/system-options.js';

/** The system of a scenario as real servers run it. */
export interface RealSystem {
  /** Options of each `seedstorm node`. */
  readonly words: readonly string[];
  /** False: a process that ends takes all its data along. */
  readonly keepsFiles: boolean;
  /** Whether an answer rests on the disk: of what was answered before a sync only a power cut could take anything, and nobody here cuts power. */
  readonly isSynced: boolean;
  /** What is the same for all servers once they have come to one state; null for a system whose servers need not. */
  readonly place: ((status: NodeStatus) => string) | null;
}

const US_PER_MS = 1_000;
const samePlace = ({ digest, lastApplied }: NodeStatus): string => `${digest} at ${lastApplied}`;
const sameData = ({ digest }: NodeStatus): string => digest;

/** By the word for `--system`: what a scenario's options are in words of the command line. Raft keeps the times that are made for real machines. */
const REAL: Readonly<Record<SystemName, (options: never) => RealSystem>> = {
  raft: () => ({ words: [], keepsFiles: true, isSynced: true, place: samePlace }),
  single: ({ node }: RunOptions<SingleOptions>) => ({ ...keeping(node.journal), place: samePlace }),
  'primary-replica': ({ node }: RunOptions<PrimaryReplicaOptions>) => {
    const kept = keeping(node.journal);
    return { ...kept, words: ['--primary', String(node.primary), ...kept.words], place: samePlace };
  },
  quorum: ({ node }: RunOptions<QuorumOptions>) => ({
    words: ['--write-quorum', String(node.writeQuorum), '--read-quorum', String(node.readQuorum), '--quorum-timeout', ms(node.timeoutUs)],
    keepsFiles: true,
    isSynced: true,
    place: sameData,
  }),
  'simple-election': ({ node }: RunOptions<ElectionOptions>) => ({
    words: [
      '--heartbeat',
      ms(node.heartbeatUs),
      '--election-timeout',
      ms(node.timeoutUs),
      ...(node.writeQuorum === null ? [] : ['--write-quorum', String(node.writeQuorum)]),
    ],
    keepsFiles: true,
    isSynced: true,
    place: null,
  }),
};

/** @returns null for a system whose machine has no real servers. */
export function realSystemOf(name: string, options: RunOptions): RealSystem | null {
  if (!Object.hasOwn(REAL, name)) return null;
  const { words, ...rest } = REAL[name as SystemName](options as never);
  return { words: ['--system', name, ...words], ...rest };
}

export const REAL_SYSTEMS: readonly string[] = Object.keys(REAL);

function keeping({ storage, sync }: JournalOptions): Pick<RealSystem, 'words' | 'keepsFiles' | 'isSynced'> {
  if (storage === null) return { words: ['--store', 'memory'], keepsFiles: false, isSynced: true };
  return { words: ['--sync', sync.kind === 'interval' ? ms(sync.everyUs) : sync.kind], keepsFiles: true, isSynced: sync.kind === 'always' };
}

const ms = (us: number): string => `${us / US_PER_MS}ms`;
