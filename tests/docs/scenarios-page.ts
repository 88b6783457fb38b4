import { scenarios } from '../../scenarios/index.js';

/** docs/SCENARIOS.md, made from the scenarios themselves. `npm run scenarios` writes it. */
export function scenariosPage(): string {
  const rows = scenarios.map(({ name, system, title, finding }) => {
    const found = finding === undefined ? '' : ` *Finds ${finding.properties.join(' or ')}: ${finding.lesson}*`;
    return `| \`${name}\` | ${system.name} | ${title}${found} |`;
  });
  return [
    '# Scenarios',
    '',
    'What the scenarios of this package put a system through, in the order in which a campaign runs them. This page is made from the scenarios by `npm run scenarios`.',
    'A scenario that *finds* a property broken is a lesson about a system that does not guarantee it: its runs pass when the simulator finds the violation.',
    '',
    '| scenario | system | what happens |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'Each scenario says in its source why it exists and which moments a campaign of it must see. `npx seedstorm run <scenario> --seed 1` runs one.',
    '',
  ].join('\n');
}
