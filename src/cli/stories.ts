import { commandToRepeat } from '../sim/report.js';
import type { Scenario } from '../sim/scenario.js';
import type { Told } from '../sim/shortest.js';

/** The beginning of docs/HOW-REPLICATION-FAILS.md. */
export const PREFACE: readonly string[] = [
  '# How replication fails',
  '',
  'Each section is a scenario in which a property is expected to break, with the shortest story that the simulator found among its first',
  'hundred seeds. Nobody wrote these stories: `npm run stories` tells them anew, and a test compares. `s1` is a server, `c1` a client, `*` is what',
  'the world did to them; times are milliseconds of simulated time.',
];

/** One story for a terminal. */
export function storyLines(scenario: Scenario, { report, lines }: Told): readonly string[] {
  return [
    `${scenario.name}: ${scenario.title}`,
    ...lines.map((line) => `  ${line}`),
    `  so    ${finding({ report, lines })}`,
    `  lesson ${scenario.finding?.lesson ?? ''}`,
    `  again ${commandToRepeat(scenario.name, report.seed)} --story`,
    '',
  ];
}

/** One story as a section of a document. */
export function storyMarkdown(scenario: Scenario, told: Told): readonly string[] {
  return [
    '',
    `## ${scenario.name}`,
    '',
    `${scenario.title} ${scenario.why}`,
    '',
    '```text',
    ...told.lines,
    '```',
    '',
    `**${finding(told)}**`,
    '',
    `${scenario.finding?.lesson ?? ''} Again: \`${commandToRepeat(scenario.name, told.report.seed)} --story\``,
  ];
}

function finding({ report }: Told): string {
  return report.violation === undefined ? '' : `${report.violation.property}: ${report.violation.message}`;
}
