import { AssertionError } from '../../core/base/assert.js';
import { fromMs, type NodeId } from '../../core/base/units.js';
import type { Codec, Machine } from '../../core/machine.js';
import { checkRaftOptions, DEFAULT_RAFT_OPTIONS, type RaftOptions } from '../../core/raft/options.js';
import { raftCodecs } from '../../core/systems/raft/codecs.js';
import { raftNode } from '../../core/systems/raft/node.js';
import { DEFAULT_NODE_OPTIONS } from '../../core/systems/raft/options.js';
import { isAtRest } from '../../core/storage/storage.js';
import type { NodeState } from '../../core/systems/raft/state.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../../core/wire/protocol.js';
import { UserError } from '../base/errors.js';

/**
 * A system as a real server runs it: any machine that answers the requests of the key-value protocol. What the
 * user chose is inside already.
 */
export interface Served<State = unknown, Message = unknown> {
  /** The word on the command line. */
  readonly name: string;
  /**
   * @param clusterId What its data directory is labelled with.
   * @param members Every server, at least one, in any order.
   * @throws {UserError} One line, when the options do not fit together, or not with these servers.
   */
  machine(clusterId: number, members: readonly NodeId[]): Machine<State, Message, NodeRequest, NodeResponse>;
  /** What servers say to each other. */
  readonly codec: Codec<Message>;
  /** Whether the codec writes lines, so that people may type them at the port between servers. */
  readonly hasGuests: boolean;
  /** Whether it asks anything of a disk: one that does not needs no data directory. */
  readonly keepsFiles: boolean;
  /** When it syncs what it wrote, in the words of `--sync`. Absent: always, before it answers. */
  readonly sync?: string;
  isRecovering(state: State): boolean;
  /** What the user should know about these options before they hurt, a line each. */
  warnings(servers: number): readonly string[];
  /** Whether nothing is under way on the disk: a good moment for the last steps. */
  isAtRest(state: State): boolean;
}

/** What may be set of the raft system, in milliseconds. Absent: the default of the protocol. */
export interface RaftTimes {
  readonly electionTimeoutMsMin?: number;
  readonly electionTimeoutMsMax?: number;
  readonly heartbeatIntervalMs?: number;
}

/** The replicated store. */
export function servedRaft(times: RaftTimes = {}): Served<NodeState, NodeMessage> {
  return {
    name: 'raft',
    machine: (clusterId) => {
      const raft: RaftOptions = {
        ...DEFAULT_RAFT_OPTIONS,
        ...(times.electionTimeoutMsMin === undefined ? {} : { electionTimeoutMin: fromMs(times.electionTimeoutMsMin) }),
        ...(times.electionTimeoutMsMax === undefined ? {} : { electionTimeoutMax: fromMs(times.electionTimeoutMsMax) }),
        ...(times.heartbeatIntervalMs === undefined ? {} : { heartbeatInterval: fromMs(times.heartbeatIntervalMs) }),
      };
      checked(() => checkRaftOptions(raft));
      return raftNode({ ...DEFAULT_NODE_OPTIONS, clusterId, raft });
    },
    codec: raftCodecs.message,
    hasGuests: false,
    keepsFiles: true,
    isRecovering: ({ phase }) => phase === 'recovering',
    warnings: () => [],
    isAtRest: ({ storage }) => storage === null || isAtRest(storage),
  };
}

/**
 * Runs the rules that core holds its options to.
 *
 * @throws {UserError} When one is broken: here the options are the user's.
 */
export function checked(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof AssertionError) throw new UserError(`these options do not fit together: ${error.message}`);
    throw error;
  }
}
