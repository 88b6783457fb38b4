import type { CommandModule } from 'yargs';
import { parseSeedRange } from '../../sim/seeds.js';
import { once, taken } from '../arguments.js';
import { EXIT, misuse } from '../exit.js';
import { complain, sayAll } from '../output.js';

interface Options {
  readonly scenario: readonly string[] | undefined;
  readonly seeds: string;
  readonly markdown: boolean;
}

const SEEDS_BY_DEFAULT = '1..100';

/** `stories`: how each weaker system fails, in the shortest story that the simulator found. */
export const storiesCommand: CommandModule<object, Options> = {
  command: 'stories [scenario..]',
  describe: 'tell how the weaker systems fail: of each scenario with an expected finding its shortest story',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', array: true, describe: 'names; all with a finding when none is given' })
      .option('seeds', { type: 'string', requiresArg: true, default: SEEDS_BY_DEFAULT, describe: 'A..B: the shortest story among these' })
      .option('markdown', { type: 'boolean', default: false, describe: 'as docs/HOW-REPLICATION-FAILS.md' })
      .example('$0 stories', 'all of them')
      .example('$0 stories simple-election-two-votes --seeds 1..1000', 'one of them, sought for longer'),
  handler: async (options) => {
    const { first, last } = taken(parseSeedRange(once('seeds', options.seeds)));
    if (last - first > 1_000_000) throw misuse('that would take very long: name at most a million seeds');
    const { chooseScenarios, tellScenarios } = await import('../scenarios.js');
    const { shortestStory } = await import('../../sim/shortest.js');
    const { storyLines, storyMarkdown, PREFACE } = await import('../stories.js');

    const named = options.scenario ?? [];
    const chosen = chooseScenarios(await tellScenarios(undefined), named);
    const lessons = chosen.filter(({ finding }) => finding !== undefined);
    if (named.length > lessons.length) throw misuse(`${chosen.find(({ finding }) => finding === undefined)?.name ?? ''} expects nothing to be found: every property holds there`);
    if (options.markdown) sayAll(PREFACE);
    process.exitCode = EXIT.held;
    for (const scenario of lessons) {
      const told = shortestStory(scenario, first, last);
      if (told === null) {
        complain(`${scenario.name}: none of the seeds ${first}..${last} shows it`);
        process.exitCode = EXIT.neverSeen;
      } else sayAll(options.markdown ? storyMarkdown(scenario, told) : storyLines(scenario, told));
    }
  },
};
