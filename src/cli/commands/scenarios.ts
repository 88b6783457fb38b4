import type { Moment } from '../../sim/coverage/moments.js';
import type { CommandModule } from 'yargs';
import { MODULE_OPTION } from '../terminal/arguments.js';
import { misuse } from '../terminal/exit.js';
import { sayAll, sayJson } from '../terminal/output.js';

interface Options {
  readonly faults: boolean;
  readonly moments: boolean;
  readonly module: string | undefined;
  readonly json: boolean;
}

/** A name and what it stands for. */
interface Row {
  readonly name: string;
  readonly sentence: string;
}

/** `scenarios`: what there is to explore, and the words with which to describe more. */
export const scenariosCommand: CommandModule<object, Options> = {
  command: 'scenarios',
  describe: 'list the scenarios; or the faults and the moments that a scenario of your own may name',
  builder: (yargs) =>
    yargs
      .option('faults', { type: 'boolean', default: false, describe: 'the families of fault, for fault(name, every, lasts)' })
      .option('moments', { type: 'boolean', default: false, describe: 'the moments, for `expected`; a campaign counts them' })
      .option('module', MODULE_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .example('$0 scenarios', 'those of a campaign, and the failures that were kept')
      .example('$0 scenarios --faults', 'what a nemesis can do'),
  handler: async (options) => {
    if (options.faults && options.moments) throw misuse('--faults and --moments are two lists: choose one');
    const lists = options.faults
      ? await faultLists()
      : options.moments
        ? await momentLists(options.module)
        : await scenarioLists(options.module);
    if (options.json) sayJson(Object.fromEntries(lists));
    else sayAll(lists.flatMap(([title, rows], at) => [...(at === 0 ? [] : ['']), `${title}:`, ...rowLines(rows)]));
  },
};

type Lists = readonly (readonly [title: string, rows: readonly Row[]])[];

async function scenarioLists(module: string | undefined): Promise<Lists> {
  const { tellScenarios } = await import('../campaign/scenarios.js');
  const { usual, all } = await tellScenarios(module);
  const row = ({ name, title }: { readonly name: string; readonly title: string }): Row => ({ name, sentence: title });
  const kept = all.filter((scenario) => !usual.includes(scenario));
  return [['scenarios', usual.map(row)], ...(kept.length === 0 ? [] : [['regressions', kept.map(row)] as const])];
}

async function faultLists(): Promise<Lists> {
  const { FAMILIES } = await import('../../sim/nemesis/faults/families.js');
  return [['faults', FAMILIES.map(({ name, sentence }) => ({ name, sentence }))]];
}

/** Those that any system can come to, and those of the systems that the scenarios are about. */
async function momentLists(module: string | undefined): Promise<Lists> {
  const { WORLD_MOMENTS } = await import('../../sim/coverage/moments.js');
  const { tellScenarios } = await import('../campaign/scenarios.js');
  const { all } = await tellScenarios(module);
  const known: readonly Moment[] = [...WORLD_MOMENTS, ...all.flatMap(({ system }) => system.moments ?? [])];
  const moments = new Map(known.map((moment) => [moment.name, moment]));
  const rows = [...moments.values()].map(({ name, sentence, isRare = false }) => ({ name, sentence, isRare }));
  const those = (isWanted: (row: (typeof rows)[number]) => boolean): readonly Row[] =>
    rows.filter(isWanted).map(({ name, sentence }) => ({ name, sentence }));
  return [
    ['moments', those(({ isRare }) => !isRare)],
    ['rare', those(({ isRare }) => isRare)],
  ];
}

function rowLines(rows: readonly Row[]): readonly string[] {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map(({ name, sentence }) => `  ${name.padEnd(width)}  ${sentence}`);
}
