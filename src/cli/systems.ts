import { servedRaft, type Served } from '../real/served.js';
import { servedSingle, type Keeping } from '../real/served-single.js';
import { duration } from './arguments.js';
import type { Values } from './configuration.js';
import { misuse } from './exit.js';
import { chosenName, type SystemName, type SystemOption } from './system-options.js';

/** From what a user wrote to a system: throws {@link UserError} with one line for a value that is none. */
const SERVED: Readonly<Record<SystemName, (values: Values) => Served>> = {
  raft: (values) => servedRaft({
    ...ms(values, 'heartbeat', (heartbeatIntervalMs) => ({ heartbeatIntervalMs })),
    ...ms(values, 'election-timeout', (least) => ({ electionTimeoutMsMin: least, electionTimeoutMsMax: 2 * least })),
  }) as Served,
  single: (values) => servedSingle(keeping(values)) as unknown as Served,
};

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
  if (store === 'memory' && values['sync'] !== undefined) throw misuse('--sync is nothing for --store memory: nothing is written that could be synced');
  return { store, sync: sync === 'always' || sync === 'never' ? sync : duration('sync', sync) };
}

/** What `make` makes of a span; nothing when it was not given. */
function ms<Part extends object>(values: Values, name: SystemOption, make: (ms: number) => Part): Part | Record<string, never> {
  const text = values[name];
  return text === undefined ? {} : make(duration(name, text));
}
