import yargs from 'yargs';
import type { CommandModule } from 'yargs';
import { benchCommand } from './commands/bench.js';
import { checkCommand } from './commands/check.js';
import { deleteCommand, getCommand, putCommand, setCommand, statusCommand } from './commands/client.js';
import { clusterCommand } from './commands/cluster.js';
import { exploreCommand } from './commands/explore.js';
import { nodeCommand } from './commands/node.js';
import { replayCommand } from './commands/replay.js';
import { runCommand } from './commands/run.js';
import { walCommand } from './commands/wal.js';
import { misuse } from './exit.js';
import { VERSION } from './version.js';

/** Wider text is harder to read, however wide the terminal. */
const HELP_COLUMNS_MAX = 100;

/** Every command, in the order in which `--help` lists them. Their heavy parts are loaded when they run. */
const COMMANDS = [
  exploreCommand, runCommand, replayCommand, checkCommand,
  clusterCommand, nodeCommand,
  getCommand, setCommand, putCommand, deleteCommand, statusCommand,
  benchCommand, walCommand,
] as readonly CommandModule[];

/**
 * Parses the words of a command line and runs the command. Commands set `process.exitCode`.
 *
 * @throws {UserError} One line, for wrong use or bad input.
 */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  const parser = yargs([...words])
    .scriptName('seedstorm')
    .usage('$0 <command>\n\nGrows a simulated world from a seed and tests a replicated store in it; the same store runs for real.')
    .command([...COMMANDS])
    .demandCommand(1, 'say what to do: seedstorm --help lists the commands')
    .strict()
    .recommendCommands()
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .epilogue('Exit codes: 0 all held, 1 a property was violated, 2 wrong use or bad input, 3 non-determinism, 4 a promised moment was never seen.')
    .wrap(Math.min(HELP_COLUMNS_MAX, process.stdout.columns ?? HELP_COLUMNS_MAX))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs comes here with its own complaints and, separately, with whatever a command has thrown.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw misuse(oneLine(message ?? error?.message ?? 'wrong use'));
    });
  await parser.parseAsync();
}

function oneLine(message: string): string {
  return message.trim().replace(/\s*\n\s*/g, '; ');
}
