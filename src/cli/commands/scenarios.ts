import type { CommandModule } from 'yargs';
import { MODULE_OPTION } from '../arguments.js';
import { misuse } from '../exit.js';
import { sayAll, sayJson } from '../output.js';

interface Options {
  readonly harms: boolean;
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
  describe: 'list the scenarios; or the harms and the moments that a scenario of your own may name',
  builder: (yargs) =>
    yargs
      .option('harms', { type: 'boolean', default: false, describe: 'the families of harm, for harm(name, every, lasts)' })
      .option('moments', { type: 'boolean', default: false, describe: 'the moments, for `expected`; a campaign counts them' })
      .option('module', MODULE_OPTION)
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object and nothing else' })
      .example('$0 scenarios', 'those of a campaign, and the failures that were kept')
      .example('$0 scenarios --harms', 'what a nemesis can do'),
  handler: async (options) => {
    if (options.harms && options.moments) throw misuse('--harms and --moments are two lists: choose one');
    const lists = options.harms ? await harmLists() : options.moments ? await momentLists() : await scenarioLists(options.module);
    if (options.json) sayJson(Object.fromEntries(lists));
    else sayAll(lists.flatMap(([title, rows], at) => [...(at === 0 ? [] : ['']), `${title}:`, ...rowLines(rows)]));
  },
};

type Lists = readonly (readonly [title: string, rows: readonly Row[]])[];

async function scenarioLists(module: string | undefined): Promise<Lists> {
  const { tellScenarios } = await import('../scenarios.js');
  const { usual, all } = await tellScenarios(module);
  const row = ({ name, title }: { readonly name: string; readonly title: string }): Row => ({ name, sentence: title });
  const kept = all.filter((scenario) => !usual.includes(scenario));
  return [['scenarios', usual.map(row)], ...(kept.length === 0 ? [] : [['regressions', kept.map(row)] as const])];
}

async function harmLists(): Promise<Lists> {
  const { HARM_SENTENCES } = await import('../../sim/harms.js');
  return [['harms', Object.entries(HARM_SENTENCES).map(([name, sentence]) => ({ name, sentence }))]];
}

async function momentLists(): Promise<Lists> {
  const { MOMENTS, RARE_MOMENTS } = await import('../../sim/moments.js');
  return [['moments', MOMENTS], ['rare', RARE_MOMENTS]];
}

function rowLines(rows: readonly Row[]): readonly string[] {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map(({ name, sentence }) => `  ${name.padEnd(width)}  ${sentence}`);
}
