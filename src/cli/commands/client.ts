import type { Argv, CommandModule } from 'yargs';
import type { CallOptions, Client } from '../../real/client/client.js';
import { SeedstormError } from '../../real/client/errors.js';
import { once, wholeNumber } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { complain, say, sayJson } from '../terminal/output.js';
import { patiently, patienceFor } from '../reach/patience.js';
import { conflictText, nobodyText, opened, outcomeLine, SERVERS_OPTION, serversOf, statusLine, TIMEOUT_OPTION } from '../reach/reach.js';
import { escaped } from '../terminal/shown.js';
import { differences } from '../reach/replicas.js';

/** What every client command takes. */
interface Reach {
  readonly servers: string | undefined;
  readonly timeout: string | undefined;
  readonly json: boolean;
}

const VERSION_MAX = Number.MAX_SAFE_INTEGER;

const withReach = <Options>(yargs: Argv<Options>): Argv<Options & Reach> =>
  yargs
    .option('servers', SERVERS_OPTION)
    .option('timeout', TIMEOUT_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' });

/** `get <key>`: prints the value; unless asked to, the store never answers from a deposed leader's memory. */
export const getCommand: CommandModule<object, Reach & { readonly key: string; readonly stale: boolean }> = {
  command: 'get <key>',
  describe: 'read a key',
  builder: (yargs) =>
    withReach(
      yargs
        .positional('key', { type: 'string', demandOption: true })
        .option('stale', { type: 'boolean', default: false, describe: 'let any server answer, with what it has: committed, maybe old' }),
    )
      .example('$0 get greeting', 'prints the value')
      .example('$0 get greeting --stale', 'works without a leader, too')
      .example('$0 get greeting --json', 'with its version'),
  handler: (options) =>
    withClient(options, async (client, how) => {
      const found = await client.get(options.key, { ...how, level: options.stale ? 'stale' : 'linearizable' });
      const value = found?.value.toString() ?? null;
      answer(
        options,
        { found: found !== null, value, version: found?.version ?? null },
        found !== null,
        value === null ? 'no such key' : printable(value),
      );
    }),
};

/** `set <key> <value>`: writes whatever is there. */
export const setCommand: CommandModule<object, Reach & { readonly key: string; readonly value: string }> = {
  command: 'set <key> <value>',
  describe: 'write a key, whatever its version',
  builder: (yargs) =>
    withReach(yargs.positional('key', { type: 'string', demandOption: true }).positional('value', { type: 'string', demandOption: true }))
      .example('$0 set greeting "hello world"', 'prints the new version')
      .example('$0 set greeting hello --servers localhost:7101,localhost:7102', 'to servers by their addresses')
      .example('$0 set offset -- -3', 'what begins with - stands behind --'),
  handler: (options) =>
    withClient(options, async (client, how) => {
      const version = await client.set(options.key, options.value, how);
      answer(options, { done: true, version }, true, `ok, version ${version}`);
    }),
};

/** `put <key> <value> [version]`: writes only if nobody was faster. */
export const putCommand: CommandModule<
  object,
  Reach & { readonly key: string; readonly value: string; readonly ifVersion: string | undefined; readonly version: string | undefined }
> = {
  command: 'put <key> <value> [ifVersion]',
  describe: 'write a key if it has this version now',
  builder: (yargs) =>
    withReach(
      yargs
        .positional('key', { type: 'string', demandOption: true })
        .positional('value', { type: 'string', demandOption: true })
        .positional('ifVersion', { type: 'string', describe: 'the version it must have; 0: it must not exist [default: 0]' })
        .version(false)
        .option('version', { type: 'string', requiresArg: true, describe: 'the same, by name' }),
    )
      .example('$0 put lock mine', 'takes the key only if it does not exist')
      .example('$0 put counter 8 3', 'writes only over version 3'),
  handler: (options) => {
    if (options.ifVersion !== undefined && options.version !== undefined)
      throw misuse('give the version once: behind the value or as --version');
    const version =
      options.ifVersion === undefined
        ? wholeNumber('version', once('version', options.version ?? '0'), 0, VERSION_MAX)
        : ifVersionOf(options.ifVersion);
    return withClient(options, async (client, how) => {
      const outcome = await client.put(options.key, options.value, version, how);
      switch (outcome.kind) {
        case 'done':
          return answer(options, { done: true, version: outcome.version }, true, `ok, version ${outcome.version}`);
        case 'versionConflict':
          return answer(
            options,
            { done: false, reason: outcome.kind, version: outcome.version },
            false,
            conflictText(outcome.version, version),
          );
        case 'noKey':
          return answer(options, { done: false, reason: outcome.kind, version: null }, false, 'not written: no such key');
      }
    });
  },
};

/** `delete <key>`. */
export const deleteCommand: CommandModule<object, Reach & { readonly key: string }> = {
  command: 'delete <key>',
  describe: 'delete a key',
  builder: (yargs) =>
    withReach(yargs.positional('key', { type: 'string', demandOption: true }))
      .example('$0 delete greeting', 'exit code 1 when there was no such key')
      .example('$0 delete greeting --json', 'the same for a script'),
  handler: (options) =>
    withClient(options, async (client, how) => {
      const wasThere = await client.delete(options.key, how);
      answer(options, { done: wasThere, ...(wasThere ? {} : { reason: 'noKey' }) }, wasThere, wasThere ? 'ok' : 'no such key');
    }),
};

/** `status`: what each server says of itself. */
export const statusCommand: CommandModule<object, Reach> = {
  command: 'status',
  describe: 'ask every server how it is',
  builder: (yargs) =>
    withReach(yargs)
      .epilogue('Exit codes: 0 a server answered, and none differs from another at the same place of the log; 1 otherwise; 2 wrong use.')
      .example('$0 status', 'one line for each server')
      .example('$0 status --servers localhost:7101 --json', 'all that one server says of itself'),
  handler: (options) =>
    withClient(options, async (client) => {
      const servers = await client.status();
      const isServing = servers.some(({ status }) => status !== null);
      const warnings = differences(servers);
      process.exitCode = isServing && warnings.length === 0 ? EXIT.held : EXIT.violated;
      if (options.json) {
        sayJson({ servers, warnings });
        return;
      }
      for (const line of servers.map(statusLine)) say(line);
      for (const line of warnings) complain(`warning: ${line}`);
      if (!isServing) complain(nobodyText(servers.map(({ address }) => address)));
    }),
};

/** The third word of `put`. */
function ifVersionOf(text: string): number {
  const version = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(version <= VERSION_MAX))
    throw misuse(`the version is a whole number from 0 to ${VERSION_MAX}, not "${text}"; quote a value of several words`);
  return version;
}

