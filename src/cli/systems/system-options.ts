import type { Argv, Options as YargsOption } from 'yargs';
import type { Values } from '../terminal/configuration.js';
import { misuse } from '../terminal/exit.js';

/** What may be chosen of systems, and what `--help` says of it. Which of them has which, {@link SYSTEMS} says. All take a value, as text. */
export const SYSTEM_OPTIONS = {
  heartbeat: 'how often a leader shows that it lives, such as 50ms',
  'election-timeout': 'how long servers wait for a leader before they elect one; up to twice as long, at random',
  primary: 'the id of the server that writes, until another is promoted; the same for all [default: the lowest]',
  store: 'where data lives: log, or memory, which ends with the process [default: log]',
  sync: 'when what was written to the log is synced: always, never, or at most so long after it, such as 100ms [default: always]',
  'write-quorum': 'W, how many servers have a write before it is answered [default: a majority]',
  'read-quorum': 'R, how many servers a read hears before it is answered [default: a majority]',
  'quorum-timeout': 'after how long a request without its quorum is answered with an error [default: 5s]',
} as const;

export type SystemOption = keyof typeof SYSTEM_OPTIONS;

interface SystemWords {
  readonly describe: string;
  readonly options: readonly SystemOption[];
}

/** What a real server can be a server of. */
export const SYSTEMS = {
  raft: { describe: 'replicated and linearizable; a minority of servers may fail', options: ['heartbeat', 'election-timeout'] },
  single: { describe: 'one server, in memory or with a log', options: ['store', 'sync'] },
  'primary-replica': {
    describe: 'one server writes, the others copy it and answer reads that may be old',
    options: ['primary', 'store', 'sync'],
  },
  quorum: {
    describe: 'one primary; W servers have each write, and R answer each read',
    options: ['write-quorum', 'read-quorum', 'quorum-timeout'],
  },
  'simple-election': {
    describe: 'failover by votes alone; it teaches what raft adds',
    options: ['heartbeat', 'election-timeout', 'write-quorum'],
  },
} as const satisfies Readonly<Record<string, SystemWords>>;

export type SystemName = keyof typeof SYSTEMS;

export const SYSTEM_BY_DEFAULT: SystemName = 'raft';

/** `system`, and every option of every system. */
export const SYSTEM_FLAGS: readonly string[] = ['system', ...Object.keys(SYSTEM_OPTIONS)];

/**
 * The name of the system that a user asked for.
 *
 * @throws {UserError} When it is not known, or an option is given that it does not have.
 */
export function chosenName(values: Values): SystemName {
  const name = values['system'] ?? SYSTEM_BY_DEFAULT;
  if (!isSystem(name)) throw misuse(`unknown system "${name}"; known: ${Object.keys(SYSTEMS).join(', ')}`);
  const own: readonly string[] = SYSTEMS[name].options;
  for (const option of Object.keys(SYSTEM_OPTIONS)) {
    if (values[option] === undefined || own.includes(option)) continue;
    throw misuse(`--${option} is nothing for the system ${name}; it belongs to ${systemsWith(option).join(', ')}`);
  }
  return name;
}

/** Teaches yargs the flags of every system; each says whose it is. A command reads them by {@link SYSTEM_FLAGS}. */
export function withSystemFlags<Own>(yargs: Argv<Own>): Argv<Own> {
  return yargs.options(systemFlags()) as unknown as Argv<Own>;
}

/** What `--help` says of each. */
export function systemFlags(): { readonly [Name in 'system' | SystemOption]: YargsOption } {
  const all = Object.entries(SYSTEMS).map(([name, { describe }]) => `${name} (${describe})`);
  const own = Object.entries(SYSTEM_OPTIONS).map(([name, describe]) => [name, flag(`${systemsWith(name).join(', ')}: ${describe}`)]);
  return {
    system: flag(`what it is a server of [default: ${SYSTEM_BY_DEFAULT}]: ${all.join('; ')}`),
    ...(Object.fromEntries(own) as Record<SystemOption, YargsOption>),
  };
}

function flag(describe: string): YargsOption {
  return { type: 'string', requiresArg: true, describe };
}

function isSystem(name: string): name is SystemName {
  return Object.hasOwn(SYSTEMS, name);
}

function systemsWith(option: string): readonly string[] {
  return Object.entries(SYSTEMS)
    .filter(([, { options }]) => options.some((own: string) => own === option))
    .map(([name]) => name);
}
