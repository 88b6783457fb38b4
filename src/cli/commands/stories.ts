import type { CommandModule } from 'yargs';
import { parseSeedRange } from '../../sim/base/seeds.js';
import { MODULE_OPTION, once, taken } from '../terminal/arguments.js';
import { EXIT, misuse } from '../terminal/exit.js';
import { complain, sayAll } from '../terminal/output.js';
import { statusLine } from '../terminal/status-line.js';
import type { Story } from '../stories/stories.js';
import { DOCUMENT_SEEDS } from '../stories/story-seeds.js';

interface Options {
  readonly scenario: readonly string[] | undefined;
  readonly seeds: string;
  readonly markdown: boolean;
  readonly module: string | undefined;
}

const SEEDS_MAX = 1_000_000;

/** `stories`: how each weaker system fails, in the shortest story that the simulator found. */
export const storiesCommand: CommandModule<object, Options> = {
  command: 'stories [scenario..]',
  describe: 'tell how the weaker systems fail: of each scenario with an expected finding its shortest story',
  builder: (yargs) =>
    yargs
      .positional('scenario', { type: 'string', array: true, describe: 'names; all with a finding when none is given' })
      .option('seeds', {
        type: 'string',
        requiresArg: true,
        default: `${DOCUMENT_SEEDS.first}..${DOCUMENT_SEEDS.last}`,
        describe: 'A..B: the shortest story among these',
      })
      .option('markdown', { type: 'boolean', default: false, describe: 'as docs/HOW-REPLICATION-FAILS.md' })
      .option('module', MODULE_OPTION)
      .example('$0 stories', 'all of them')
      .example('$0 stories simple-election-two-votes --seeds 1..1000', 'one of them, sought for longer'),
  handler: async (options) => {
    const { first, last } = taken(parseSeedRange(once('seeds', options.seeds)));
    if (last - first > SEEDS_MAX) throw misuse('that would take very long: name at most a million seeds');
    const { chooseScenarios, tellScenarios } = await import('../campaign/scenarios.js');
    const { shortestStory } = await import('../../sim/story/shortest-story.js');
    const { storiesDocument, storyLines } = await import('../stories/stories.js');

    const told = await tellScenarios(options.module);
    const named = options.scenario ?? [];
    const chosen = chooseScenarios(told, named);
    const plain = chosen.find(({ finding }) => finding === undefined);
    if (named.length > 0 && plain !== undefined) throw misuse(`${plain.name} expects nothing to be found: every property holds there`);
    const lessons = chosen.filter(({ finding }) => finding !== undefined);
    if (lessons.length === 0) throw misuse(`no scenario${told.repeatWith} has a finding to tell of`);
    process.exitCode = EXIT.held;
    const stories: Story[] = [];
    const line = statusLine(process.stderr);
    for (const scenario of lessons) {
      const shortest = shortestStory(scenario, first, last, (seed) => line.show(`${scenario.name}: seed ${seed} of ${first}..${last}`));
      line.end();
      if (shortest === null) {
        complain(`${scenario.name}: none of the seeds ${first}..${last} shows it`);
        process.exitCode = EXIT.neverSeen;
        continue;
      }
      const story = { scenario, told: shortest };
      stories.push(story);
      if (!options.markdown) sayAll(storyLines(story, told.repeatWith));
    }
    if (options.markdown) sayAll(storiesDocument(stories, told.repeatWith));
  },
};
