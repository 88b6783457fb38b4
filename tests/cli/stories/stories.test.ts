import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { scenarios } from '../../../scenarios/index.js';
import { storiesDocument, storyLines, type Story } from '../../../src/cli/stories/stories.js';
import { DOCUMENT_SEEDS } from '../../../src/cli/stories/story-seeds.js';
import { shortestStory } from '../../../src/sim/story/shortest-story.js';
import { seedstorm } from '../run-cli.js';

const DOCUMENT = new URL('../../../docs/HOW-REPLICATION-FAILS.md', import.meta.url);
/** A story that takes longer to read teaches less. */
const LINES_MAX = 25;

function storyOf(scenario: Story['scenario']): Story {
  const told = shortestStory(scenario, DOCUMENT_SEEDS.first, DOCUMENT_SEEDS.last);
  if (told === null) return expect.fail(`${scenario.name} was not found in the document's seeds`);
  return { scenario, told };
}

const stories = scenarios.filter(({ finding }) => finding !== undefined).map(storyOf);

describe('docs/HOW-REPLICATION-FAILS.md', () => {
  test('is what the simulator tells now, to the byte (npm run stories writes it)', () => {
    expect(`${storiesDocument(stories, '').join('\n')}\n`).toBe(readFileSync(DOCUMENT, 'utf8'));
  });

  test('has a story of every scenario with a finding, short and with a chapter that introduces its system', () => {
    expect(stories.length).toBeGreaterThanOrEqual(10);
    for (const { scenario, told } of stories) {
      expect(told.lines.length, scenario.name).toBeGreaterThanOrEqual(4);
      expect(told.lines.length, scenario.name).toBeLessThanOrEqual(LINES_MAX);
    }
    const text = readFileSync(DOCUMENT, 'utf8');
    for (const { system } of stories.map(({ scenario }) => scenario)) expect(text).not.toContain(`\n## ${system?.name ?? ''}\n`);
  });
});

test('a story in a terminal ends with what came of it, its lesson and the command that tells it again', () => {
  const [story] = stories as [Story];
  const lines = storyLines(story, ' --module mine.js');
  expect(lines[0]).toBe(`${story.scenario.name}: ${story.scenario.title}`);
  expect(lines.slice(1, 1 + story.told.lines.length)).toEqual(story.told.lines.map((line) => `  ${line}`));
  expect(lines.join('\n')).toContain(`  so      ${story.told.end}\n  lesson  ${story.scenario.finding?.lesson ?? ''}\n`);
  expect(lines.at(-2)).toBe(`  again   npx seedstorm run ${story.scenario.name} --seed ${story.told.report.seed} --module mine.js --story`);
});

describe('seedstorm stories', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seedstorm-stories-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const dist = pathToFileURL(join(import.meta.dirname, '../../../dist/scenarios/')).href;
  const mine = join(folder, 'mine.js');
  writeFileSync(
    mine,
    `
    import { quorumStale } from '${dist}quorum/quorum-stale.js';
    import { basic } from '${dist}raft/basic.js';
    export const scenarios = [{ ...quorumStale, name: 'mine', system: { ...quorumStale.system, name: 'my-system' } }, basic];
  `,
  );
  const none = join(folder, 'none.js');
  writeFileSync(
    none,
    `export { basic } from '${dist}raft/basic.js';\nimport { basic } from '${dist}raft/basic.js';\nexport const scenarios = [basic];\n`,
  );

  test('tells those of a module, each under the name of its system', async () => {
    const lines = await seedstorm(['stories', '--module', mine, '--seeds', '1..20']);
    expect(lines).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines.stdout).toContain(`--module ${mine} --story`);
    const { stdout } = await seedstorm(['stories', 'mine', '--module', mine, '--seeds', '1..20', '--markdown']);
    expect(stdout).toContain('\n## my-system\n\n### mine\n');
  });

  test.each([
    [['basic'], 'basic expects nothing to be found: every property holds there'],
    [['--module', none], 'has a finding to tell of'],
    [['quorum-stale', '--seeds', '1..9000000'], 'name at most a million seeds'],
    [['quorum-stale', '--seeds', '5..1'], 'seeds'],
  ])('%j is answered in one line', async (words, because) => {
    const { exitCode, stderr, stdout } = await seedstorm(['stories', ...words]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(because);
  });

  test('says which scenario the seeds do not show, and ends like a campaign that never saw a promised moment', async () => {
    const { exitCode, stderr } = await seedstorm(['stories', 'stale-read', '--seeds', '3..3']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('stale-read: none of the seeds 3..3 shows it');
  });
});
