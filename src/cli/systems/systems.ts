import { nodeId } from '../../core/base/units.js';
import { servedRaft, type Served } from '../../real/systems/served-system.js';
import type { Keeping } from '../../real/systems/keeping.js';
import { servedPrimaryReplica } from '../../real/systems/primary-replica.js';
import { servedSingle } from '../../real/systems/single.js';
import { servedQuorum } from '../../real/systems/quorum.js';
import { servedSimpleElection } from '../../real/systems/simple-election.js';
import { duration, wholeNumber } from '../terminal/arguments.js';
import type { Values } from '../terminal/configuration.js';
import { misuse } from '../terminal/exit.js';
import { chosenName, type SystemName, type SystemOption } from './system-options.js';

/** From what a user wrote to a system: throws {@link UserError} with one line for a value that is none. */
const SERVED: Readonly<Record<SystemName, (values: Values) => Served>> = {
  raft: (values) =>
    servedRaft({
      ...ms(values, 'heartbeat', (heartbeatIntervalMs) => ({ heartbeatIntervalMs })),
      ...ms(values, 'election-timeout', (least) => ({ electionTimeoutMsMin: least, electionTimeoutMsMax: 2 * least })),
    }) as Served,
  single: (values) => servedSingle(keeping(values)) as unknown as Served,
  'primary-replica': (values) =>
    servedPrimaryReplica({
      ...(values['primary'] === undefined ? {} : { primary: nodeId(wholeNumber('primary', values['primary'], 1, SERVERS_MAX)) }),
      ...keeping(values),
    }) as unknown as Served,
  quorum: (values) =>
    servedQuorum({
      ...count(values, 'write-quorum', (writeQuorum) => ({ writeQuorum })),
      ...count(values, 'read-quorum', (readQuorum) => ({ readQuorum })),
      ...ms(values, 'quorum-timeout', (timeoutMs) => ({ timeoutMs })),
    }) as unknown as Served,
  'simple-election': (values) =>
    servedSimpleElection({
      ...ms(values, 'heartbeat', (heartbeatMs) => ({ heartbeatMs })),
      ...ms(values, 'election-timeout', (timeoutMs) => ({ timeoutMs })),
      ...count(values, 'write-quorum', (writeQuorum) => ({ writeQuorum })),
    }) as unknown as Served,
};

/** More servers than any cluster has: whether a number fits them is for the system to say. */
const SERVERS_MAX = 65_535;

/**
 * The system that a user asked for, with what he chose of it.
 *
 * @throws {UserError} When it is not known, or an option is not its own or has no good value.
 */
export function chosenSystem(values: Values): Served {
  return SERVED[chosenName(values)](values);
}

/** How a system with a journal keeps its data. */
function keeping(values: Values): Keeping {
  const { store = 'log', sync = 'always' } = values;
  if (store !== 'log' && store !== 'memory') throw misuse(`--store takes log or memory, not "${store}"`);
  if (store === 'memory' && values['sync'] !== undefined)
    throw misuse('--sync is nothing for --store memory: nothing is written that could be synced');
  return { store, sync: sync === 'always' || sync === 'never' ? sync : duration('sync', sync) };
}

/** What `make` makes of a span; nothing when it was not given. */
function ms<Part extends object>(values: Values, name: SystemOption, make: (ms: number) => Part): Part | Record<string, never> {
  const text = values[name];
  return text === undefined ? {} : make(duration(name, text));
}

/** The same for a whole number of servers. */
function count<Part extends object>(values: Values, name: SystemOption, make: (servers: number) => Part): Part | Record<string, never> {
  const text = values[name];
  return text === undefined ? {} : make(wholeNumber(name, text, 1, SERVERS_MAX));
}