/** A value as it is for a program; for a terminal with its control characters as escapes, so that it commands nothing there. */
function printable(value: string): string {
  return process.stdout.isTTY ? escaped(value) : value;
}

/** Prints what came of a call; a refusal of the store is exit code 1. */
function answer(options: Reach, json: object, isDone: boolean, line: string): void {
  process.exitCode = isDone ? EXIT.held : EXIT.violated;
  if (options.json) sayJson(json);
  else if (isDone) say(line);
  else complain(line);
}

/** Opens a client, and turns an outcome that is no answer into one line and exit code 1. */
async function withClient(options: Reach, use: (client: Client, how: CallOptions) => Promise<void>): Promise<void> {
  const patience = { ...patienceFor(options.timeout), servers: serversOf(options.servers) };
  const { ERROR_CODES, openClient } = await import('../../real/client/client.js');
  const client = opened(() => openClient({ servers: patience.servers, timeoutMs: patience.timeoutMs }));
  try {
    const waited = await patiently(patience, undefined, (how) => use(client, how));
    if (waited.kind === 'answered') return;
    const { error } = waited;
    const line = outcomeLine(waited, patience.servers);
    if (line === null || !(error instanceof SeedstormError)) throw error;
    if (error.code === ERROR_CODES.badArgument) throw misuse(error.message);
    const json = error.maybe ? { done: null, reason: 'maybe' } : { done: false, reason: 'notDone' };
    answer(options, { ...json, message: line.slice(line.indexOf(': ') + 2) }, false, line);
  } finally {
    await client.close();
  }
}
