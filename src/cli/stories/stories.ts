import { commandToRepeat } from '../../sim/run/report.js';
import type { AnyScenario } from '../../sim/run/scenario.js';
import type { Told } from '../../sim/story/shortest-story.js';
import { DOCUMENT_SEEDS } from './story-seeds.js';

/** A scenario and its shortest story. */
export interface Story {
  readonly scenario: AnyScenario;
  readonly told: Told;
}

/** What a reader should know of a system before its stories. */
interface Introduction {
  readonly title: string;
  readonly lines: readonly string[];
}

const PREFACE: readonly string[] = [
  '# How replication fails',
  '',
  'Systems that are weaker than Raft, and what it costs: each with the shortest story that the simulator found. They go from one server to',
  'replicas, to quorums, to elections, to leases; what each of them lacks is what the next one adds, up to [Raft](ARCHITECTURE.md), of which',
  'the simulator has no such story to tell.',
  '',
  'Nobody wrote the stories. Each section is a scenario in which a property is *expected* to break; the simulator lives its',
  `first ${DOCUMENT_SEEDS.last} seeds, and of the shortest run that shows it tells only what has a part in it: of what clients saw as little as still breaks the property.`,
  '`npm run stories` writes this file anew, and a test fails if it differs by a byte. The command below a story tells it in your terminal;',
  'with `--trace` instead of `--story` it prints every event.',
  '',
  'How to read them: times are milliseconds of simulated time. `s1`, `s2` are servers and `c1`, `c2` clients. `A`, `B` are values, each written once.',
  'A message says behind its receiver when it was there, or what became of it. `*` is what the world did. Properties are those of [INVARIANTS.md](INVARIANTS.md).',
];

/** In the order in which they are told. */
const INTRODUCTIONS: Readonly<Record<string, Introduction>> = {
  single: {
    title: 'One server',
    lines: [
      '[single](systems/single.md) promises that an answered write outlives the end of its process, and a power cut too if it syncs its log',
      'before it answers.',
    ],
  },
  'naive-primary-replica': {
    title: 'A primary and replicas, as a first draft',
    lines: [
      'One server, `s1`, takes the writes, keeps them in memory, answers, and sends each to the replicas once. It promises that replicas come to hold what the primary holds.',
      'The draft is a machine of its own (`scenarios/machines/naive-primary-replica.ts`); [primary-replica](systems/primary-replica.md) lives in the same worlds and comes to no harm.',
    ],
  },
  'primary-replica': {
    title: 'A primary and replicas, done well',
    lines: [
      '[primary-replica](systems/primary-replica.md) promises that every replica shows what the primary, `s1`, once held. It does not promise that',
      'this is what it holds now, nor that a write that the primary has answered outlives it: that is the one loss by design.',
    ],
  },
  quorum: {
    title: 'Quorums',
    lines: [
      '[quorum](systems/quorum.md) answers a write when W servers have it and a read when R have told what they hold; it promises linearizability if W + R is',
      'above N. Writes go through `s1`, reads to any server.',
    ],
  },
  'simple-election': {
    title: 'An election by votes alone',
    lines: [
      '[simple-election](systems/simple-election.md) promises a new leader when the old one is silent, and an answer only when a majority has the write. It keeps',
      'votes in memory, and a voter does not ask what a candidate holds.',
    ],
  },
  lease: {
    title: 'Leases',
    lines: [
      'A small system (`scenarios/machines/lease-holder.ts`) whose leader reads alone for as long as a majority gave its word to follow nobody else. It promises that at most',
      'one server holds that lease, while clocks keep the bound that it trusts.',
    ],
  },
};

/** One story for a terminal. */
export function storyLines({ scenario, told }: Story, repeatWith: string): readonly string[] {
  return [
    `${scenario.name}: ${scenario.title}`,
    ...told.lines.map((line) => `  ${line}`),
    `  so      ${told.end}`,
    `  lesson  ${scenario.finding?.lesson ?? ''}`,
    `  again   ${commandToRepeat(scenario.name, told.report.seed, repeatWith)} --story`,
    '',
  ];
}

/** All stories as a document, by system. A system without an introduction stands behind those that have one, under its name. */
export function storiesDocument(stories: readonly Story[], repeatWith: string): readonly string[] {
  const systems = new Set([...Object.keys(INTRODUCTIONS), ...stories.map(systemName)]);
  return [
    ...PREFACE,
    ...[...systems].flatMap((system) =>
      chapter(
        system,
        stories.filter((story) => systemName(story) === system),
        repeatWith,
      ),
    ),
  ];
}

function chapter(system: string, stories: readonly Story[], repeatWith: string): readonly string[] {
  if (stories.length === 0) return [];
  const { title, lines } = INTRODUCTIONS[system] ?? { title: system, lines: [] };
  return ['', `## ${title}`, ...(lines.length === 0 ? [] : ['', ...lines]), ...stories.flatMap((story) => section(story, repeatWith))];
}

function section({ scenario, told }: Story, repeatWith: string): readonly string[] {
  return [
    '',
    `### ${scenario.name}`,
    '',
    scenario.title,
    scenario.why,
    '',
    '```text',
    ...told.lines,
    '```',
    '',
    `**${told.end}**`,
    '',
    scenario.finding?.lesson ?? '',
    `(\`${commandToRepeat(scenario.name, told.report.seed, repeatWith)} --story\`)`,
  ];
}

function systemName({ scenario }: Story): string {
  return scenario.system.name;
}
