import type { CommandModule } from 'yargs';
import type { Recovered } from '../../core/storage/storage.js';
import { once } from '../terminal/arguments.js';
import { complain, count, say, sayJson } from '../terminal/output.js';
import { EXIT } from '../terminal/exit.js';

interface Options {
  readonly action: 'dump' | 'verify';
  readonly directory: string;
  readonly json: boolean;
}

/** `wal dump|verify <directory>`: looks at the files of one server, and changes none. */
export const walCommand: CommandModule<object, Options> = {
  command: 'wal <action> <directory>',
  describe: "look at a server's data directory; changes nothing",
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['dump', 'verify'] as const,
        demandOption: true,
        describe: 'print every record, or try what a start would find',
      })
      .positional('directory', { type: 'string', demandOption: true, describe: 'of one server, such as ./.seedstorm/cluster/server-1' })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .epilogue('Exit codes: 0 a server would start on it, 2 it would refuse, or the directory cannot be read.')
      .example('$0 wal verify ./.seedstorm/cluster/server-1', 'term, vote, log, and what a crash has torn; or which system kept it')
      .example('$0 wal dump ./.seedstorm/cluster/server-1', 'a line for each record, and for each entry in it: SET k v, DELETE k'),
  handler: async (options) => {
    const path = once('directory', options.directory);
    const [{ DirectoryCopy }, { sightsOf, verify }] = await Promise.all([import('../wal/directory-copy.js'), import('../wal/wal.js')]);
    const directory = new DirectoryCopy(path);
    if (options.action === 'dump') {
      const sights = sightsOf(directory);
      if (options.json) sayJson({ directory: path, sights });
      else for (const { file, offset, what, text } of sights) say(`${file} ${String(offset).padStart(9)}  ${what.padEnd(12)} ${text}`);
      return;
    }
    const { identity, recovered, systems, problem } = verify(directory);
    process.exitCode = problem === null ? EXIT.held : EXIT.misuse;
    if (options.json) {
      const found = recovered === null ? {} : summary(recovered);
      sayJson({ directory: path, verdict: problem === null ? 'pass' : 'refused', ...identity, problem, systems, ...found });
    } else if (recovered === null) {
      complain(`refused  server ${identity.nodeId} of cluster ${identity.clusterId} would not start on ${path}: ${problem ?? ''}`);
    } else {
      say(`passed   server ${identity.nodeId} of cluster ${identity.clusterId} would start on ${path}`);
      for (const line of summaryLines(recovered, systems)) say(line);
    }
  },
};

function summary({ currentTerm, votedFor, snapshot, firstIndex, entries, notes }: Recovered) {
  return { currentTerm, votedFor, snapshotIndex: snapshot?.lastIndex ?? 0, firstIndex, entries: entries.length, notes };
}

function summaryLines(recovered: Recovered, systems: readonly string[]): readonly string[] {
  const { currentTerm, votedFor, snapshot, firstIndex, entries, notes } = recovered;
  return [
    ...(currentTerm === 0
      ? [`system   ${systems.length === 0 ? 'any: nothing was kept yet' : systems.join(' or ')}`]
      : [`state    term ${currentTerm}, voted for ${votedFor === 0 ? 'nobody' : `server ${votedFor}`}`]),
    `snapshot ${snapshot === null ? 'none' : `up to ${snapshot.lastIndex}${currentTerm === 0 ? '' : ` of term ${snapshot.lastTerm}`}, ${count(snapshot.data.length, 'byte')}`}`,
    `log      ${entries.length === 0 ? 'empty' : `${firstIndex}..${firstIndex + entries.length - 1}`}`,
    ...notes.map((note) => `note     ${note}`),
  ];
}
