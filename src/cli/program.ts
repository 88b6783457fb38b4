import yargs from 'yargs';
import type { CommandModule } from 'yargs';
import { benchCommand } from './commands/bench.js';
import { chaosCommand } from './commands/chaos.js';
import { checkCommand } from './commands/check.js';
import { deleteCommand, getCommand, putCommand, setCommand, statusCommand } from './commands/client.js';
import { clusterCommand } from './commands/cluster.js';
import { exploreCommand } from './commands/explore.js';
import { nodeCommand } from './commands/node.js';
import { promoteCommand } from './commands/promote.js';
import { proxyCommand } from './commands/proxy.js';
import { replayCommand } from './commands/replay.js';
import { runCommand } from './commands/run.js';
import { scenariosCommand } from './commands/scenarios.js';
import { storiesCommand } from './commands/stories.js';
import { primaryCommand, replicaCommand, shellCommand } from './commands/shell.js';
import { walCommand } from './commands/wal.js';
import { COLOUR_OPTION } from './terminal/colours.js';
import { misuse } from './terminal/exit.js';
import { unknownName } from './terminal/suggest.js';
import { VERSION } from './terminal/version.js';
import { shielded, unshield } from './terminal/words.js';

/** Wider text is harder to read, however wide the terminal. */
const HELP_COLUMNS_MAX = 100;

/** Every command, in the order in which `--help` lists them. Their heavy parts are loaded when they run. */
const COMMANDS = [
  exploreCommand,
  runCommand,
  replayCommand,
  scenariosCommand,
  storiesCommand,
  checkCommand,
  clusterCommand,
  nodeCommand,
  proxyCommand,
  chaosCommand,
  primaryCommand,
  replicaCommand,
  shellCommand,
  getCommand,
  setCommand,
  putCommand,
  deleteCommand,
  statusCommand,
  promoteCommand,
  benchCommand,
  walCommand,
];

/**
 * Parses the words of a command line and runs the command. Commands set `process.exitCode`.
 *
 * @throws {UserError} One line, for wrong use or bad input.
 */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  const asked = plainly(words);
  const name = asked[0] ?? '';
  const command = COMMANDS.find((candidate) => nameOf(candidate) === name);
  if (command === undefined && name !== '' && !name.startsWith('-')) throw unknownName('command', name, COMMANDS.map(nameOf));

  const parser = yargs([...shielded(asked)])
    .scriptName('seedstorm')
    .usage('$0 <command>\n\nGrows a simulated world from a seed and tests a replicated store in it; the same store runs for real.')
    // Each command knows its own options; here they are all the same.
    .command(COMMANDS as unknown as CommandModule[])
    .demandCommand(1, 'say what to do: seedstorm --help lists the commands')
    .option('color', COLOUR_OPTION)
    .middleware(unshield, true)
    .strict()
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .epilogue(
      'Exit codes: 0 all held, 1 a property was violated, 2 wrong use or bad input, 3 non-determinism, 4 a promised moment was never seen, 5 no verdict, 130 stopped by a signal before the end.',
    )
    .wrap(Math.min(HELP_COLUMNS_MAX, process.stdout.columns ?? HELP_COLUMNS_MAX))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs comes here with its own complaints and, separately, with whatever a command has thrown.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw misuse(complaint(message ?? error?.message ?? 'wrong use', command, asked));
    });
  await parser.parseAsync();
}

/** `run <scenario>` is called `run`. */
function nameOf({ command }: { readonly command?: string | readonly string[] | undefined }): string {
  return String(command).split(' ')[0] ?? '';
}

/** `help`, `help run` and `-v` are what people try first. */
function plainly(words: readonly string[]): readonly string[] {
  if (words[0] === 'help') return [...words.slice(1), '--help'];
  return words[0] === '-v' ? ['--version'] : words;
}

/** What yargs says, as one line that ends in how the command is used. */
function complaint(message: string, command: (typeof COMMANDS)[number] | undefined, words: readonly string[]): string {
  const line = message.trim().replace(/:?\s*\n\s*/g, ': ');
  if (command === undefined) return line;
  const use = `use: seedstorm ${String(command.command)} (--help says more)`;
  const got = /^Not enough non-option arguments: got (\d+)/.exec(line)?.[1];
  if (got === undefined) return `${line.charAt(0).toLowerCase()}${line.slice(1)}; ${use}`;
  const missing = String(command.command).split(' ').slice(1)[Number(got)] ?? 'a word';
  const isHidden = words.some((word) => /^-[^-]/.test(word)) || missing === '<value>';
  return `${missing} is missing; ${use}${isHidden ? '; a word that begins with "-" stands behind "--"' : ''}`;
}
