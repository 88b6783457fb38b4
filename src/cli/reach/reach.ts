import { MaybeError, SeedstormError } from '../../real/client/errors.js';
import type { Client, ServerStatus } from '../../real/client/client.js';
import type { NodeStatus } from '../../core/wire/protocol.js';
import { once } from '../terminal/arguments.js';
import { misuse } from '../terminal/exit.js';
import type { Failed } from './patience.js';
import { BASE_PORT, SERVERS_BY_DEFAULT } from './ports.js';

/** What `--servers` says in the help of each command of a client. */
export const SERVERS_OPTION = {
  type: 'string',
  requiresArg: true,
  describe: 'client ports, host:port,… [default: $SEEDSTORM_SERVERS, else those of "cluster"]',
} as const;

/** What `--timeout` says there. */
export const TIMEOUT_OPTION = {
  type: 'string',
  requiresArg: true,
  describe: 'how long to go on trying [default: 10s; 2s where nobody listens]',
} as const;

/** The client ports that a user means: those of `--servers`, else of the environment, else of a cluster on this machine. */
export function serversOf(option: string | undefined): readonly string[] {
  const text = option === undefined ? process.env['SEEDSTORM_SERVERS'] : once('servers', option);
  if (text !== undefined && text !== '') return text.split(',').map((address) => address.trim());
  return Array.from({ length: SERVERS_BY_DEFAULT }, (_, i) => `127.0.0.1:${BASE_PORT + 1 + i}`);
}

/**
 * Opens a client whose settings are a user's own words.
 *
 * @throws {UserError} When they are no good.
 */
export function opened(open: () => Client): Client {
  try {
    return open();
  } catch (error) {
    throw misuse(error instanceof Error ? error.message : String(error));
  }
}

/** What became of a call that did not end in an answer, in a line; null for an error that is no outcome of a call. */
export function outcomeLine({ error, isNobodyThere }: Failed, servers: readonly string[]): string | null {
  if (!(error instanceof SeedstormError)) return null;
  return `${error instanceof MaybeError ? 'maybe done' : 'not done'}: ${isNobodyThere ? nobodyText(servers) : `${error.message} (servers ${servers.join(', ')})`}`;
}

/** What to do where nobody answers. */
export function nobodyText(servers: readonly string[]): string {
  return `nobody answers at ${servers.join(', ')}: start servers with "seedstorm cluster", or name others by --servers`;
}

/** What a server says of itself, in a line. */
export function statusLine({ address, status }: ServerStatus): string {
  if (status === null) return `${address}  no answer`;
  const { self, system, role, keyCount, digest } = status;
  const placeOf = PLACE_OF[system] ?? (digest === '' ? () => [] : PLACE_OF['raft']);
  // A system of somebody's own may have told nothing but who it is.
  const words = [
    ...(placeOf?.(status) ?? []),
    ...(digest === '' && keyCount === 0 ? [] : [`keys ${keyCount}`]),
    ...(digest === '' ? [] : [`digest ${digest}`]),
  ];
  return `${address}  ${system === '' ? '' : `${system} `}s${self} ${role.padEnd(12)} ${words.join('  ')}`.trimEnd();
}

/** Where a server stands, in the words of its system (the status has those of raft; what each means by them stands beside its `statusOf`). */
const PLACE_OF: Readonly<Record<string, (status: NodeStatus) => readonly string[]>> = {
  raft: ({ term, leaderId, commitIndex, lastApplied }) => [
    `term ${term}`,
    `leader ${serverText(leaderId)}`,
    `committed ${commitIndex}`,
    `applied ${lastApplied}`,
  ],
  single: ({ lastApplied, lastLogIndex }) => [`applied ${lastApplied} of ${lastLogIndex}`],
  'primary-replica': ({ term, leaderId, lastApplied }) => [
    `generation ${term}`,
    `primary ${serverText(leaderId)}`,
    `changes ${lastApplied}`,
  ],
  quorum: ({ term, leaderId, commitIndex }) => [`boot ${term}`, `primary ${serverText(leaderId)}`, `newest write ${commitIndex}`],
  'simple-election': ({ term, leaderId, lastApplied }) => [
    `term ${term}`,
    `leader ${serverText(leaderId)}`,
    `writes in its log ${lastApplied}`,
  ],
};

const serverText = (id: number): string => (id === 0 ? 'unknown' : `s${id}`);

/** Why a conditional write was not done, in words. */
export function conflictText(known: number, wanted: number): string {
  return `not written: the key has version ${known}, not ${wanted}`;
}
